{{ config(tags=['core']) }}

with

application as (
    select * from {{ ref('int_application') }}
),

standing as (
    select * from {{ ref('stg_link_decision') }}
    qualify row_number() over (partition by subject order by decision_id desc) = 1
),

named as (
    select * exclude (subject), subject, unnest(string_split(subject, '|')) as publication_id
    from standing
    where value in ('join', 'split')
),

about as (
    select distinct
        named.decision_id,
        named.value,
        application.application_key,
        named.subject,
        named.decided_by,
        named.decided_at,
        named.reason
    from named
    inner join application using (publication_id)
),

last_split as (
    select application_key, max(decision_id) as split_id
    from about
    where value = 'split'
    group by application_key
),

in_force as (
    select about.*
    from about
    left join last_split using (application_key)
    -- Who splits an application undoes the joins that stood; who joins it afterwards means it.
    where last_split.split_id is null or about.decision_id >= last_split.split_id
)

select
    decision_id,
    value,
    application_key,
    subject,
    decided_by,
    decided_at,
    reason
from in_force
-- A join of one application with itself, or with what is not known here, joins nothing.
qualify value = 'split' or count(*) over (partition by decision_id) > 1
