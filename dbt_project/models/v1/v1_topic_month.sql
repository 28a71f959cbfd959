with

topic_month as (
    select * from {{ here(ref('fct_topic_month')) }}
)

select
    watch,
    topic_id,
    filing_month,
    filing_count
from topic_month
