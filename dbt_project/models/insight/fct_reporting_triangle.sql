{{ config(tags=['series']) }}

with

invention as (
    select * from {{ ref('fct_invention') }}
)

select
    office,
    patent_type,
    filing_month,
    publication_month,
    count(*)::integer as filing_count,
    is_synthetic
from invention
group by office, patent_type, filing_month, publication_month, is_synthetic
