{#- A relation without the name of its database: a view that names it so works in the published file as well, under
    whatever name somebody opens or attaches that. -#}
{% macro here(relation) -%}
    {{ relation.include(database=false) }}
{%- endmacro %}
