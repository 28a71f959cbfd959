{{ config(tags=['findings']) }}

select
    study,
    stage,
    stage_order,
    item_count,
    unit,
    what_it_counts,
    check_mark,
    source
from {{ ref('funnel_reference') }}
