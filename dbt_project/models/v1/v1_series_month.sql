with

series_month as (
    select * from {{ here(ref('fct_series_month')) }}
)

select
    series_id,
    watch,
    filing_month,
    filing_count,
    background_count,
    background_share
from series_month
