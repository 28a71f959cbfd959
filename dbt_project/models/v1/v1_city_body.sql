with

city_body as (
    select * from {{ here(ref('fct_city_body')) }}
)

select
    watch,
    body_part,
    office,
    filing_month,
    filing_count,
    relevant_count,
    share,
    share_low,
    share_high,
    is_synthetic
from city_body
