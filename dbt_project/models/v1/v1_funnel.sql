with

funnel as (
    select * from {{ here(ref('fct_funnel')) }}
)

select
    watch,
    stage,
    stage_order,
    unit,
    item_count,
    is_synthetic
from funnel
