with

freshness as (
    select * from {{ here(source('ops', 'source_state')) }}
)

select
    source,
    status,
    asked_at,
    answered_at,
    complete_through,
    stale_since,
    message
from freshness
