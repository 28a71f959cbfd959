-- The publications of an invention are exactly those that point to it.
with

pointing as (
    select invention_id, count(*) as publications
    from {{ ref('dim_publication') }}
    where not is_deleted
    group by invention_id
)

select invention_id, invention.publication_count, pointing.publications
from {{ ref('fct_invention') }} as invention
full join pointing using (invention_id)
where invention.publication_count is distinct from pointing.publications
