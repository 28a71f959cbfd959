{#- The day until which the run may know; a constant of the run, never the clock of the database. -#}
{% macro as_of() -%}
    date '{{ env_var("FILINGWATCH_AS_OF") }}'
{%- endmacro %}
