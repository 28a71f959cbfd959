with

publication as (
    select * from {{ here(ref('dim_publication')) }}
)

select
    publication_id,
    invention_id,
    office,
    number,
    kind,
    kind_label,
    patent_type,
    publication_date,
    application_id,
    filing_date,
    grant_date,
    family_id,
    is_deleted,
    is_synthetic,
    first_seen_at,
    url
from publication
