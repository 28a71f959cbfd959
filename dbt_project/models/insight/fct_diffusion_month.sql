{{ config(tags=['series']) }}

with

filing as (
    select watch, invention_id, filing_month, is_synthetic
    from {{ ref('fct_watch_filing') }}
    where is_relevant and filing_month is not null
),

diffusion as (
    select * from {{ ref('fct_diffusion') }}
)

select
    filing.watch,
    diffusion.first_office,
    diffusion.office,
    filing.filing_month,
    diffusion.belt_and_road_on_date,
    count(*)::integer as filing_count,
    filing.is_synthetic
from filing
inner join diffusion using (invention_id)
group by
    filing.watch, diffusion.first_office, diffusion.office, filing.filing_month, diffusion.belt_and_road_on_date,
    filing.is_synthetic
