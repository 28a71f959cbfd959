{{ config(tags=['series']) }}

with

entry as (
    select watch, entry_kind, entry, invention_id, evidence from {{ ref('int_invention_entry') }}
),

technology as (
    select watch, technology, body as body_part from {{ ref('stg_watch_technology') }} where body is not null
),

placed as (
    select watch, invention_id, entry as body_part, unnest(evidence) as evidence
    from entry
    where entry_kind = 'body'
    union
    select entry.watch, entry.invention_id, technology.body_part, unnest(entry.evidence) as evidence
    from entry
    inner join technology on entry.watch = technology.watch and entry.entry = technology.technology
    where entry.entry_kind = 'technology'
)

select
    watch,
    invention_id,
    body_part,
    list_sort(list(evidence)) as evidence
from placed
group by watch, invention_id, body_part
