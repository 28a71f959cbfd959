with

background as (
    select * from {{ here(ref('fct_background_month')) }}
)

select
    office,
    patent_type,
    filing_month,
    source,
    filing_count,
    is_total,
    is_complete_count,
    is_chosen,
    is_synthetic
from background
