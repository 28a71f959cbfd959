{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    tags=['core'],
    pre_hook="{{ keep_unchanged('int_changed_publication', 'publication_id') }}",
) }}

{#- Fields that are taken one by one, each from the most preferred feed that has it. -#}
{% set merged = [
    'original_number', 'publication_date', 'filing_date', 'earliest_priority_date', 'grant_date', 'family_id', 'url'
] %}

with

record as (
    select * from {{ records() }}
),

preference as (
    select * from {{ ref('int_feed_preference') }}
),

merged as (
    select
        record.publication_id,
        any_value(record.office) as office,
        any_value(record.number) as number,
        any_value(record.kind) as kind,
        {%- for field in merged %}
        arg_min(record.{{ field }}, preference.preference) as {{ field }},
        {%- endfor %}
        -- An application is one field of two parts: they must come from the same feed.
        arg_min(
            record.application_office || record.application_number, preference.preference
        ) as application_id,
        list_sort(list(distinct record.feed)) as feeds,
        bool_or(record.is_deleted) as is_deleted,
        bool_or(record.is_synthetic) as is_synthetic,
        min(record.first_ever_seen_at) as first_seen_at,
        sum(record.version) as version_count
    from record
    left join preference using (publication_id, source, feed)
    group by record.publication_id
),

judged as (
    select
        merged.*,
        case
            when publication_date > {{ as_of() }} then 'published after the day of the run'
            when filing_date > {{ as_of() }} then 'filed after the day of the run'
            when filing_date > publication_date then 'filed after it was published'
        end as date_issue
    from merged
)

select
    publication_id,
    office,
    number,
    kind,
    original_number,
    application_id,
    case when publication_date <= {{ as_of() }} then publication_date end as publication_date,
    case
        when filing_date > {{ as_of() }} then null
        -- One of the two dates is wrong and nothing says which: without this the publication delay would be negative.
        when filing_date > publication_date then null
        else filing_date
    end as filing_date,
    earliest_priority_date,
    grant_date,
    family_id,
    url,
    feeds,
    is_deleted,
    is_synthetic,
    first_seen_at,
    date_issue,
    version_count::bigint as version_count
from judged
