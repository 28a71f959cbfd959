{#- One regular expression of all terms of all watches, built before the model so that it is compiled once: texts that
    hold no term at all are passed over in one look. It only spares work: without it (null) every text is tried. It is
    left out when so many terms make it longer than what the engine can keep in its tables. -#}
{{ config(
    tags=['series'],
    pre_hook="
        set variable any_term = (
            select case when sum(length(pattern)) < 30000 then string_agg(pattern, '|') end
            from (
                select distinct replace(regexp_escape(plain), '\\ ', '" ~ word_gap() ~ "+') as pattern
                from (select " ~ plain_text('unnest(terms)') ~ " as plain from {{ ref('int_watch_entry') }})
            )
        )
    "
) }}

with

entry as (
    select * from {{ ref('int_watch_entry') }}
),

invention as (
    select invention_id, {{ plain_text('text') }} as text
    from {{ ref('fct_invention') }}
    where coalesce(regexp_matches(lower(text), getvariable('any_term')), text is not null)
),

spelled_term as (
    select watch, entry_kind, entry, unnest(terms) as term from entry
),

term as (
    select *, {{ plain_text('term') }} as plain from spelled_term
),

spelled_void as (
    select watch, entry_kind, entry, unnest(unless) as word from entry
),

void as (
    select *, {{ plain_text('word') }} as plain from spelled_void
),

-- Words are many and texts are long: the plain search comes first, the exact one sees what is left.
hit as (
    select term.watch, term.entry_kind, term.entry, term.term, invention.invention_id, invention.text
    from invention
    inner join term on contains(invention.text, term.plain)
    where regexp_matches(invention.text, {{ term_pattern('term.plain') }})
),

voided as (
    select distinct hit.watch, hit.entry_kind, hit.entry, hit.invention_id
    from hit
    inner join void
        on hit.watch = void.watch
        and hit.entry_kind = void.entry_kind
        and hit.entry = void.entry
        and contains(hit.text, void.plain)
    where regexp_matches(hit.text, {{ term_pattern('void.plain') }})
)

select distinct
    watch,
    entry_kind,
    entry,
    invention_id,
    lower(term) as term
from hit
anti join voided using (watch, entry_kind, entry, invention_id)
