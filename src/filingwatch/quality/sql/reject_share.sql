-- A feed whose format has changed fails in most records; single damaged records are everyday.
with

reasons as (
    select page_id, list({'record_index': record_index, 'code': code, 'reason': reason} order by record_index)[:5] as sample
    from raw.reject
    group by page_id
),

feeds as (
    select
        gate_page.source || ' / ' || gate_page.feed as subject,
        count(*) as record_count,
        count(*) filter (where sighting.outcome = 'rejected') as reject_count,
        greatest(0.1, 5 / count(*)) as high
    from raw.sighting as sighting
    inner join gate_page using (page_id)
    group by all
)

select
    feeds.subject,
    feeds.reject_count / feeds.record_count as value,
    null::double as low,
    feeds.high,
    format('{:,} of {:,} records rejected', feeds.reject_count, feeds.record_count) as observed,
    format('at most {:.1f} % (or 5 records)', 100 * least(feeds.high, 1)) as expected,
    (
        select flatten(list(reasons.sample))[:5]
        from reasons
        inner join gate_page using (page_id)
        where gate_page.source || ' / ' || gate_page.feed = feeds.subject
    ) as sample
from feeds
order by feeds.subject
