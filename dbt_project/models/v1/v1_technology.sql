with

technology as (
    select * from {{ here(ref('dim_technology')) }}
)

select
    watch,
    technology,
    name_en,
    name_zh,
    body,
    rights
from technology
