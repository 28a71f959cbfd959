-- No two inventions share a family, an application or a number: chains of links were followed to their end.
select
    link_key.rule,
    link_key.detail,
    count(distinct member.invention_id) as inventions
from {{ ref('int_link_key') }} as link_key
inner join {{ ref('int_invention_member') }} as member using (publication_id)
group by link_key.rule, link_key.detail
having count(distinct member.invention_id) > 1
