with

version as (
    select * from {{ source('raw', 'publication') }}
),

newest as (
    select source, feed, publication_id, max(version) as version, min(first_seen_at) as first_ever_seen_at
    from version
    group by all
),

real_filing as (
    select count(*) > 0 as is_there from version where not is_synthetic
)

select
    version.*,
    newest.first_ever_seen_at,
    version.is_synthetic and real_filing.is_there as is_retired
from version
inner join newest using (source, feed, publication_id, version)
cross join real_filing
