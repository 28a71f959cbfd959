{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ keep_unchanged('int_changed_invention', 'invention_id') }}",
) }}
{{- built_after('int_changed_invention') }}

with

member as (
    select * from {{ ref('int_invention_member') }}
    {%- if is_incremental() %}
    where invention_id in (select invention_id from {{ ref('int_changed_invention') }})
    {%- endif %}
),

link_decision as (
    select * from {{ ref('int_link_decision') }}
),

split as (
    select distinct application_key from link_decision where value = 'split'
),

size_of_invention as (
    select invention_id, count(*) as publication_count from member group by invention_id
),

said as (
    select
        member.publication_id,
        member.invention_id,
        member.application_key,
        link_key.rule,
        link_key.detail
    from {{ ref('int_link_key') }} as link_key
    inner join member using (publication_id)
    -- What a decision cut off does not speak for its links any more.
    where link_key.rule in ('application', 'number')
        or member.application_key not in (select application_key from split)
),

linked as (
    select publication_id, invention_id, rule, detail
    from said
    window shared as (partition by invention_id, rule, detail)
    qualify
        count(*) over shared > 1
        -- Publications of one application have one set of priorities: that says nothing new.
        and (rule <> 'priority' or min(application_key) over shared <> max(application_key) over shared)
),

dual as (
    select member.publication_id, member.invention_id, 'dual_filing' as rule, dual_filing.detail
    from {{ ref('int_dual_filing') }} as dual_filing
    inner join member using (group_id)
),

living_join as (
    select link_decision.decision_id
    from link_decision
    inner join member using (application_key)
    where link_decision.value = 'join'
    group by link_decision.decision_id
    having count(distinct member.application_key) > 1
),

decided as (
    select
        member.publication_id,
        member.invention_id,
        'decision' as rule,
        concat(
            link_decision.value, ' ', replace(link_decision.subject, '|', ' '), ' by ', link_decision.decided_by,
            ' on ', link_decision.decided_at::date, ': ', coalesce(link_decision.reason, 'no reason given'),
            ' (decision ', link_decision.decision_id, ')'
        ) as detail
    from link_decision
    inner join member using (application_key)
    where link_decision.value = 'split' or link_decision.decision_id in (select decision_id from living_join)
),

alone as (
    select
        member.publication_id,
        member.invention_id,
        'alone' as rule,
        'nothing links it to another publication' as detail
    from member
    inner join size_of_invention using (invention_id)
    where size_of_invention.publication_count = 1
)

select publication_id, invention_id, rule, detail from linked
union all
select publication_id, invention_id, rule, detail from dual
union all
select publication_id, invention_id, rule, detail from decided
union all
select publication_id, invention_id, rule, detail from alone
