with

said as (
    select * from {{ here(ref('fct_relevance_quality')) }}
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
