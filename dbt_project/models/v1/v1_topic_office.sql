with

office as (
    select * from {{ here(ref('fct_topic_office')) }}
)

select
    watch,
    topic_id,
    office,
    filing_count,
    utility_model_count,
    topic_filing_count,
    topic_share,
    topic_share_low,
    topic_share_high,
    first_filing_month,
    last_filing_month,
    is_synthetic
from office
