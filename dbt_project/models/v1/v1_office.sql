with

office as (
    select * from {{ here(ref('dim_office')) }}
)

select
    office,
    name_en,
    kind
from office
