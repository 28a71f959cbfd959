select * exclude (is_retired)
from {{ ref('stg_feed_record') }}
where not is_retired
