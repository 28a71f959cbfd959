{{ config(tags=['series']) }}

with

technology as (
    select * from {{ ref('stg_watch_technology') }}
),

wanted_tag as (
    select watch, technology, unnest(tags) as tag from technology
),

technology_class as (
    select tag, symbol from {{ ref('dim_technology_class') }}
),

class_break as (
    select new_symbol_prefix, since_date
    from {{ ref('dim_class_change') }}
    where kind = 'introduced' and not has_back_file
),

-- Of each class of a technology: the day from which on it was given, when older documents were left as they are.
class_since as (
    select
        wanted_tag.watch,
        wanted_tag.technology,
        technology_class.symbol,
        max(class_break.since_date) as break_date
    from wanted_tag
    inner join technology_class using (tag)
    left join class_break on starts_with(technology_class.symbol, class_break.new_symbol_prefix)
    group by wanted_tag.watch, wanted_tag.technology, technology_class.symbol
),

broken as (
    select
        watch,
        technology,
        min(break_date) as class_break_date,
        bool_and(break_date is not null) as are_all_broken
    from class_since
    group by watch, technology
)

select
    technology.watch,
    technology.technology,
    technology.name_en,
    technology.name_zh,
    technology.body,
    technology.rights,
    len(technology.tags) > 0 as is_found_by_class,
    len(technology.terms) > 0 as is_found_by_term,
    broken.class_break_date,
    len(technology.terms) = 0 and coalesce(broken.are_all_broken, false) as rests_on_broken_class
from technology
left join broken using (watch, technology)
