{{ config(tags=['findings']) }}

with

filing as (
    select * from {{ ref('int_topic_filing') }} where topic_id is not null
),

company_group as (
    select group_id, name_en from {{ ref('dim_group') }}
),

entity as (
    select entity_id, name from {{ ref('dim_legal_entity') }}
),

applicant as (
    select applicant_id, name from {{ ref('dim_applicant') }}
),

topic as (
    select watch, topic_id, is_synthetic, count(*) as filing_count
    from filing
    group by watch, topic_id, is_synthetic
),

member as (
    select watch, topic_id, is_synthetic, filing_month, unnest(applicant_groups) as company_id from filing
),

company as (
    select
        watch,
        topic_id,
        is_synthetic,
        company_id,
        count(*) as filing_count,
        min(filing_month) as first_filing_month,
        max(filing_month) as last_filing_month
    from member
    group by watch, topic_id, is_synthetic, company_id
)

select
    company.watch,
    company.topic_id,
    company.company_id,
    company_group.group_id,
    coalesce(company_group.name_en, entity.name, applicant.name, company.company_id) as name,
    company.filing_count::integer as filing_count,
    topic.filing_count::integer as topic_filing_count,
    company.filing_count / topic.filing_count as topic_share,
    {{ wilson_bound('company.filing_count', 'topic.filing_count', '-') }} as topic_share_low,
    {{ wilson_bound('company.filing_count', 'topic.filing_count', '+') }} as topic_share_high,
    company.first_filing_month,
    company.last_filing_month,
    company.is_synthetic
from company
inner join topic
    on company.watch = topic.watch and company.topic_id = topic.topic_id and company.is_synthetic = topic.is_synthetic
left join company_group on company.company_id = company_group.group_id
left join entity on company.company_id = entity.entity_id
left join applicant on company.company_id = applicant.applicant_id
