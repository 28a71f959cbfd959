{{ config(tags=['series']) }}

with

filed_by as (
    select distinct bridge.invention_id, applicant.entity_id
    from {{ ref('bridge_invention_applicant') }} as bridge
    inner join {{ ref('dim_applicant') }} as applicant using (applicant_id)
    where applicant.entity_id is not null
),

invention as (
    select invention_id, coalesce(filing_date, earliest_publication_date, {{ as_of() }}) as day
    from {{ ref('fct_invention') }}
),

member as (
    select
        entity_id,
        group_id,
        coalesce(valid_from, date '0001-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from {{ ref('bridge_entity_group') }}
)

-- Two entities of one group on a filing are one holder.
select distinct
    filed_by.invention_id,
    coalesce(member.group_id, filed_by.entity_id) as holder_id,
    member.group_id is not null as is_group
from filed_by
inner join invention using (invention_id)
left join member
    on filed_by.entity_id = member.entity_id
    and invention.day >= member.valid_from
    and invention.day < member.valid_to
