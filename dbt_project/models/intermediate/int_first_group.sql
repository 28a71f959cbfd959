{{ config(tags=['core']) }}

with recursive

application as (
    select * from {{ ref('int_application') }}
),

family_group as (
    select * from {{ ref('int_family_group') }}
),

living as (
    select publication_id from {{ ref('int_publication') }} where not is_deleted
),

weak_key as (
    select distinct
        family_group.family_group,
        family_group.has_docdb_family,
        link_key.rule,
        link_key.rule || ':' || link_key.detail as detail
    from {{ ref('int_link_key') }} as link_key
    inner join application using (publication_id)
    inner join family_group using (application_key)
    where not family_group.is_split
        and (
            link_key.rule = 'priority'
            or (link_key.rule = 'family' and not {{ is_docdb_family('link_key.detail') }})
        )
),

lens_family as (
    select family_group, detail as family from weak_key where starts_with(detail, 'family:lens:')
),

doubtful as (
    -- Lens keeps these apart: equal priorities then link what has no family at all, and no more.
    select weak_key.detail
    from weak_key
    inner join lens_family using (family_group)
    where weak_key.rule = 'priority'
    group by weak_key.detail
    having count(distinct lens_family.family) > 1
),

usable as (
    select * from weak_key
    where detail not in (select detail from doubtful)
        or family_group not in (select family_group from lens_family)
),

edge as (
    select family_group as member, detail as key_of_member from usable where not has_docdb_family
),

{{ connected_components('edge') }},

cluster as (
    select distinct
        usable.family_group,
        usable.detail,
        coalesce(component.component, usable.family_group) as cluster_id
    from usable
    left join component on usable.family_group = component.member
    where not usable.has_docdb_family
),

anchored as (
    select cluster.cluster_id, min(usable.family_group) as family_group
    from cluster
    inner join usable using (detail)
    where usable.has_docdb_family
    group by cluster.cluster_id
    -- DOCDB keeps two families apart: what could belong to either belongs to neither.
    having count(distinct usable.family_group) = 1
),

grouped as (
    select distinct cluster.family_group, coalesce(anchored.family_group, cluster.cluster_id) as group_id
    from cluster
    left join anchored using (cluster_id)
)

select
    living.publication_id,
    application.application_key,
    coalesce(grouped.group_id, family_group.family_group) as group_id,
    family_group.is_split
from living
inner join application using (publication_id)
inner join family_group using (application_key)
left join grouped using (family_group)
