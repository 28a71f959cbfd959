with

span as (
    select
        least(min(filing_month), min(publication_month)) as first_month,
        date_trunc('month', {{ as_of() }})::date as last_month
    from {{ ref('fct_invention') }}
),

month as (
    select unnest(generate_series(coalesce(first_month, last_month), last_month, interval 1 month))::date as month
    from span
)

select
    month,
    year(month)::integer as year,
    quarter(month)::integer as quarter,
    month(month)::integer as month_of_year,
    strftime(month, '%Y-%m') as label
from month
