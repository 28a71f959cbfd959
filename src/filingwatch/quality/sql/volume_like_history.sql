-- Too much closes the gate, since it would be published. Too little does not: one office down never stops the others;
-- it makes the source degraded when it ends (`filingwatch.volume`) and is told to ops.
-- Files and decisions come when people give them, so no night of theirs is like another.
-- A night is a day (`as_of`), not a run, and neither an import nor a backfill. The band is wide on purpose (a factor of
-- 4 at the least, never narrower than what was seen): offices publish weekly and take holidays.
with

history as (
    select night.source, night.record_count
    from ops.night_volume as night
    cross join gate_run
    where night.as_of < gate_run.as_of and night.has_succeeded and night.ended in ('ok', 'nothing_new')
    qualify row_number() over (partition by night.source order by night.as_of desc) <= 60
),

bands as (
    select
        source,
        count(*) as night_count,
        greatest(1.4826 * mad(ln(1 + record_count)), 0.35) as spread,
        ceil(
            greatest(exp(median(ln(1 + record_count)) + 4 * spread) - 1, 2 * quantile_cont(record_count, 0.95), 200)
        ) as high
    from history
    group by source
),

judged as (
    select night.source, night.as_of, night.record_count, night.ended
    from ops.night_volume as night
    cross join gate_run
    where
        night.as_of = gate_run.as_of
        or (night.source, night.as_of) in (select (gate_page.source, gate_page.as_of) from gate_page)
),

compared as (
    select
        judged.*,
        bands.high,
        coalesce(bands.night_count, 0) as night_count,
        case
            when judged.source in ('exports', 'decisions') then 'not compared: given by hand'
            when judged.ended in ('failed', 'stopped') and judged.record_count = 0
                then 'not compared: the source did not answer; see the outcomes of the run'
            when coalesce(bands.night_count, 0) < 5
                then format('not compared: no history yet ({} of 5 earlier nights)', coalesce(bands.night_count, 0))
        end as excuse
    from judged
    left join bands using (source)
)

select
    format('{} {}', source, as_of) as subject,
    record_count as value,
    null::double as low,
    case when excuse is null then high end as high,
    format('{:,} records', record_count::bigint) as observed,
    coalesce(
        excuse, format('at most {:,} records, from {} earlier nights', high::bigint, night_count)
    ) as expected
from compared
order by all
