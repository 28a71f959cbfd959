with

named as (
    select * from {{ ref('int_applicant_name') }}
),

assigned as (
    select * from {{ source('ml', 'applicant_entity') }}
),

latest_group as (
    select entity_id, group_id
    from {{ ref('bridge_entity_group') }}
    where is_latest
)

select
    {{ applicant_id('named.normalised_name') }} as applicant_id,
    named.name,
    named.normalised_name,
    named.country,
    named.use_count,
    assigned.body,
    assigned.entity_id,
    latest_group.group_id,
    assigned.method as link_method,
    assigned.score as link_score,
    assigned.explanation as link_explanation,
    assigned.source as link_source,
    assigned.approved_by,
    named.is_synthetic
from named
left join assigned using (normalised_name)
left join latest_group on assigned.entity_id = latest_group.entity_id
