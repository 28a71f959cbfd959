with

rule as (
    select
        watch,
        unnest(json_extract(definition, '$.series[*]')) as rule,
        unnest(range(json_array_length(definition -> '$.series')::bigint))::integer as rule_index
    from {{ ref('stg_watch') }}
)

select
    watch,
    rule_index,
    from_json(rule -> '$.by', '["VARCHAR"]') as dimensions,
    (rule ->> '$.least_filings')::integer as least_filings
    {%- for dimension in series_dimensions() %},
    list_sort(from_json(rule -> '$.only.{{ dimension }}', '["VARCHAR"]')) as only_{{ dimension }}
    {%- endfor %}
from rule
