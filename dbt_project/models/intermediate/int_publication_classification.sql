{{ config(tags=['core']) }}

with

symbol as (
    select publication_id, unnest(classifications) as class
    from {{ ref('stg_publication') }}
    where not is_deleted
)

select distinct
    publication_id,
    class.scheme as scheme,
    class.symbol as symbol
from symbol
