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
    kind,
    name_en,
    name_zh,
    check_mark
from changepoint_rival
