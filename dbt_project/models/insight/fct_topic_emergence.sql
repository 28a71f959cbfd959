{{ config(tags=['findings']) }}

with

emergence as (
    select * from {{ source('ml', 'topic_emergence') }}
),

topic as (
    select watch, topic_id, name, state from {{ source('ml', 'topic') }}
),

counted as (
    select
        watch,
        topic_id,
        count(*)::integer as filing_count,
        min(filing_month) as first_filing_month,
        min(publication_date) as first_published_on,
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('int_topic_filing') }}
    where topic_id is not null
    group by watch, topic_id
),

of_watch as (
    select watch, bool_or(is_synthetic) as is_synthetic from {{ ref('int_topic_filing') }} group by watch
)

select
    emergence.watch,
    emergence.topic_id,
    topic.name,
    topic.state,
    emergence.is_emerging,
    emergence.emerged_on,
    emergence.score,
    emergence.novelty,
    emergence.persistence,
    emergence.growth,
    emergence.growth_low,
    emergence.growth_high,
    emergence.community,
    emergence.recent_count,
    emergence.earlier_count,
    coalesce(counted.filing_count, 0) as filing_count,
    counted.first_filing_month,
    counted.first_published_on,
    emergence.tenth_published_on,
    emergence.because,
    coalesce(counted.is_synthetic, of_watch.is_synthetic, false) as is_synthetic
from emergence
left join topic using (watch, topic_id)
left join counted using (watch, topic_id)
left join of_watch using (watch)
