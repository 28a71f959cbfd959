select
    decision_id,
    subject,
    value,
    decided_by,
    decided_at,
    reason
from {{ source('raw', 'decision') }}
where kind = 'link'
