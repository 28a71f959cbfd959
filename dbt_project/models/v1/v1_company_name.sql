with

company_name as (
    select * from {{ here(ref('dim_company_name')) }}
)

select
    group_id as company_id,
    normalised_name,
    kind,
    name
from company_name
