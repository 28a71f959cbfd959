{{ config(tags=['series']) }}

with

part as (
    select * from {{ source('ml', 'series_baseline') }}
),

kept as (
    select
        watch,
        bool_or(part = 'relevance') as keeps_relevance,
        bool_or(part = 'topics') as keeps_topics,
        any_value(feeds) filter (where part = 'feeds') as feeds
    from part
    group by watch
),

filing as (
    select * from {{ ref('fct_watch_filing') }}
),

old_answer as (
    select watch, invention_id, is_relevant from {{ source('ml', 'baseline_relevance') }}
),

old_topic as (
    select watch, invention_id, topic_id from {{ source('ml', 'baseline_topic') }}
),

-- Which inventions the feeds that both ways may count tell of.
told as (
    select distinct kept.watch, publication.invention_id
    from {{ ref('dim_publication') }} as publication
    inner join kept on list_has_any(publication.feeds, kept.feeds)
    where not publication.is_deleted
)

select
    filing.watch,
    filing.invention_id,
    case when kept.keeps_relevance then coalesce(old_answer.is_relevant, false) else filing.is_relevant end
    and (kept.feeds is null or told.invention_id is not null) as is_relevant,
    case when kept.keeps_topics then old_topic.topic_id else filing.topic_id end as topic_id,
    filing.office,
    filing.patent_type,
    filing.filing_month,
    filing.earliest_publication_date,
    filing.is_synthetic
from filing
inner join kept using (watch)
left join old_answer using (watch, invention_id)
left join old_topic using (watch, invention_id)
left join told using (watch, invention_id)
