with

invention as (
    select * from {{ here(ref('fct_invention')) }}
)

select
    invention_id,
    office,
    patent_type,
    filing_date,
    filing_month,
    earliest_priority_date,
    earliest_publication_date as first_publication_date,
    undated_reason,
    title,
    title_en,
    title_zh,
    abstract_en,
    abstract_zh,
    family_id,
    publication_count,
    applicant_count,
    is_synthetic,
    first_seen_at
from invention
