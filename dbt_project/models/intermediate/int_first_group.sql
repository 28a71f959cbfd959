{{ config(tags=['core']) }}

with recursive

edge as (
    select publication_id as member, rule || ':' || detail as key_of_member
    from {{ ref('int_link_key') }}
),

{{ connected_components('edge') }}

select
    publication.publication_id,
    coalesce(component.component, publication.publication_id) as group_id
from {{ ref('int_publication') }} as publication
left join component on publication.publication_id = component.member
where not publication.is_deleted
