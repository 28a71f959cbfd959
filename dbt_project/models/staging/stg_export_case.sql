select
    case_id,
    page_id,
    row_number,
    firm,
    country,
    case_date,
    date_precision,
    technology,
    what,
    source,
    url,
    first_seen_at
from {{ source('raw', 'export_case') }}
