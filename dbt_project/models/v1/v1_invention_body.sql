with

invention_body as (
    select * from {{ here(ref('bridge_invention_body')) }}
)

select
    watch,
    invention_id,
    body_part,
    evidence
from invention_body
