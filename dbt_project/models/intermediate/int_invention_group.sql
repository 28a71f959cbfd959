{{ config(tags=['series']) }}

select distinct
    bridge.invention_id,
    applicant.group_id
from {{ ref('bridge_invention_applicant') }} as bridge
inner join {{ ref('dim_applicant') }} as applicant using (applicant_id)
where applicant.group_id is not null
