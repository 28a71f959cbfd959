-- A changepoint is the first month of the new regime, so it lies inside the series like its interval. One whose series
-- is gone stays on record and has nothing to be compared with.
with

-- A series that falls to nothing has its last filing before the change: the months that were judged go on.
months as (
    select series_id, filing_month from insight.fct_series_month
    union all
    select series_id, filing_month from ml.series_fit
),

spans as (
    select series_id, min(filing_month) as first_month, max(filing_month) as last_month
    from months
    group by series_id
),

shown as (
    select changepoint.*, spans.first_month, spans.last_month
    from ml.changepoint as changepoint
    semi join insight.fct_changepoint as published on published.changepoint_id = changepoint.changepoint_id
    inner join spans on spans.series_id = changepoint.series_id
    where changepoint.state <> 'withdrawn'
)

select
    changepoint_id, series_id, month, month_low, month_high,
    case
        when month_low < first_month or month_high > last_month
            then 'outside the series, ' || first_month || ' to ' || last_month
        when not month between month_low and month_high then 'the month lies outside its own interval'
        when not coalesce(rate_ratio_low > 0 and isfinite(rate_ratio_high), false)
            or not rate_ratio between rate_ratio_low and rate_ratio_high
            then 'the rate ratio lies outside its own interval'
        when (direction = 'up') <> (rate_ratio > 1) then 'the direction contradicts the rate ratio'
    end as difference
from shown
where difference is not null
order by changepoint_id
