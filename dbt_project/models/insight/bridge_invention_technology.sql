{{ config(tags=['series']) }}

select
    watch,
    invention_id,
    entry as technology,
    evidence
from {{ ref('int_invention_entry') }}
where entry_kind = 'technology'
