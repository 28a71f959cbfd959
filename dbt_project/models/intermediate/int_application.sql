{{ config(tags=['core']) }}

with recursive

edge as (
    select publication_id as member, rule || ':' || detail as key_of_member
    from {{ ref('int_link_key') }}
    where rule in ('application', 'number')
),

{{ connected_components('edge') }}

select
    publication.publication_id,
    coalesce(component.component, publication.publication_id) as application_key
from {{ ref('int_publication') }} as publication
left join component on publication.publication_id = component.member
