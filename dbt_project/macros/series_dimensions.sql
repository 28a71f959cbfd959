{#- The dimensions of a series in the order of its id, each with the column that holds its value. -#}
{% macro series_dimensions() -%}
    {{ return({
        'office': 'office',
        'patent_type': 'patent_type',
        'technology': 'technology',
        'topic': 'topic_id',
        'applicant_group': 'group_id',
    }) }}
{%- endmacro %}
