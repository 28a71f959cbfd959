{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    tags=['series'],
    pre_hook="{{ keep_unchanged('int_text_to_search', 'invention_id') }}",
) }}
{#- Only what has been searched counts as searched: a build that fails in between searches the same texts again. -#}
{{- built_after('int_invention_term') }}

select
    invention_id,
    text_hash,
    entries_hash
from {{ ref('int_text_to_search') }}
-- What is searched no more, because it is gone, is in there without a text.
where text_hash is not null
