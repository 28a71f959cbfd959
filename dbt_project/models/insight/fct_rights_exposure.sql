{{ config(tags=['series']) }}

with

filing as (
    select * from {{ ref('fct_watch_filing') }} where is_relevant and filing_month is not null
),

technology as (
    select
        watch,
        invention_id,
        technology,
        len(list_filter(evidence, lambda found: starts_with(found, 'class '))) > 0 as is_by_class,
        len(list_filter(evidence, lambda found: not starts_with(found, 'class '))) > 0 as is_by_term
    from {{ ref('bridge_invention_technology') }}
),

exposed_right as (
    select watch, technology, right_code from {{ ref('stg_watch_right') }}
),

exposed as (
    select
        filing.watch,
        exposed_right.right_code,
        technology.technology,
        filing.office,
        filing.filing_month,
        case
            when technology.is_by_class and technology.is_by_term then 'class and term'
            when technology.is_by_class then 'class'
            else 'term'
        end as basis,
        filing.is_synthetic
    from filing
    inner join technology using (watch, invention_id)
    inner join exposed_right using (watch, technology)
)

select
    watch,
    right_code,
    technology,
    office,
    filing_month,
    basis,
    count(*)::integer as filing_count,
    is_synthetic
from exposed
group by watch, right_code, technology, office, filing_month, basis, is_synthetic
