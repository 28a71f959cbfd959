with

completeness as (
    select * from {{ here(ref('fct_completeness')) }}
)

select
    office,
    patent_type,
    filing_month,
    filing_count,
    completeness_share,
    completeness_share_low,
    completeness_share_high,
    expected_count,
    is_too_young,
    observed_until,
    evidence_count,
    is_synthetic
from completeness
