{{ config(tags=['core']) }}

with

symbol as (
    select publication_id, unnest(classifications) as class
    from {{ ref('stg_publication') }}
    where not is_deleted
)

select
    publication_id,
    class.scheme as scheme,
    class.symbol as symbol,
    max(class.version) as scheme_version
from symbol
group by all
