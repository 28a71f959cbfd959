with

statement as (
    select * from {{ here(ref('fct_export_statement')) }}
)

select
    statement_id,
    statement,
    case_count,
    firm_count,
    country_count,
    belt_and_road_country_count,
    is_at_least,
    check_mark,
    source
from statement
