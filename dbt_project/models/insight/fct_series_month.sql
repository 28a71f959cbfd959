{{ config(tags=['series']) }}

with

triangle as (
    select * from {{ ref('fct_series_triangle') }}
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
)

select
    span.series_id,
    span.watch,
    span.filing_month,
    coalesce(counted.filing_count, 0)::integer as filing_count
from span
left join counted using (series_id, filing_month)
