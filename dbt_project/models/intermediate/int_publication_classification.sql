{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    tags=['core'],
    pre_hook="{{ keep_unchanged('int_changed_publication', 'publication_id') }}",
) }}

with

symbol as (
    select publication_id, unnest(classifications) as class
    from {{ records() }}
    where not is_deleted
)

select
    publication_id,
    class.scheme as scheme,
    class.symbol as symbol,
    max(class.version) as scheme_version
from symbol
group by all
