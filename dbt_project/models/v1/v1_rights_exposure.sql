with

rights_exposure as (
    select * from {{ here(ref('fct_rights_exposure')) }}
)

select
    watch,
    right_code,
    technology,
    office,
    filing_month,
    basis,
    filing_count,
    is_synthetic,
    state,
    protected_count,
    topic_id,
    group_id
from rights_exposure
