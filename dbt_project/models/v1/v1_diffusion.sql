with

diffusion as (
    select * from {{ here(ref('fct_diffusion')) }}
)

select
    invention_id,
    office,
    office_kind,
    first_office,
    first_filing_date,
    first_publication_date,
    after_first_days,
    belt_and_road_on_date,
    publication_count,
    is_synthetic
from diffusion
