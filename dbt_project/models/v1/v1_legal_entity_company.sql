with

membership as (
    select * from {{ here(ref('bridge_entity_group')) }}
)

select
    entity_id as legal_entity_id,
    group_id as company_id,
    valid_from,
    valid_to,
    is_latest,
    check_mark,
    source
from membership
