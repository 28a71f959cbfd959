{#- Id of an applicant: the same for every spelling with the same normalised name, on every machine. -#}
{% macro applicant_id(normalised_name) -%}
    left(md5({{ normalised_name }}), 16)
{%- endmacro %}
