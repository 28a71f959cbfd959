{#- Common table expressions that end in `component(member, component)`: members that share a key, directly or through
    others, get the same component, named by its smallest member. Members without a shared key are left out.

    Labels spread until nothing changes (the recursion keeps one row a member), so chains of any length are closed and
    there is no number of passes to run out of.

    relation: has the columns member and key_of_member; no nulls. -#}
{% macro connected_components(relation) -%}
    shared_key as (
        select key_of_member, min(member) as first_member
        from {{ relation }}
        group by key_of_member
        having min(member) <> max(member)
    ),

    link as (
        select edge.member, shared_key.first_member as other
        from {{ relation }} as edge
        inner join shared_key using (key_of_member)
        where edge.member <> shared_key.first_member
    ),

    neighbour as (
        select member, other from link
        union
        select other, member from link
    ),

    component (member, component) using key (member) as (
        select distinct member, member from neighbour
        union
        select neighbour.member, min(changed.component)
        from component as changed
        inner join neighbour on changed.member = neighbour.other
        inner join recurring.component as known on neighbour.member = known.member
        group by neighbour.member, known.component
        having min(changed.component) < known.component
    )
{%- endmacro %}
