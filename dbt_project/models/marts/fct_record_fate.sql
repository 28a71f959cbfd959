with

sighting as (
    select * from {{ ref('stg_sighting') }}
),

feed_record as (
    select source, feed, publication_id, is_retired from {{ ref('stg_feed_record') }}
),

publication as (
    select publication_id, is_deleted from {{ ref('dim_publication') }}
),

judged as (
    select
        sighting.*,
        case
            when sighting.outcome = 'rejected' then 'rejected'
            when feed_record.is_retired then 'synthetic_retired'
            when publication.is_deleted then 'deleted_by_office'
            when publication.publication_id is not null then 'in_mart'
        end as fate
    from sighting
    left join feed_record using (source, feed, publication_id)
    left join publication using (publication_id)
)

select
    page_id,
    record_index,
    source,
    feed,
    publication_id,
    outcome,
    fate,
    case fate
        when 'rejected' then concat_ws(': ', reject_code, reject_reason)
        when 'synthetic_retired' then 'real filings have been landed since'
        when 'deleted_by_office' then 'the office withdrew the publication'
    end as reason
from judged
