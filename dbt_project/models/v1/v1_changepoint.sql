with

changepoint as (
    select * from {{ here(ref('fct_changepoint')) }}
)

select
    changepoint_id,
    watch,
    series_id,
    label,
    mode,
    state,
    month,
    month_low,
    month_high,
    direction,
    rate_ratio,
    rate_ratio_low,
    rate_ratio_high,
    probability,
    first_announced_on,
    is_news,
    is_synthetic
from changepoint
