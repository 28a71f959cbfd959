{{ config(tags=['series']) }}

with

watch as (
    select watch from {{ ref('stg_watch') }}
),

invention as (
    select * from {{ ref('fct_invention') }}
),

relevance as (
    select watch, invention_id, probability, is_relevant from {{ source('ml', 'relevance') }}
),

filing_topic as (
    select watch, invention_id, topic_id from {{ source('ml', 'filing_topic') }}
)

select
    watch.watch,
    invention.invention_id,
    relevance.probability,
    coalesce(relevance.is_relevant, false) as is_relevant,
    filing_topic.topic_id,
    invention.office,
    invention.patent_type,
    invention.filing_month,
    invention.earliest_publication_date,
    invention.title,
    invention.is_synthetic
from watch
cross join invention
left join relevance on watch.watch = relevance.watch and invention.invention_id = relevance.invention_id
left join filing_topic on watch.watch = filing_topic.watch and invention.invention_id = filing_topic.invention_id
