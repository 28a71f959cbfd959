{{ config(tags=['series']) }}

with

-- Only series that are there now are looked at, whatever the old way would have counted besides.
series as (
    select dim_series.series_id, dim_series.watch, dim_series.rule_index
    from {{ ref('dim_series') }} as dim_series
    semi join {{ source('ml', 'series_baseline') }} as kept using (watch)
),

new_member as (
    select member.series_id, member.watch, member.invention_id, member.filing_month, member.publication_date
    from {{ ref('int_series_member') }} as member
    inner join series using (series_id, rule_index)
),

old_member as (
    select member.series_id, member.watch, member.invention_id, member.filing_month, member.publication_date
    from {{ ref('int_old_series_member') }} as member
    inner join series using (series_id, rule_index)
),

-- What is counted in both ways or in one: a series that both ways count alike has no say.
counted as (
    select
        series_id,
        watch,
        filing_month,
        publication_date,
        count(new_member.invention_id)::integer as new_filing_count,
        count(old_member.invention_id)::integer as old_filing_count,
        count(*) filter (where old_member.invention_id is null)::integer as gained_count,
        count(*) filter (where new_member.invention_id is null)::integer as lost_count
    from new_member
    full join old_member using (series_id, watch, invention_id, filing_month, publication_date)
    group by series_id, watch, filing_month, publication_date
),

different as (
    select series_id from counted group by series_id having sum(gained_count + lost_count) > 0
)

select
    counted.series_id,
    counted.watch,
    counted.filing_month,
    counted.publication_date,
    counted.old_filing_count as filing_count,
    counted.gained_count,
    counted.lost_count
from counted
semi join different using (series_id)
