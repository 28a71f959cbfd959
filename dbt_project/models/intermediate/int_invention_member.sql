{{ config(tags=['core']) }}

with recursive

edge as (
    select group_id as member, detail as key_of_member from {{ ref('int_dual_filing') }}
),

{{ connected_components('edge') }}

select
    first_group.publication_id,
    first_group.group_id,
    coalesce(component.component, first_group.group_id) as invention_id
from {{ ref('int_first_group') }} as first_group
left join component on first_group.group_id = component.member
