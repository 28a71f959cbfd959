with

revision as (
    select * from {{ here(ref('fct_revision')) }}
)

select
    watch,
    office,
    patent_type,
    filing_month,
    as_of,
    run_id,
    count_before,
    count_after,
    difference_count,
    main_reason,
    is_synthetic,
    gained_count,
    lost_count,
    published_count,
    withdrawn_count,
    linked_count,
    corrected_count,
    judged_count
from revision
