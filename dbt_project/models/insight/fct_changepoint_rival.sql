{{ config(tags=['findings']) }}

with

changepoint as (
    select
        changepoint_id,
        series_id,
        month,
        {{ month_number('month') }} as month_number,
        {{ month_number('month') }} - {{ month_number('month_low') }} as before_count,
        {{ month_number('month_high') }} - {{ month_number('month') }} as after_count
    from {{ ref('fct_changepoint') }}
),

event as (
    select
        *,
        case when date_precision = 'year' then year(event_date) * 12 else {{ month_number('event_date') }} end
            as first_number,
        case when date_precision = 'year' then year(event_date) * 12 + 11 else {{ month_number('event_date') }} end
            as last_number
    from {{ ref('dim_event') }}
),

judged as (
    select
        series_id,
        min({{ month_number('filing_month') }}) as first_number,
        max({{ month_number('filing_month') }}) as last_number
    from {{ source('ml', 'series_fit') }}
    where not is_too_young
    group by series_id
),

near as (
    select
        changepoint.changepoint_id,
        changepoint.series_id,
        changepoint.before_count,
        changepoint.after_count,
        event.event_id,
        event.event_date,
        event.date_precision,
        date_diff('day', changepoint.month, event.event_date)::integer as signed_lag_days,
        -- An event dated to a year is at no distance from any month of it.
        greatest(event.first_number - changepoint.month_number, 0) - greatest(changepoint.month_number - event.last_number, 0)
            as signed_lag_month_count,
        greatest(
            event.first_number - changepoint.month_number - changepoint.after_count,
            changepoint.month_number - changepoint.before_count - event.last_number,
            0
        ) as gap_month_count,
        event.kind,
        event.name_en,
        event.name_zh,
        event.check_mark
    from changepoint
    cross join event
    where
        abs(date_diff('day', changepoint.month, event.event_date)) <= 365
        or (
            event.first_number <= changepoint.month_number + changepoint.after_count
            and event.last_number >= changepoint.month_number - changepoint.before_count
        )
),

-- Every month at which a changepoint with an interval of this shape could have been found.
shape as (
    select distinct before_count, after_count from near
),

calendar as (
    select unnest(generate_series(min(first_number), max(last_number))) as month_number from judged
),

nearest_of_kind as (
    select
        shape.before_count,
        shape.after_count,
        calendar.month_number,
        event.kind,
        min(greatest(
            event.first_number - calendar.month_number - shape.after_count,
            calendar.month_number - shape.before_count - event.last_number,
            0
        )) as kind_gap
    from shape
    cross join calendar
    cross join event
    group by shape.before_count, shape.after_count, calendar.month_number, event.kind
),

nearest as (
    select *, min(kind_gap) over (partition by before_count, after_count, month_number) as any_gap
    from nearest_of_kind
),

chance as (
    select
        near.changepoint_id,
        near.event_id,
        avg((nearest.any_gap <= near.gap_month_count)::integer) as chance_share,
        avg((nearest.kind_gap <= near.gap_month_count)::integer) as kind_chance_share
    from near
    inner join judged using (series_id)
    inner join nearest
        on near.before_count = nearest.before_count
        and near.after_count = nearest.after_count
        and near.kind = nearest.kind
        and nearest.month_number between judged.first_number and judged.last_number
    group by near.changepoint_id, near.event_id
)

select
    near.changepoint_id,
    near.event_id,
    near.event_date,
    near.date_precision,
    near.signed_lag_days,
    near.signed_lag_month_count::integer as signed_lag_month_count,
    near.gap_month_count::integer as gap_month_count,
    near.gap_month_count = 0 as is_within_interval,
    chance.chance_share,
    chance.kind_chance_share,
    near.kind,
    near.kind in ('ip_system', 'data_artifact') as is_rival,
    near.name_en,
    near.name_zh,
    near.check_mark
from near
left join chance using (changepoint_id, event_id)
