with

older as (
    select page_id, source, feed, false as is_new
    from raw.page
    where page_id not in (select page_id from gate_page)
    qualify row_number() over (partition by source, feed order by fetched_at desc) <= 200
),

pages as (
    from older
    union all by name
    select page_id, source, feed, true as is_new from gate_page
),

records as (
    select
        pages.source || ' / ' || pages.feed as feed,
        pages.is_new,
        publication.filing_date is null as lacks_filing_date,
        not list_contains(list_transform(publication.texts, lambda item: item.part), 'title') as lacks_title
    from raw.publication as publication
    inner join pages on pages.page_id = publication.page_id
    where not publication.is_deleted
),

long as (
    select feed, is_new, 'filing date' as field, lacks_filing_date as is_null from records
    union all
    select feed, is_new, 'title' as field, lacks_title as is_null from records
),

shares as (
    select
        feed,
        field,
        count(*) filter (where is_new) as new_count,
        count(*) filter (where is_new and is_null) as new_null_count,
        count(*) filter (where not is_new) as old_count,
        (1 + count(*) filter (where not is_new and is_null)) / (2 + old_count) as old_share,
        least(1, old_share + 0.05 + 4 * sqrt(old_share * (1 - old_share) / new_count)) as band,
        old_count >= 200 and new_count >= 30 as is_comparable
    from long
    group by all
    having new_count > 0
)

select
    format('{}: {}', feed, field) as subject,
    new_null_count / new_count as value,
    null::double as low,
    case when is_comparable then band end as high,
    format('missing in {:,} of {:,} new records', new_null_count, new_count) as observed,
    case
        when is_comparable then format('at most {:.1f} %, as in {:,} earlier records', 100 * band, old_count)
        else format('not compared: too few records ({:,} new of 30, {:,} earlier of 200)', new_count, old_count)
    end as expected
from shares
order by all
