{{ config(tags=['series']) }}

with

filing as (
    select * from {{ ref('fct_watch_filing') }} where is_relevant
),

-- Who filed: the group of companies on the day of the filing, as the pages of companies count; the legal entity where
-- that was in none that is known, or the name of which no entity is known.
filed_by as (
    select invention_id, holder_id as applicant_group from {{ ref('int_invention_holder') }}
    union all
    select bridge.invention_id, applicant.applicant_id
    from {{ ref('bridge_invention_applicant') }} as bridge
    inner join {{ ref('dim_applicant') }} as applicant using (applicant_id)
    where applicant.entity_id is null
),

filers as (
    select invention_id, list_sort(list(distinct applicant_group)) as applicant_groups
    from filed_by
    group by invention_id
)

select
    filing.watch,
    filing.invention_id,
    filing.topic_id,
    filing.office,
    filing.patent_type,
    filing.filing_month,
    filing.earliest_publication_date as publication_date,
    coalesce(filers.applicant_groups, []) as applicant_groups,
    filing.is_synthetic
from filing
left join filers using (invention_id)
