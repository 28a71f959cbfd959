with

topic_emergence as (
    select * from {{ here(ref('fct_topic_emergence')) }}
)

select
    watch,
    topic_id,
    name,
    state,
    is_emerging,
    emerged_on,
    score,
    novelty,
    persistence,
    growth,
    growth_low,
    growth_high,
    community,
    recent_count,
    earlier_count,
    filing_count,
    first_filing_month,
    first_published_on,
    tenth_published_on,
    because,
    is_synthetic
from topic_emergence
