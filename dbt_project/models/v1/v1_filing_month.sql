with

filing_month as (
    select * from {{ here(ref('fct_filing_month')) }}
)

select
    watch,
    filing_month,
    office,
    patent_type,
    filing_count,
    relevant_count,
    is_synthetic
from filing_month
