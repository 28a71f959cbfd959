with

entity as (
    select * from {{ here(ref('dim_legal_entity')) }}
)

select
    entity_id as legal_entity_id,
    name,
    name_latin,
    name_zh,
    body,
    country,
    name_count,
    use_count,
    known_from,
    check_mark,
    source,
    is_synthetic
from entity
