with

link_reason as (
    select * from {{ here(ref('link_reason')) }}
)

select
    publication_id,
    invention_id,
    rule,
    detail
from link_reason
