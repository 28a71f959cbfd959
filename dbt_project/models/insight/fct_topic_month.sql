{{ config(tags=['findings']) }}

with

filing as (
    select * from {{ ref('fct_watch_filing') }}
    where is_relevant and topic_id is not null and filing_month is not null
)

select
    watch,
    topic_id,
    office,
    patent_type,
    filing_month,
    count(*)::integer as filing_count,
    is_synthetic
from filing
group by watch, topic_id, office, patent_type, filing_month, is_synthetic
