-- The three forms of a series agree, and an invention is counted once in each series.
with

series as (
    select series_id, rule_index, filing_count from {{ ref('dim_series') }}
),

member as (
    select series_id, rule_index, count(distinct invention_id) as filings
    from {{ ref('int_series_member') }}
    group by series_id, rule_index
),

triangle as (
    select series_id, sum(filing_count) as filings from {{ ref('fct_series_triangle') }} group by series_id
),

by_month as (
    select series_id, sum(filing_count) as filings from {{ ref('fct_series_month') }} group by series_id
)

select
    series_id,
    series.filing_count,
    member.filings as members,
    triangle.filings as in_triangle,
    by_month.filings as in_months
from series
left join member using (series_id, rule_index)
left join triangle using (series_id)
left join by_month using (series_id)
where series.filing_count is distinct from member.filings
    or series.filing_count is distinct from triangle.filings
    or series.filing_count is distinct from by_month.filings
