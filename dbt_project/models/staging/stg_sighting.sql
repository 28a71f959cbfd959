select
    sighting.page_id,
    sighting.record_index,
    page.source,
    page.feed,
    sighting.publication_id,
    sighting.outcome,
    reject.code as reject_code,
    reject.reason as reject_reason
from {{ source('raw', 'sighting') }} as sighting
inner join {{ source('raw', 'page') }} as page using (page_id)
left join {{ source('raw', 'reject') }} as reject using (page_id, record_index)
