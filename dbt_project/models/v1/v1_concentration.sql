with

concentration as (
    select * from {{ here(ref('fct_concentration')) }}
)

select
    watch,
    subject_kind,
    subject,
    filing_year,
    holders,
    filing_count,
    held_filing_count,
    without_holder_share,
    joint_count,
    company_count,
    top_1_holder_id,
    top_1_share,
    top_4_share,
    herfindahl,
    herfindahl_corrected,
    herfindahl_low,
    herfindahl_high,
    is_too_young,
    is_synthetic
from concentration
