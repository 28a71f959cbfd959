select
    watch,
    version,
    title,
    definition,
    first_seen_at
from {{ source('raw', 'watch') }}
qualify row_number() over (partition by watch order by first_seen_at desc, version desc) = 1
