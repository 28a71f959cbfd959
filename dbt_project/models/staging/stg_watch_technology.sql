with

entry as (
    select
        watch,
        unnest(from_json(
            definition -> '$.technologies',
            '[{"id": "VARCHAR", "name_en": "VARCHAR", "name_zh": "VARCHAR", "tags": ["VARCHAR"], "terms": ["VARCHAR"]}]'
        )) as technology
    from {{ ref('stg_watch') }}
)

select
    watch,
    technology.id as technology,
    technology.name_en,
    technology.name_zh,
    technology.tags,
    list_transform(technology.terms, lambda term: lower(term)) as terms
from entry
