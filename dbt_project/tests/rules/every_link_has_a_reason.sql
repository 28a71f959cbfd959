-- Each publication says why it is where it is; alone means alone.
with

reason as (
    select publication_id, bool_or(rule = 'alone') as is_alone
    from {{ ref('link_reason') }}
    group by publication_id
)

select publication.publication_id, publication.invention_id, reason.is_alone, invention.publication_count
from {{ ref('dim_publication') }} as publication
inner join {{ ref('fct_invention') }} as invention using (invention_id)
left join reason on publication.publication_id = reason.publication_id
where reason.is_alone is distinct from (invention.publication_count = 1)
