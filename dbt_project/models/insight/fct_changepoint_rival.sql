{{ config(tags=['findings']) }}

with

changepoint as (
    select changepoint_id, month from {{ ref('fct_changepoint') }}
),

event as (
    select * from {{ ref('dim_event') }}
)

select
    changepoint.changepoint_id,
    event.event_id,
    event.event_date,
    event.date_precision,
    date_diff('day', changepoint.month, event.event_date)::integer as signed_lag_days,
    event.kind,
    event.name_en,
    event.name_zh,
    event.check_mark
from changepoint
inner join event
    on event.event_date between changepoint.month - interval 365 day and changepoint.month + interval 365 day
