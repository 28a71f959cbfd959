with

company as (
    select * from {{ here(ref('dim_group')) }}
)

select
    group_id as company_id,
    name_en,
    name_zh,
    check_mark,
    source,
    is_synthetic
from company
