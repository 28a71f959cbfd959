with

applicant as (
    select * from {{ here(ref('dim_applicant')) }}
)

select
    applicant_id,
    name,
    normalised_name,
    country,
    group_id as company_id,
    entity_id as legal_entity_id,
    link_method,
    link_score,
    link_source,
    approved_by,
    is_synthetic
from applicant
