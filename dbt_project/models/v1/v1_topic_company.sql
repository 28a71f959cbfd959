with

company as (
    select * from {{ here(ref('fct_topic_company')) }}
)

select
    watch,
    topic_id,
    company_id,
    group_id,
    name,
    filing_count,
    topic_filing_count,
    topic_share,
    topic_share_low,
    topic_share_high,
    first_filing_month,
    last_filing_month,
    is_synthetic
from company
