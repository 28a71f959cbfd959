select
    change_id,
    event_id,
    old_symbol_prefix,
    new_symbol_prefix,
    since_date,
    kind,
    has_back_file,
    meaning,
    check_mark,
    source
from {{ ref('class_change') }}
