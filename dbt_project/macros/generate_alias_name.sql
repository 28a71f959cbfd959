{#- Names of models are unique in a project, names of tables only within their schema: `v1_event` is `v1.event`. -#}
{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- set name = custom_alias_name or node.name -%}
    {{ name.removeprefix('v1_') if node.config.schema == 'v1' else name }}
{%- endmacro %}
