select
    group_id,
    name_en,
    name_zh,
    check_mark,
    source
from {{ ref('company') }}
