with

invention_group as (
    select * from {{ here(ref('bridge_invention_group')) }}
)

select
    invention_id,
    group_id as company_id
from invention_group
