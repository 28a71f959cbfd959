{#- Months as consecutive numbers, so that distances between them are differences. -#}
{% macro month_number(day) -%}
    (year({{ day }}) * 12 + month({{ day }}) - 1)::integer
{%- endmacro %}
