{{ built_after('int_changed_invention') }}
with

publication as (
    select * from {{ ref('int_publication') }}
),

member as (
    select * from {{ ref('int_invention_member') }}
),

kind as (
    select * from {{ ref('int_kind') }}
)

select
    publication.publication_id,
    member.invention_id,
    publication.office,
    publication.number,
    publication.kind,
    kind.kind_label,
    kind.patent_type,
    publication.publication_date,
    publication.application_id,
    publication.filing_date,
    publication.grant_date,
    publication.family_id,
    publication.feeds,
    publication.date_issue,
    publication.is_deleted,
    publication.is_synthetic,
    publication.first_seen_at,
    publication.url
from publication
inner join kind using (office, kind)
left join member using (publication_id)
