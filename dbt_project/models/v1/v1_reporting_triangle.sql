with

reporting_triangle as (
    select * from {{ here(ref('fct_reporting_triangle')) }}
)

select
    office,
    patent_type,
    filing_month,
    publication_month,
    filing_count,
    is_synthetic
from reporting_triangle
