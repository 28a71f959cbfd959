with

invention_applicant as (
    select * from {{ here(ref('bridge_invention_applicant')) }}
)

select
    invention_id,
    applicant_id,
    sequence
from invention_applicant
