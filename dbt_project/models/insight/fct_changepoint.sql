{{ config(tags=['findings']) }}

with

changepoint as (
    select * from {{ source('ml', 'changepoint') }}
),

series as (
    select * from {{ ref('dim_series') }}
)

select
    changepoint.changepoint_id,
    changepoint.watch,
    changepoint.series_id,
    -- A series may be gone (its rule changed, its filings fell): what was found in it stays on record.
    coalesce(series.label, changepoint.series_id) as label,
    series.office,
    series.patent_type,
    series.technology,
    series.topic_id,
    series.group_id,
    changepoint.mode,
    changepoint.state,
    changepoint.month,
    changepoint.month_low,
    changepoint.month_high,
    changepoint.direction,
    changepoint.rate_ratio,
    changepoint.rate_ratio_low,
    changepoint.rate_ratio_high,
    changepoint.growth_change,
    changepoint.probability,
    changepoint.would_have_been_announced_on,
    changepoint.first_announced_on,
    changepoint.is_news,
    changepoint.event_id,
    coalesce(series.is_synthetic, ends_with(changepoint.series_id, '/synthetic')) as is_synthetic
from changepoint
left join series using (series_id)
