with

company_month as (
    select * from {{ here(ref('fct_company_month')) }}
)

select
    watch,
    group_id as company_id,
    office,
    patent_type,
    filing_month,
    filing_count,
    is_synthetic
from company_month
