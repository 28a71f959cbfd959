with

series as (
    select * from {{ here(ref('dim_series')) }}
)

select
    series_id,
    watch,
    label,
    office,
    patent_type,
    technology,
    topic_id,
    group_id as company_id,
    filing_count,
    is_synthetic
from series
