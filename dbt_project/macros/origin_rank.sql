{# How much a wording is the filing's own: its own text, then one borrowed from a family member, then a machine's. #}
{% macro origin_rank(origin) -%}
    case {{ origin }} when 'family_member' then 1 when 'machine_translation' then 2 else 0 end
{%- endmacro %}
