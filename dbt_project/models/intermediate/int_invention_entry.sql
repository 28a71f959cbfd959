{{ config(tags=['series']) }}

with

entry as (
    select * from {{ ref('int_watch_entry') }}
),

technology_class as (
    select symbol_prefix, tag from {{ ref('dim_technology_class') }}
),

class_change as (
    select * from {{ ref('dim_class_change') }} where kind = 'moved'
),

classification as (
    select distinct invention_id, symbol from {{ ref('bridge_invention_classification') }}
),

by_term as (
    select watch, entry_kind, entry, invention_id, 'term ' || term as evidence from {{ ref('int_invention_term') }}
),

wanted_tag as (
    select watch, entry_kind, entry, unnest(tags) as tag from entry
),

-- Symbols are few against filings: prefixes are tried once a symbol, not once a filing.
symbol as (
    select distinct symbol from classification
),

-- A symbol stands for what it says, and for what its matter was called before or is called since: a rename is no trend.
home as (
    select symbol, symbol as home, 'class ' || symbol as evidence, false as is_alias
    from symbol
    union all
    select
        symbol.symbol,
        class_change.new_symbol_prefix as home,
        'class ' || symbol.symbol || ' (since ' || year(class_change.since_date) || ' '
        || rtrim(class_change.new_symbol_prefix, '/') || ')' as evidence,
        true as is_alias
    from symbol
    inner join class_change on starts_with(symbol.symbol, class_change.old_symbol_prefix)
    union all
    select
        symbol.symbol,
        class_change.old_symbol_prefix as home,
        'class ' || symbol.symbol || ' (before ' || year(class_change.since_date) || ' '
        || class_change.old_symbol_prefix || ')' as evidence,
        true as is_alias
    from symbol
    inner join class_change on starts_with(symbol.symbol, class_change.new_symbol_prefix)
),

-- Where a symbol speaks for itself, its aliases add nothing.
symbol_entry as (
    select home.symbol, wanted_tag.watch, wanted_tag.entry_kind, wanted_tag.entry, home.evidence
    from home
    inner join technology_class on starts_with(home.home, technology_class.symbol_prefix)
    inner join wanted_tag using (tag)
    qualify
        home.is_alias
        = min(home.is_alias) over (
            partition by home.symbol, wanted_tag.watch, wanted_tag.entry_kind, wanted_tag.entry
        )
),

by_class as (
    select
        symbol_entry.watch,
        symbol_entry.entry_kind,
        symbol_entry.entry,
        classification.invention_id,
        symbol_entry.evidence
    from classification
    inner join symbol_entry using (symbol)
),

matched as (
    select * from by_class
    union
    select * from by_term
)

select
    watch,
    entry_kind,
    entry,
    invention_id,
    list_sort(list(evidence)) as evidence
from matched
group by watch, entry_kind, entry, invention_id
