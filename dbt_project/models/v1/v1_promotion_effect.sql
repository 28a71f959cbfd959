with

said as (
    select * from {{ here(ref('fct_promotion_effect')) }}
)

select
    watch,
    candidate_id,
    office,
    patent_type,
    filing_year,
    before_count,
    after_count,
    run_id
from said
