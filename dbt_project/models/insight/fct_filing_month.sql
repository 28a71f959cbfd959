{{ config(tags=['series']) }}

with

filing as (
    select * from {{ ref('fct_watch_filing') }} where filing_month is not null
)

select
    watch,
    filing_month,
    office,
    patent_type,
    count(*)::integer as filing_count,
    (count(*) filter (where is_relevant))::integer as relevant_count,
    is_synthetic
from filing
group by watch, filing_month, office, patent_type, is_synthetic
