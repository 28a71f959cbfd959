with

topic_month as (
    select * from {{ here(ref('fct_topic_month')) }}
)

select
    watch,
    topic_id,
    office,
    patent_type,
    filing_month,
    filing_count,
    is_synthetic
from topic_month
