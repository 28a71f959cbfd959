with

applicant as (
    select * from {{ here(ref('dim_applicant')) }}
)

select
    applicant_id,
    name,
    normalised_name,
    country,
    group_id as company_id
from applicant
