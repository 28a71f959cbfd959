-- No two inventions share an application or a number, and none that nobody cut off share a family of DOCDB.
with

said as (
    select
        link_key.rule,
        link_key.detail,
        member.invention_id,
        first_group.is_split
    from {{ ref('int_link_key') }} as link_key
    inner join {{ ref('int_invention_member') }} as member using (publication_id)
    inner join {{ ref('int_first_group') }} as first_group using (publication_id)
)

select rule, detail, count(distinct invention_id) as inventions
from said
where rule in ('application', 'number') or (rule = 'family' and {{ is_docdb_family('detail') }} and not is_split)
group by rule, detail
having count(distinct invention_id) > 1
