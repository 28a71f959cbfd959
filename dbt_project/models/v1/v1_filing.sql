with

filing as (
    select * from {{ here(ref('fct_watch_filing')) }}
),

publication as (
    select publication_id, url from {{ here(ref('dim_publication')) }}
),

topic as (
    select watch, topic_id, name from {{ here(ref('dim_topic')) }}
)

select
    filing.watch,
    filing.invention_id,
    filing.title,
    publication.url,
    filing.is_relevant,
    filing.probability as relevance_probability,
    filing.topic_id,
    topic.name as topic,
    filing.office,
    filing.patent_type,
    filing.filing_month,
    filing.earliest_publication_date as first_publication_date,
    filing.is_synthetic
from filing
left join publication on filing.invention_id = publication.publication_id
left join topic on filing.watch = topic.watch and filing.topic_id = topic.topic_id
