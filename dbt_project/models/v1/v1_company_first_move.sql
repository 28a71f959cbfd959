with

first_move as (
    select * from {{ here(ref('fct_company_first_move')) }}
)

select
    watch,
    subject_kind,
    subject,
    office,
    group_id as company_id,
    filing_count,
    undated_filing_count,
    first_filing_date,
    first_invention_id,
    first_publication_date,
    filing_rank,
    publication_rank,
    company_count,
    lead_days,
    earlier_filing_count,
    earlier_entity_count,
    held_from,
    observed_until,
    is_left_censored,
    is_provisional,
    is_synthetic
from first_move
