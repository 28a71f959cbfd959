{#- Which filings are counted in which series: `filing` and `technology` are relations, of the first those that are
    relevant and have a month. A rule names dimensions (`by`: one series a value) and may restrict dimensions (`only`).
    Nothing here knows what a watch asks for: every rule is a row, and every dimension is either a value, a restriction
    or not used. -#}
{% macro series_members(filing, technology) %}
{%- set dimensions = series_dimensions() %}

with

rule as (
    select * from {{ ref('stg_watch_series') }}
),

filing as (
    select watch_filing.*, invention.first_seen_at::date as first_seen_date
    from {{ filing }} as watch_filing
    inner join {{ ref('fct_invention') }} as invention using (invention_id)
    where watch_filing.is_relevant and watch_filing.filing_month is not null
),

technology as (
    select watch, invention_id, technology from {{ technology }}
),

company_group as (
    select invention_id, group_id from {{ ref('bridge_invention_group') }}
),

cell as (
    select
        rule.*,
        filing.invention_id,
        filing.filing_month,
        -- Seen by us, so published by then: the only day that is known when no feed gives the day of publication.
        coalesce(filing.earliest_publication_date, filing.first_seen_date) as publication_date,
        filing.is_synthetic,
        filing.office,
        filing.patent_type,
        technology.technology,
        filing.topic_id,
        company_group.group_id
    from rule
    inner join filing using (watch)
    left join technology
        on (list_contains(rule.dimensions, 'technology') or rule.only_technology is not null)
        and filing.watch = technology.watch
        and filing.invention_id = technology.invention_id
    left join company_group
        on (list_contains(rule.dimensions, 'applicant_group') or rule.only_applicant_group is not null)
        and filing.invention_id = company_group.invention_id
),

allowed as (
    select
        cell.* replace (
            {%- for dimension, value in dimensions.items() %}
            case
                when list_contains(dimensions, '{{ dimension }}') then {{ value }}
                when len(only_{{ dimension }}) = 1 then only_{{ dimension }}[1]
            end as {{ value }}{{ ',' if not loop.last }}
            {%- endfor %}
        ),
        {%- for dimension, value in dimensions.items() %}
        '{{ dimension }}=' || case
            when list_contains(dimensions, '{{ dimension }}') then {{ value }}
            else array_to_string(only_{{ dimension }}, '+')
        end as {{ dimension }}_part{{ ',' if not loop.last }}
        {%- endfor %}
    from cell
    where true
        {%- for dimension, value in dimensions.items() %}
        and (not list_contains(dimensions, '{{ dimension }}') or {{ value }} is not null)
        and (only_{{ dimension }} is null or coalesce(list_contains(only_{{ dimension }}, {{ value }}), false))
        {%- endfor %}
),

named as (
    select
        *,
        concat_ws(
            '/',
            watch,
            coalesce(
                nullif(concat_ws('/'{% for dimension in dimensions %}, {{ dimension }}_part{% endfor %}), ''), 'all'
            ),
            case when is_synthetic then 'synthetic' end
        ) as series_id
    from allowed
)

-- Two technologies or two applicants of one group must not count a filing twice in a series.
select distinct
    series_id,
    watch,
    rule_index,
    least_filings,
    invention_id,
    filing_month,
    publication_date,
    {%- for value in dimensions.values() %}
    {{ value }},
    {%- endfor %}
    is_synthetic
from named
{%- endmacro %}
