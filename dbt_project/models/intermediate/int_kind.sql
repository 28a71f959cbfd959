{{ config(tags=['core']) }}

with

seen as (
    select distinct office, kind from {{ ref('int_publication') }}
),

kind_code as (
    select office, coalesce(kind_prefix, '') as kind_prefix, patent_type, label from {{ ref('kind_code') }}
),

candidate as (
    select
        seen.office,
        seen.kind,
        kind_code.patent_type,
        kind_code.label,
        row_number() over (
            partition by seen.office, seen.kind
            -- What the office means by the whole code, else by its letter, else what the letter means anywhere.
            order by length(kind_code.kind_prefix) desc, kind_code.office = '*'
        ) as choice
    from seen
    left join kind_code
        on kind_code.office in (seen.office, '*')
        and starts_with(seen.kind, kind_code.kind_prefix)
        and (kind_code.kind_prefix <> '' or seen.kind = '')
)

select
    office,
    kind,
    coalesce(patent_type, 'other') as patent_type,
    coalesce(label, 'unknown kind') as kind_label
from candidate
where choice = 1
