{{ config(tags=['series']) }}

with

filing as (
    select * from {{ ref('fct_watch_filing') }} where is_relevant and filing_month is not null
),

-- Two spellings of one entity on a filing are one applicant.
filed_by as (
    select distinct bridge.invention_id, applicant.entity_id
    from {{ ref('bridge_invention_applicant') }} as bridge
    inner join {{ ref('dim_applicant') }} as applicant using (applicant_id)
    where applicant.entity_id is not null
)

select
    filing.watch,
    filed_by.entity_id,
    filing.office,
    filing.patent_type,
    filing.filing_month,
    count(*)::integer as filing_count,
    filing.is_synthetic
from filing
inner join filed_by using (invention_id)
group by
    filing.watch, filed_by.entity_id, filing.office, filing.patent_type, filing.filing_month, filing.is_synthetic
