with

event as (
    select * from {{ ref('event') }}
),

class_change as (
    select * from {{ ref('dim_class_change') }}
),

-- A change of classes is a rival explanation; the list of events need not say again what the list of changes says.
class_event as (
    select
        event_id,
        min(since_date) as event_date,
        'Classes change: ' || string_agg(
            case kind
                when 'moved' then new_symbol_prefix || ' in place of ' || old_symbol_prefix
                else new_symbol_prefix || ' opens' || case when has_back_file then '' else ' without back-file' end
            end,
            '; ' order by change_id
        ) as name_en,
        case when bool_and(check_mark <> 'M') then min(check_mark) else 'M' end as check_mark,
        string_agg(distinct source, '; ' order by source) as source
    from class_change
    where event_id not in (select event_id from event)
    group by event_id
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

union all

select
    event_id,
    event_date,
    'day' as date_precision,
    'data_artifact' as kind,
    name_en,
    null as name_zh,
    check_mark,
    source
from class_event
