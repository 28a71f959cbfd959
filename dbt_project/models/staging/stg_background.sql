with

page as (
    select
        source,
        office,
        kind as patent_type,
        filing_month,
        filing_count,
        coalesce(is_total, false) as is_total,
        coalesce(is_synthetic, false) as is_synthetic,
        page_id,
        first_seen_at
    from {{ source('raw', 'background') }}
),

-- The newest total of an office and type takes the place of all earlier counts of its source, also in months that it
-- does not name any more.
newest_total as (
    select source, office, patent_type, arg_max(page_id, (first_seen_at, page_id)) as page_id
    from page
    where is_total
    group by source, office, patent_type
)

select page.*
from page
left join newest_total using (source, office, patent_type)
where newest_total.page_id is null or page.page_id = newest_total.page_id
