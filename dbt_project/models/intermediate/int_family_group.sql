{{ config(tags=['core']) }}

with recursive

application as (
    select * from {{ ref('int_application') }}
),

living as (
    select distinct application.application_key
    from application
    inner join {{ ref('int_publication') }} as publication using (publication_id)
    where not publication.is_deleted
),

split as (
    select distinct application_key from {{ ref('int_link_decision') }} where value = 'split'
),

family as (
    select distinct application.application_key, link_key.detail as family_id
    from {{ ref('int_link_key') }} as link_key
    inner join application using (publication_id)
    where link_key.rule = 'family' and {{ is_docdb_family('link_key.detail') }}
),

edge as (
    select application_key as member, family_id as key_of_member
    from family
    where application_key not in (select application_key from split)
),

{{ connected_components('edge') }}

select
    living.application_key,
    coalesce(component.component, living.application_key) as family_group,
    living.application_key in (select application_key from family) as has_docdb_family,
    living.application_key in (select application_key from split) as is_split
from living
left join component on living.application_key = component.member
