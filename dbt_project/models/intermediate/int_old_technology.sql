{{ config(tags=['series']) }}

with

entry as (
    select
        watch,
        unnest(from_json(
            technologies, '[{"id": "VARCHAR", "tags": ["VARCHAR"], "terms": ["VARCHAR"], "unless": ["VARCHAR"]}]'
        )) as technology
    from {{ source('ml', 'series_baseline') }}
    where part = 'technologies'
)

select
    watch,
    technology.id as technology,
    coalesce(technology.tags, []) as tags,
    coalesce(technology.terms, []) as terms,
    coalesce(technology.unless, []) as unless
from entry
