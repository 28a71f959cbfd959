{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    tags=['core'],
    pre_hook="{{ keep_unchanged('int_changed_publication', 'publication_id') }}",
) }}

with

record as (
    select publication_id, source, feed, texts from {{ records() }}
),

preference as (
    select * from {{ ref('int_feed_preference') }}
),

single as (
    select publication_id, source, feed, unnest(texts) as part_text
    from record
),

named as (
    select
        single.publication_id,
        single.part_text.part as part,
        coalesce(single.part_text.language, {{ language_by_script('single.part_text.text') }}, 'und') as language,
        single.part_text.origin as origin,
        single.part_text.text as text,
        preference.preference
    from single
    inner join preference using (publication_id, source, feed)
    where trim(single.part_text.text) <> ''
)

select
    publication_id,
    part,
    language,
    origin,
    text
from named
qualify row_number() over (
    partition by publication_id, part, language
    -- The filing's own words before borrowed ones and a machine's, then the preferred feed, then the fuller wording.
    order by {{ origin_rank('origin') }}, preference, length(text) desc, text
) = 1
