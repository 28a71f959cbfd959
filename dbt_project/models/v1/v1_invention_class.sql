with

invention_class as (
    select * from {{ here(ref('bridge_invention_classification')) }}
)

select
    invention_id,
    scheme,
    symbol
from invention_class
