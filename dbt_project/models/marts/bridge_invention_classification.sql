with

publication as (
    select publication_id, invention_id from {{ ref('dim_publication') }} where not is_deleted
),

classification as (
    select * from {{ ref('int_publication_classification') }}
)

select
    publication.invention_id,
    classification.scheme,
    classification.symbol,
    max(classification.scheme_version) as scheme_version
from publication
inner join classification using (publication_id)
group by all
