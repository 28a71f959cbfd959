with

entry as (
    select
        watch,
        unnest(from_json(
            definition -> '$.body',
            '[{
                "id": "VARCHAR", "name_en": "VARCHAR", "name_zh": "VARCHAR",
                "tags": ["VARCHAR"], "terms": ["VARCHAR"], "unless": ["VARCHAR"]
            }]'
        )) as part
    from {{ ref('stg_watch') }}
    where (definition -> '$.body') is not null
)

select
    watch,
    part.id as body_part,
    part.name_en,
    part.name_zh,
    coalesce(part.tags, []) as tags,
    coalesce(part.terms, []) as terms,
    coalesce(part.unless, []) as unless
from entry
