with

event as (
    select * from {{ here(ref('dim_event')) }}
)

select
    event_id,
    event_date,
    date_precision,
    kind,
    name_en,
    name_zh,
    check_mark,
    source
from event
