with

export_case as (
    select * from {{ here(ref('fct_export_case')) }}
)

select
    case_id,
    firm,
    group_id as company_id,
    country,
    case_date,
    date_precision,
    belt_and_road_on_date,
    technology,
    what,
    source,
    url
from export_case
