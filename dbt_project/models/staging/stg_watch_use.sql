with

entry as (
    select
        watch,
        unnest(from_json(
            definition -> '$.uses',
            '[{
                "id": "VARCHAR", "name_en": "VARCHAR", "name_zh": "VARCHAR",
                "tags": ["VARCHAR"], "terms": ["VARCHAR"], "unless": ["VARCHAR"]
            }]'
        )) as use
    from {{ ref('stg_watch') }}
    where (definition -> '$.uses') is not null
)

select
    watch,
    use.id as use,
    use.name_en,
    use.name_zh,
    coalesce(use.tags, []) as tags,
    coalesce(use.terms, []) as terms,
    coalesce(use.unless, []) as unless
from entry
