-- Too much closes the gate, since it would be published. Too little does not: one office down never stops the others;
-- it makes the source degraded when it ends (`filingwatch.volume`) and is told to ops.
-- Files and decisions come when people give them, so no night of theirs is like another.
-- A night is a day (`as_of`), not a run, and neither an import nor a backfill. Its news are judged, new and changed
-- records: how much was seen again depends on how far back a night looks. Publications of days before the first night
-- of their source are no news: a longer look back meets them for the first time.
-- The band is wide on purpose (a factor of 4 at the least, never narrower than what was seen): offices publish weekly
-- and take holidays. After an outage the news of all its days may come at once.
with

nightly_page as (
    select
        page.page_id,
        page.source,
        run.as_of,
        page.new_count + page.changed_count as news_count,
        min(run.as_of) over (partition by page.source) as first_night
    from raw.page as page
    inner join ops.run as run on page.run_id = run.run_id
    where run.flow not in ('import', 'backfill')
),

past as (
    select nightly_page.page_id, count(*) as past_count
    from raw.publication as publication
    inner join nightly_page on publication.page_id = nightly_page.page_id
    where publication.version = 1 and publication.publication_date < nightly_page.first_night
    group by all
),

news as (
    select
        nightly_page.source,
        nightly_page.as_of,
        sum(news_count - coalesce(past_count, 0)) as news_count,
        sum(news_count - coalesce(past_count, 0))
            filter (where page_id in (select gate_page.page_id from gate_page)) as unsettled_count
    from nightly_page
    left join past using (page_id)
    group by all
),

night as (
    select
        volume.source,
        volume.as_of,
        volume.ended,
        volume.has_succeeded and volume.ended in ('ok', 'nothing_new') as is_good,
        coalesce(news.news_count, 0) as news_count,
        news.unsettled_count
    from ops.night_volume as volume
    left join news using (source, as_of)
),

history as (
    select night.source, night.news_count as record_count
    from night
    cross join gate_run
    where night.as_of < gate_run.as_of and night.is_good
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

-- what was published, or accepted by a person, is judged no more
judged as (
    select
        night.source,
        night.as_of,
        night.ended,
        coalesce(night.unsettled_count, 0) as record_count,
        greatest(1, coalesce(night.as_of - max(good.as_of), 1)) as day_count
    from night
    cross join gate_run
    left join night as good on night.source = good.source and night.as_of > good.as_of and good.is_good
    where night.as_of = gate_run.as_of or night.unsettled_count is not null
    group by night.source, night.as_of, night.ended, night.unsettled_count
),

compared as (
    select
        judged.*,
        bands.high * judged.day_count as high,
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
    format('{:,} new or changed records', record_count::bigint) as observed,
    coalesce(
        excuse,
        format(
            'at most {:,} new or changed records, from {} earlier nights{}',
            high::bigint, night_count, if(day_count > 1, format(', for {} days', day_count), '')
        )
    ) as expected
from compared
order by all
