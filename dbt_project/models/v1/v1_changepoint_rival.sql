with

changepoint_rival as (
    select * from {{ here(ref('fct_changepoint_rival')) }}
)

select
    changepoint_id,
    event_id,
    event_date,
    date_precision,
    signed_lag_days,
    signed_lag_month_count,
    gap_month_count,
    is_within_interval,
    chance_share,
    kind_chance_share,
    kind,
    is_rival,
    name_en,
    name_zh,
    check_mark
from changepoint_rival
