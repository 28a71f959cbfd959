{{ config(tags=['findings']) }}

with

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
        filing.*,
        monitored.invention_id is not null as is_monitored
    from filing
    left join monitored using (watch, invention_id)
),

counted as (
    select
        watch,
        unnest([
            {'stage_order': 1, 'stage': 'inventions', 'inventions': count(*)},
            {'stage_order': 2, 'stage': 'judged', 'inventions': count(*) filter (where probability is not null)},
            {'stage_order': 3, 'stage': 'relevant', 'inventions': count(*) filter (where is_relevant)},
            {
                'stage_order': 4,
                'stage': 'relevant and dated',
                'inventions': count(*) filter (where is_relevant and filing_month is not null)
            },
            {'stage_order': 5, 'stage': 'in a series', 'inventions': count(*) filter (where is_monitored)}
        ]) as step
    from staged
    group by watch
)

select
    watch,
    step.stage as stage,
    step.stage_order::integer as stage_order,
    step.inventions::bigint as inventions
from counted
