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
    is_synthetic
from revision
