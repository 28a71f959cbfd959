with

turn as (
    select * from {{ here(ref('fct_company_turn')) }}
)

select
    watch,
    group_id as company_id,
    subject_kind,
    subject,
    verdict,
    recent_count,
    recent_total,
    before_count,
    before_total,
    ratio,
    ratio_low,
    ratio_high,
    other_recent_count,
    other_recent_total,
    other_before_count,
    other_before_total,
    relative_ratio,
    relative_ratio_low,
    relative_ratio_high,
    before_from,
    recent_from,
    recent_to,
    observed_until,
    is_synthetic
from turn
