select publication_id, count(*) as version_count
from {{ source('raw', 'publication') }}
where not is_synthetic or (select bool_and(is_synthetic) from {{ source('raw', 'publication') }})
group by publication_id
