with

technology_month as (
    select * from {{ here(ref('fct_technology_month')) }}
)

select
    watch,
    technology,
    office,
    patent_type,
    filing_month,
    filing_count,
    is_synthetic
from technology_month
