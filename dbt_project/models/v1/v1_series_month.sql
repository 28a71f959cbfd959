with

series_month as (
    select * from {{ here(ref('fct_series_month')) }}
)

select
    series_id,
    watch,
    filing_month,
    filing_count
from series_month
