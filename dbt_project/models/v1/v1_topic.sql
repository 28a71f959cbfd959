with

topic as (
    select * from {{ here(ref('dim_topic')) }}
)

select
    watch,
    topic_id,
    name,
    named_by,
    state,
    terms_en,
    terms_zh,
    filing_count,
    first_seen_on
from topic
