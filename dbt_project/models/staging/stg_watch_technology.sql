with

entry as (
    select
        watch,
        unnest(from_json(
            definition -> '$.technologies',
            '[{
                "id": "VARCHAR", "name_en": "VARCHAR", "name_zh": "VARCHAR", "body": "VARCHAR",
                "tags": ["VARCHAR"], "terms": ["VARCHAR"], "unless": ["VARCHAR"], "rights": ["VARCHAR"]
            }]'
        )) as technology
    from {{ ref('stg_watch') }}
)

select
    watch,
    technology.id as technology,
    technology.name_en,
    technology.name_zh,
    technology.body,
    coalesce(technology.tags, []) as tags,
    coalesce(technology.terms, []) as terms,
    coalesce(technology.unless, []) as unless,
    coalesce(technology.rights, []) as rights
from entry
