{{ config(tags=['findings']) }}

with

filing as (
    select watch, invention_id, topic_id, office, is_synthetic
    from {{ ref('fct_watch_filing') }}
    where is_relevant
),

invention as (
    select invention_id, filing_date, earliest_publication_date from {{ ref('fct_invention') }}
),

technology as (
    select watch, invention_id, technology from {{ ref('bridge_invention_technology') }}
),

spoken_of as (
    select watch, invention_id, 'all' as subject_kind, 'all' as subject, office, is_synthetic
    from filing
    union all
    select watch, invention_id, 'topic', topic_id, office, is_synthetic
    from filing
    where topic_id is not null
    union all
    select filing.watch, filing.invention_id, 'technology', technology.technology, filing.office, filing.is_synthetic
    from filing
    inner join technology using (watch, invention_id)
)

select
    spoken_of.watch,
    spoken_of.subject_kind,
    spoken_of.subject,
    spoken_of.invention_id,
    spoken_of.office,
    invention.filing_date,
    invention.earliest_publication_date as publication_date,
    spoken_of.is_synthetic
from spoken_of
inner join invention using (invention_id)
