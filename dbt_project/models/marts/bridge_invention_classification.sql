with

publication as (
    select publication_id, invention_id from {{ ref('dim_publication') }} where not is_deleted
),

classification as (
    select * from {{ ref('int_publication_classification') }}
)

select distinct
    publication.invention_id,
    classification.scheme,
    classification.symbol
from publication
inner join classification using (publication_id)
