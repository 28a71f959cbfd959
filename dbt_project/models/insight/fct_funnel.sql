{{ config(tags=['findings']) }}

with

record as (
    -- What was invented before real filings came is no part of their funnel.
    select count(*) as item_count from {{ ref('fct_record_fate') }} where fate <> 'synthetic_retired'
),

publication as (
    select count(*) as item_count from {{ ref('dim_publication') }}
),

filing as (
    select * from {{ ref('fct_watch_filing') }}
),

monitored as (
    select distinct member.watch, member.invention_id
    from {{ ref('int_series_member') }} as member
    inner join {{ ref('dim_series') }} as series using (series_id, rule_index)
),

staged as (
    select
        filing.watch,
        count(*) as inventions,
        count(*) filter (where filing.probability is not null) as judged,
        count(*) filter (where filing.is_relevant) as relevant,
        count(*) filter (where filing.is_relevant and filing.filing_month is not null) as dated,
        count(*) filter (where monitored.invention_id is not null) as in_a_series,
        bool_or(filing.is_synthetic) as is_synthetic
    from filing
    left join monitored using (watch, invention_id)
    group by filing.watch
),

counted as (
    select
        staged.watch,
        staged.is_synthetic,
        unnest([
            {'place': 1, 'stage': 'landed records', 'unit': 'records', 'items': record.item_count},
            {'place': 2, 'stage': 'distinct publications', 'unit': 'publications', 'items': publication.item_count},
            {'place': 3, 'stage': 'inventions', 'unit': 'inventions', 'items': staged.inventions},
            {'place': 4, 'stage': 'judged', 'unit': 'inventions', 'items': staged.judged},
            {'place': 5, 'stage': 'relevant', 'unit': 'inventions', 'items': staged.relevant},
            {'place': 6, 'stage': 'relevant and dated', 'unit': 'inventions', 'items': staged.dated},
            {'place': 7, 'stage': 'in a series', 'unit': 'inventions', 'items': staged.in_a_series}
        ]) as step
    from staged
    cross join record
    cross join publication
)

select
    watch,
    step.stage as stage,
    step.place::integer as stage_order,
    step.unit as unit,
    step['items']::bigint as item_count,
    is_synthetic
from counted
