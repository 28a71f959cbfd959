with

truth as (
    select publication_id, bool_and(is_synthetic) as is_synthetic from raw.publication group by publication_id
),

world as (select coalesce(bool_or(not is_synthetic), false) as has_real from truth)

select publication_id as id, 'a synthetic publication beside real ones' as difference
from core.dim_publication
cross join world
where is_synthetic and has_real
union all
select publication.publication_id, 'shown as real, yet every record of it is synthetic'
from core.dim_publication as publication
inner join truth using (publication_id)
where not publication.is_synthetic and truth.is_synthetic
union all
select invention_id, 'a synthetic invention beside real ones'
from core.fct_invention
cross join world
where is_synthetic and has_real
