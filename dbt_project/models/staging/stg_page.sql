select
    page_id,
    -- The pages of one file are one delivery, also when its import was cut and continued by a later run.
    coalesce(request ->> '$.sha256', page_id) as delivery_id,
    run_id,
    source,
    feed,
    coalesce(request ->> '$.file', request::varchar) as asked_for,
    fetched_at,
    record_count,
    reject_count,
    new_count,
    changed_count,
    unchanged_count
from {{ source('raw', 'page') }}
