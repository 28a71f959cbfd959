{#- Schemas are called exactly what the project calls them: staging, intermediate, core, insight, seeds. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
