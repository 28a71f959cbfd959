{{ config(tags=['series']) }}

select
    watch,
    invention_id,
    entry as use,
    evidence
from {{ ref('int_invention_entry') }}
where entry_kind = 'use'
