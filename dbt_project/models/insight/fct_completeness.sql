{{ config(tags=['findings']) }}

with

completeness as (
    select * from {{ source('ml', 'filing_completeness') }}
)

select
    office,
    patent_type,
    filing_month,
    filing_count,
    completeness_share,
    completeness_share_low,
    completeness_share_high,
    -- A month of which next to nothing can be out would be blown up by division.
    case when not is_too_young then filing_count / completeness_share end as expected_count,
    is_too_young,
    observed_until,
    evidence_count,
    is_synthetic
from completeness
