{{ config(tags=['findings']) }}

with

fit as (
    select * from {{ source('ml', 'series_fit') }}
)

select
    series_id,
    watch,
    filing_month,
    filing_count,
    completeness as completeness_share,
    is_too_young,
    nowcast_count,
    nowcast_low,
    nowcast_high
from fit
where nowcast_count is not null
