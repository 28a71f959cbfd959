with

invention_technology as (
    select * from {{ here(ref('bridge_invention_technology')) }}
)

select
    watch,
    invention_id,
    technology,
    evidence
from invention_technology
