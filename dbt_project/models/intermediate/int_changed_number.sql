{{ config(tags=['core']) }}

with

publication as (
    select publication_id, office, number from {{ ref('int_publication') }}
),

changed as (
    select publication_id from {{ ref('int_changed_publication') }}
),

changed_number as (
    select distinct publication.office, publication.number
    from publication
    inner join changed using (publication_id)
)

select publication.publication_id
from publication
inner join changed_number using (office, number)
union
select publication_id from changed
