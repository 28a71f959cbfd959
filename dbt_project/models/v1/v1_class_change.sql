with

class_change as (
    select * from {{ here(ref('dim_class_change')) }}
)

select
    change_id,
    old_symbol_prefix,
    new_symbol_prefix,
    since_date,
    kind,
    has_back_file,
    meaning,
    check_mark,
    source
from class_change
