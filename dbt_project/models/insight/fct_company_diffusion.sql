{{ config(tags=['series']) }}

with

filing as (
    select watch, invention_id, is_synthetic from {{ ref('fct_watch_filing') }} where is_relevant
),

invention_group as (
    select * from {{ ref('bridge_invention_group') }}
),

diffusion as (
    select * from {{ ref('fct_diffusion') }}
)

select
    filing.watch,
    invention_group.group_id,
    diffusion.first_office,
    diffusion.office,
    diffusion.belt_and_road_on_date,
    count(*)::integer as filing_count,
    min(diffusion.first_publication_date) as first_publication_date,
    max(diffusion.first_publication_date) as last_first_publication_date,
    filing.is_synthetic
from filing
inner join invention_group using (invention_id)
inner join diffusion using (invention_id)
group by
    filing.watch, invention_group.group_id, diffusion.first_office, diffusion.office,
    diffusion.belt_and_road_on_date, filing.is_synthetic
