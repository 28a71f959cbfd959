with

invention_use as (
    select * from {{ here(ref('bridge_invention_use')) }}
)

select
    watch,
    invention_id,
    use as field_of_use,
    evidence
from invention_use
