-- Landed is in a mart, or in the books with the reason why not: page by page, the difference is zero.
with

landed as (
    select page_id, count(*) as landed_count
    from {{ ref('stg_sighting') }}
    group by page_id
),

counted_publication as (
    select publication.publication_id
    from {{ ref('dim_publication') }} as publication
    inner join {{ ref('fct_invention') }} as invention using (invention_id)
    where not publication.is_deleted
),

accounted as (
    select
        fate.page_id,
        count(*) filter (where fate.fate = 'in_mart' and counted_publication.publication_id is not null) as mart_count,
        count(*) filter (where fate.fate <> 'in_mart' and fate.reason is not null) as reason_count
    from {{ ref('fct_record_fate') }} as fate
    left join counted_publication using (publication_id)
    group by fate.page_id
)

select
    page_id,
    coalesce(landed_count, 0) - coalesce(mart_count, 0) - coalesce(reason_count, 0) as difference
from landed
full join accounted using (page_id)
where difference <> 0
