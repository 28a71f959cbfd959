{{ config(tags=['findings']) }}

with

said as (
    select * from {{ source('ml', 'relevance_quality') }}
)

select
    watch,
    measure,
    scope,
    value,
    low,
    high,
    sample_count,
    note,
    model_id
from said
