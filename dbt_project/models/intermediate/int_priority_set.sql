{{ config(tags=['core']) }}

with

record as (
    select publication_id, source, feed, priorities from {{ ref('stg_publication') }}
),

preference as (
    select * from {{ ref('int_feed_preference') }}
),

own as (
    select publication_id, application_id from {{ ref('int_publication') }} where not is_deleted
),

speaking as (
    select record.publication_id, arg_min(record.priorities, preference.preference) as priorities
    from record
    inner join preference using (publication_id, source, feed)
    where len(record.priorities) > 0
    group by record.publication_id
),

claim as (
    select publication_id, unnest(priorities) as priority
    from speaking
),

written as (
    select
        publication_id,
        coalesce(upper(priority.office), '') as office,
        regexp_replace(upper(priority.number), '[^A-Z0-9]', '', 'g') as number
    from claim
),

named as (
    select
        publication_id,
        -- A number that a source could not parse stands as it was written, often with its office in front.
        case when starts_with(number, office) then number else office || number end as priority_id
    from written
    -- What has no number worth the name would link strangers.
    where length(regexp_replace(number, '\D', '', 'g')) >= 4
),

claimed as (
    select named.publication_id, named.priority_id
    from named
    inner join own using (publication_id)
    -- First filings are listed as their own priority by some sources and with none by others.
    where named.priority_id is distinct from own.application_id
),

listed as (
    select publication_id, string_agg(distinct priority_id, '+' order by priority_id) as priority_set
    from claimed
    group by publication_id
)

select
    own.publication_id,
    coalesce(listed.priority_set, own.application_id) as priority_set
from own
left join listed using (publication_id)
where coalesce(listed.priority_set, own.application_id) is not null
