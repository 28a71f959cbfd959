-- Files and decisions come when people give them, so no night of theirs is like another.
-- A night is a day (`as_of`), not a run: a rerun that finds nothing new must not look like silence. The band is wide
-- on purpose (a factor of 4 at the least, never narrower than what was seen): offices publish weekly and take holidays.
with

nights as (
    select
        outcome.source,
        run.as_of,
        sum(outcome.record_count + outcome.reject_count) as volume,
        bool_or(run.status = 'succeeded') as has_succeeded,
        bool_and(outcome.status = 'failed') as is_unreached
    from ops.outcome as outcome
    inner join ops.run as run on run.run_id = outcome.run_id
    group by all
),

history as (
    select nights.source, nights.volume
    from nights
    cross join gate_run
    where nights.as_of < gate_run.as_of and nights.has_succeeded and not nights.is_unreached
    qualify row_number() over (partition by nights.source order by nights.as_of desc) <= 60
),

bands as (
    select
        source,
        count(*) as night_count,
        greatest(1.4826 * mad(ln(1 + volume)), 0.35) as spread,
        floor(least(exp(median(ln(1 + volume)) - 4 * spread) - 1, quantile_cont(volume, 0.05))) as low,
        ceil(greatest(exp(median(ln(1 + volume)) + 4 * spread) - 1, 2 * quantile_cont(volume, 0.95), 200)) as high
    from history
    group by source
),

tonight as (
    select nights.source, nights.as_of, nights.volume, nights.is_unreached, nights.as_of = gate_run.as_of as is_tonight
    from nights
    cross join gate_run
    where
        nights.as_of = gate_run.as_of
        or (nights.source, nights.as_of) in (select (gate_page.source, gate_page.as_of) from gate_page)
),

compared as (
    select
        tonight.*,
        bands.low,
        bands.high,
        coalesce(bands.night_count, 0) as night_count,
        case
            when tonight.source in ('exports', 'decisions') then 'not compared: given by hand'
            when tonight.is_unreached then 'not compared: the source did not answer; see the outcomes of the run'
            when coalesce(bands.night_count, 0) < 5
                then format('not compared: no history yet ({} of 5 earlier nights)', coalesce(bands.night_count, 0))
        end as excuse
    from tonight
    left join bands using (source)
)

select
    format('{} {}', source, as_of) as subject,
    volume as value,
    case when excuse is null and is_tonight then low end as low,
    case when excuse is null then high end as high,
    format('{:,} records', volume::bigint) as observed,
    coalesce(
        excuse,
        format('{:,} to {:,} records, from {} earlier nights', low::bigint, high::bigint, night_count)
    ) as expected
from compared
order by all
