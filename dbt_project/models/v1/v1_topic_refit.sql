with

refit as (
    select * from {{ here(ref('fct_topic_refit')) }}
)

select
    watch,
    candidate_id,
    incumbent_id,
    decision,
    because,
    lost_name_share,
    moved_filing_share,
    topics_before,
    topics_after,
    is_waiting,
    on_date,
    run_id
from refit
