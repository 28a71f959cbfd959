{{ config(tags=['series']) }}

with

triangle as (
    select * from {{ ref('fct_series_triangle') }}
),

series as (
    select series_id, rule_index, is_synthetic from {{ ref('dim_series') }}
),

member as (
    select series_id, rule_index, watch, invention_id from {{ ref('int_series_member') }}
),

filing as (
    select watch, invention_id, office, patent_type from {{ ref('fct_watch_filing') }}
),

background as (
    select * from {{ ref('fct_background_month') }} where is_chosen and is_complete_count
),

last_of_watch as (
    select watch, max(filing_month) as last_month from triangle group by watch
),

span as (
    select
        triangle.series_id,
        triangle.watch,
        unnest(generate_series(
            min(triangle.filing_month), any_value(last_of_watch.last_month), interval 1 month
        ))::date as filing_month
    from triangle
    inner join last_of_watch using (watch)
    group by triangle.series_id, triangle.watch
),

counted as (
    select series_id, filing_month, sum(filing_count) as filing_count
    from triangle
    group by series_id, filing_month
),

-- The offices and types from which a series takes its filings: a month is known when it is known for all of them.
cell as (
    select distinct series.series_id, series.is_synthetic, filing.office, filing.patent_type
    from member
    inner join series using (series_id, rule_index)
    inner join filing using (watch, invention_id)
),

cell_count as (
    select series_id, count(*) as cells from cell group by series_id
),

background_of_month as (
    select cell.series_id, background.filing_month, sum(background.filing_count) as background_count
    from cell
    inner join background using (office, patent_type, is_synthetic)
    inner join cell_count using (series_id)
    group by cell.series_id, background.filing_month, cell_count.cells
    having count(*) = cell_count.cells
)

select
    span.series_id,
    span.watch,
    span.filing_month,
    coalesce(counted.filing_count, 0)::integer as filing_count,
    background_of_month.background_count::bigint as background_count,
    coalesce(counted.filing_count, 0) / nullif(background_of_month.background_count, 0) as background_share
from span
left join counted using (series_id, filing_month)
left join background_of_month using (series_id, filing_month)
