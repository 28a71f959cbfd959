{{ config(tags=['series']) }}

select
    watch,
    use,
    name_en,
    name_zh,
    len(tags) > 0 as is_found_by_class,
    len(terms) > 0 as is_found_by_term
from {{ ref('stg_watch_use') }}
