{#- One regular expression of all terms of all watches, built before the model so that it is compiled once: texts that
    hold no term at all are passed over in one look. It only spares work: without it (null) every text is tried. It is
    left out when so many terms make it longer than what the engine can keep in its tables. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    tags=['series'],
    pre_hook=["{{ keep_unchanged('int_text_to_search', 'invention_id') }}", "
        set variable any_term = (
            select case when sum(length(pattern)) < 30000 then string_agg(pattern, '|') end
            from (
                select distinct replace(regexp_escape(plain), '\\ ', '" ~ word_gap() ~ "+') as pattern
                from (select " ~ plain_text('unnest(terms)') ~ " as plain from {{ ref('int_watch_entry') }})
            )
        )
    "],
) }}
{{- built_after('int_text_to_search') }}

with

entry as (
    select * from {{ ref('int_watch_entry') }}
),

invention as (
    select
        invention_id,
        {{ plain_text('text') }} as plain,
        {{ spaced_words('plain') }} as words
    from {{ ref('fct_invention') }}
    where coalesce(regexp_matches(lower(text), getvariable('any_term')::varchar), text is not null)
        {%- if is_incremental() %}
        and invention_id in (select invention_id from {{ ref('int_text_to_search') }})
        {%- endif %}
),

spelled as (
    select watch, entry_kind, entry, unnest(terms) as term, false as is_void from entry
    union all
    select watch, entry_kind, entry, unnest(unless) as term, true as is_void from entry
),

term as (
    select
        *,
        {{ plain_text('term') }} as plain,
        regexp_matches(plain, '[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]') as has_cjk,
        rtrim({{ spaced_words('plain') }}) as needle
    from spelled
),

-- Many entries share a word: each is looked for once.
needle as (
    select distinct plain, has_cjk, needle from term where not is_void
),

-- Two joins with one plain search each: a condition that chooses between them for every pair costs ten times as much.
found as (
    select needle.plain, invention.invention_id
    from invention
    inner join (from needle where has_cjk) as needle on contains(invention.plain, needle.plain)
    union all
    select needle.plain, invention.invention_id
    from invention
    inner join (from needle where not has_cjk) as needle on contains(invention.words, needle.needle)
    where {{ holds_term('invention', 'needle') }}
),

hit as (
    select term.watch, term.entry_kind, term.entry, term.term, found.invention_id
    from found
    inner join term using (plain)
    where not term.is_void
),

voided as (
    select distinct hit.watch, hit.entry_kind, hit.entry, hit.invention_id
    from hit
    inner join term
        on hit.watch = term.watch and hit.entry_kind = term.entry_kind and hit.entry = term.entry and term.is_void
    inner join invention using (invention_id)
    where {{ holds_term('invention', 'term') }}
)

select distinct
    watch,
    entry_kind,
    entry,
    invention_id,
    lower(term) as term
from hit
anti join voided using (watch, entry_kind, entry, invention_id)
