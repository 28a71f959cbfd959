with

funnel as (
    select * from {{ here(ref('fct_funnel')) }}
)

select
    watch,
    stage,
    stage_order,
    inventions
from funnel
