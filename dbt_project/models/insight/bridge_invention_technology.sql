{{ config(tags=['series']) }}

with

technology as (
    select * from {{ ref('stg_watch_technology') }}
),

technology_class as (
    select symbol_prefix, tag from {{ ref('dim_technology_class') }}
),

classification as (
    select * from {{ ref('bridge_invention_classification') }}
),

invention as (
    select invention_id, lower(text) as text from {{ ref('fct_invention') }}
),

wanted_tag as (
    select watch, technology, unnest(tags) as tag from technology
),

wanted_term as (
    select watch, technology, unnest(terms) as term from technology
),

-- Symbols are few against filings: prefixes are tried once a symbol, not once a filing.
symbol as (
    select distinct symbol from classification
),

symbol_technology as (
    select distinct symbol.symbol, wanted_tag.watch, wanted_tag.technology
    from symbol
    inner join technology_class on starts_with(symbol.symbol, technology_class.symbol_prefix)
    inner join wanted_tag using (tag)
),

by_class as (
    select
        symbol_technology.watch,
        classification.invention_id,
        symbol_technology.technology,
        'class ' || classification.symbol as evidence
    from classification
    inner join symbol_technology using (symbol)
),

by_term as (
    select
        wanted_term.watch,
        invention.invention_id,
        wanted_term.technology,
        'term ' || wanted_term.term as evidence
    from invention
    inner join wanted_term on contains(invention.text, wanted_term.term)
),

matched as (
    select * from by_class
    union
    select * from by_term
)

select
    watch,
    invention_id,
    technology,
    list_sort(list(evidence)) as evidence
from matched
group by watch, invention_id, technology
