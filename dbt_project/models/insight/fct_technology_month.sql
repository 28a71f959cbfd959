{{ config(tags=['series']) }}

with

filing as (
    select * from {{ ref('fct_watch_filing') }} where is_relevant and filing_month is not null
),

technology as (
    select watch, invention_id, technology from {{ ref('bridge_invention_technology') }}
)

select
    filing.watch,
    technology.technology,
    filing.office,
    filing.patent_type,
    filing.filing_month,
    count(*)::integer as filing_count,
    filing.is_synthetic
from filing
inner join technology using (watch, invention_id)
group by
    filing.watch, technology.technology, filing.office, filing.patent_type, filing.filing_month, filing.is_synthetic
