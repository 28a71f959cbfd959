-- Where a watch monitors everything in one series, that series holds every relevant, dated invention.
with

relevant as (
    select watch, count(*) as filings
    from {{ ref('fct_watch_filing') }}
    where is_relevant and filing_month is not null
    group by watch
)

select series.series_id, series.filing_count, relevant.filings
from {{ ref('dim_series') }} as series
inner join relevant using (watch)
where series.series_id in (series.watch || '/all', series.watch || '/all/synthetic')
    and series.filing_count <> relevant.filings
