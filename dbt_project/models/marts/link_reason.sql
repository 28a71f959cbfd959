with

member as (
    select * from {{ ref('int_invention_member') }}
),

link_key as (
    select * from {{ ref('int_link_key') }}
),

dual_filing as (
    select * from {{ ref('int_dual_filing') }}
),

shared_key as (
    select rule, detail
    from link_key
    group by rule, detail
    having count(*) > 1
),

linked as (
    select link_key.publication_id, link_key.rule, link_key.detail
    from link_key
    inner join shared_key using (rule, detail)
),

dual as (
    select member.publication_id, 'dual_filing' as rule, dual_filing.detail
    from dual_filing
    inner join member using (group_id)
),

alone as (
    select publication_id, 'alone' as rule, 'nothing links it to another publication' as detail
    from member
    where publication_id not in (select publication_id from linked)
        and publication_id not in (select publication_id from dual)
),

reason as (
    select * from linked
    union all
    select * from dual
    union all
    select * from alone
)

select
    reason.publication_id,
    member.invention_id,
    reason.rule,
    reason.detail
from reason
inner join member using (publication_id)
