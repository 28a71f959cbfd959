{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    tags=['core'],
    pre_hook="{{ keep_unchanged('int_changed_publication', 'publication_id') }}",
) }}
{{ built_after('int_changed_publication') }}

with

record as (
    select publication_id, source, feed, priorities from {{ records() }}
),

preference as (
    select * from {{ ref('int_feed_preference') }}
),

own as (
    select publication_id, application_id from {{ ref('int_publication') }}
    where
        not is_deleted
        {%- if is_incremental() %}
        and publication_id in (select publication_id from {{ ref('int_changed_publication') }})
        {%- endif %}
),

speaking as (
    select
        record.publication_id,
        arg_min(record.feed, preference.preference) as feed,
        arg_min(record.priorities, preference.preference) as priorities
    from record
    inner join preference using (publication_id, source, feed)
    where len(record.priorities) > 0
    group by record.publication_id
),

claim as (
    select publication_id, feed, unnest(priorities) as priority
    from speaking
),

written as (
    select
        publication_id,
        feed,
        coalesce(upper(priority.office), '') as office,
        regexp_replace(upper(priority.number), '[^A-Z0-9]', '', 'g') as number
    from claim
),

named as (
    select
        publication_id,
        feed,
        -- A number that a source could not parse stands as it was written, often with its office in front.
        case when starts_with(number, office) then number else office || number end as priority_id
    from written
    -- What has no number worth the name would link strangers.
    where length(regexp_replace(number, '\D', '', 'g')) >= 4
),

added_to as (
    -- The US office names the earlier filings alone and does not say whether something was added to them; DOCDB then
    -- counts the application itself among its priorities. Provisional applications (60 to 64) are always added to.
    select distinct named.publication_id, own.application_id as priority_id
    from named
    inner join own using (publication_id)
    where
        starts_with(named.feed, 'uspto')
        and starts_with(named.priority_id, 'US')
        and not regexp_full_match(named.priority_id, 'US20\d{2}6[0-4]\d{6}')
        and own.application_id is not null
),

listed as (
    select publication_id, string_agg(distinct priority_id, '+' order by priority_id) as priority_set
    from (
        select publication_id, priority_id from named
        union all
        select publication_id, priority_id from added_to
    ) as claimed
    group by publication_id
)

select
    own.publication_id,
    -- A first filing is its own priority: some sources list it so, others list none.
    coalesce(listed.priority_set, own.application_id) as priority_set
from own
left join listed using (publication_id)
where coalesce(listed.priority_set, own.application_id) is not null
