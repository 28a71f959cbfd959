{{ config(tags=['core']) }}

with recursive

first_group as (
    select * from {{ ref('int_first_group') }}
),

joined as (
    select distinct first_group.group_id, link_decision.decision_id
    from {{ ref('int_link_decision') }} as link_decision
    inner join first_group using (application_key)
    where link_decision.value = 'join'
),

edge as (
    select group_id as member, 'dual_filing:' || detail as key_of_member from {{ ref('int_dual_filing') }}
    union all
    select group_id as member, 'decision:' || decision_id as key_of_member from joined
),

{{ connected_components('edge') }},

assembled as (
    select
        first_group.publication_id,
        first_group.application_key,
        first_group.group_id,
        coalesce(component.component, first_group.group_id) as assembly
    from first_group
    left join component on first_group.group_id = component.member
),

whole as (
    select distinct application_key, assembly from assembled
),

named as (
    -- Withdrawn publications count here, so that a withdrawal does not rename what is left of an invention.
    select
        whole.assembly,
        arg_min(publication.publication_id, (publication.first_seen_at, publication.publication_id)) as invention_id
    from whole
    inner join {{ ref('int_application') }} as application using (application_key)
    inner join {{ ref('int_publication') }} as publication using (publication_id)
    group by whole.assembly
)

select
    assembled.publication_id,
    assembled.application_key,
    assembled.group_id,
    named.invention_id
from assembled
inner join named using (assembly)
