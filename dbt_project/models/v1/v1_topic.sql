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
    first_seen_on,
    classes,
    coherence,
    first_filing_month,
    trend_until,
    recent_year_count,
    earlier_year_count,
    trend_ratio,
    trend_ratio_low,
    trend_ratio_high,
    trend,
    is_synthetic
from topic
