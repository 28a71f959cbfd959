with

company_focus as (
    select * from {{ here(ref('fct_company_focus')) }}
)

select
    watch,
    group_id as company_id,
    technology,
    filing_count,
    company_filing_count,
    company_share,
    other_filing_count,
    other_company_filing_count,
    other_share,
    ratio,
    ratio_low,
    ratio_high,
    is_focus,
    is_synthetic
from company_focus
