{{ config(tags=['findings']) }}

with

filing as (
    select * from {{ ref('int_topic_filing') }} where topic_id is not null
),

topic as (
    select watch, topic_id, is_synthetic, count(*) as filing_count
    from filing
    group by watch, topic_id, is_synthetic
),

office as (
    select
        watch,
        topic_id,
        is_synthetic,
        office,
        count(*) as filing_count,
        count(*) filter (where patent_type = 'utility_model') as utility_model_count,
        min(filing_month) as first_filing_month,
        max(filing_month) as last_filing_month
    from filing
    group by watch, topic_id, is_synthetic, office
)

select
    office.watch,
    office.topic_id,
    office.office,
    office.filing_count::integer as filing_count,
    office.utility_model_count::integer as utility_model_count,
    topic.filing_count::integer as topic_filing_count,
    office.filing_count / topic.filing_count as topic_share,
    {{ wilson_bound('office.filing_count', 'topic.filing_count', '-') }} as topic_share_low,
    {{ wilson_bound('office.filing_count', 'topic.filing_count', '+') }} as topic_share_high,
    office.first_filing_month,
    office.last_filing_month,
    office.is_synthetic
from office
inner join topic
    on office.watch = topic.watch and office.topic_id = topic.topic_id and office.is_synthetic = topic.is_synthetic
