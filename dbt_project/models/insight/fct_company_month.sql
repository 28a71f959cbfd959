{{ config(tags=['series']) }}

with

filing as (
    select * from {{ ref('fct_watch_filing') }} where is_relevant and filing_month is not null
),

invention_group as (
    select * from {{ ref('bridge_invention_group') }}
)

select
    filing.watch,
    invention_group.group_id,
    filing.office,
    filing.patent_type,
    filing.filing_month,
    count(*)::integer as filing_count,
    filing.is_synthetic
from filing
inner join invention_group using (invention_id)
group by
    filing.watch, invention_group.group_id, filing.office, filing.patent_type, filing.filing_month,
    filing.is_synthetic
