with

technology as (
    select watch, unnest(json_extract(definition, '$.technologies[*]')) as technology
    from {{ ref('stg_watch') }}
)

select distinct
    watch,
    technology ->> '$.id' as technology,
    unnest(from_json(technology -> '$.rights', '["VARCHAR"]')) as right_code
from technology
