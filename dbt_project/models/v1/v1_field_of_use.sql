with

field_of_use as (
    select * from {{ here(ref('dim_use')) }}
)

select
    watch,
    use as field_of_use,
    name_en,
    name_zh
from field_of_use
