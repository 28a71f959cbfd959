{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    tags=['core'],
    pre_hook="{{ keep_unchanged('int_changed_publication', 'publication_id') }}",
) }}

with

record as (
    select * from {{ records() }}
),

feed_order as (
    select * from {{ ref('feed_order') }}
)

select
    record.publication_id,
    record.source,
    record.feed,
    row_number() over (
        partition by record.publication_id
        order by coalesce(feed_order.merge_rank, 1000), record.first_seen_at desc, record.source, record.feed
    )::integer as preference
from record
left join feed_order using (feed)
where not record.is_deleted
