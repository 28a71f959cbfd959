{#- Months after which what was filed is taken to be out. Offices publish 18 months after filing at the latest, as a
    rule, and some days more go by until it is printed: a limit of 18 would cut where most of it comes. -#}
{% macro publishing_months() -%}
    20
{%- endmacro %}
