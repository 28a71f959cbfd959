{{ config(tags=['series']) }}

with

old_watch as (
    select watch from {{ source('ml', 'series_baseline') }} where part = 'technologies'
),

entry as (
    select watch, entry_kind, entry, invention_id from {{ ref('int_invention_entry') }}
)

-- Where the technologies of a watch did not change, the old way has those of today.
select entry.watch, entry.invention_id, entry.entry as technology
from entry
left join old_watch using (watch)
where entry.entry_kind = case when old_watch.watch is null then 'technology' else 'old_technology' end
