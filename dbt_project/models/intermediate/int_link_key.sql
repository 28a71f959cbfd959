{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    tags=['core'],
    pre_hook="{{ keep_unchanged('int_changed_number', 'publication_id') }}",
) }}
{#- What is a correction says something of its neighbours by number too. -#}
{{- built_after('int_changed_number') }}
{{- built_after('stg_publication') }}

with

{% if is_incremental() -%}
    {%- set scope = "publication_id in (select publication_id from " ~ ref('int_changed_number') ~ ")" -%}
{%- endif -%}

publication as (
    select * from {{ ref('int_publication') }}
    {%- if is_incremental() %}
    where {{ scope }}
    {%- endif %}
),

record as (
    select publication_id, family_id
    {%- if is_incremental() %}
    from ({{ newest_records(scope) }}) as newest_record
    where not is_retired and family_id is not null and not is_deleted
    {%- else %}
    from {{ ref('stg_publication') }}
    where family_id is not null and not is_deleted
    {%- endif %}
),

priority_set as (
    select * from {{ ref('int_priority_set') }}
    {%- if is_incremental() %}
    where {{ scope }}
    {%- endif %}
),

living as (
    select publication_id from publication where not is_deleted
),

application as (
    select publication_id, 'application' as rule, application_id as detail
    from publication
    where application_id is not null
),

same_number as (
    select publication_id, 'number' as rule, office || number as detail
    from publication
    -- Chinese numbers of nine digits came with one number for application and grant; older ones were counted apart.
    where office in ('EP', 'WO') or (office = 'CN' and regexp_full_match(number, '\d{9}'))
),

correction as (
    select distinct office, number, left(kind, 1) as letter
    from publication
    where regexp_full_match(kind, '[A-Z][89]')
),

corrected as (
    -- A8 and A9 are the A once more, in every office.
    select
        publication.publication_id,
        'number' as rule,
        publication.office || publication.number || correction.letter as detail
    from publication
    inner join correction
        on publication.office = correction.office
        and publication.number = correction.number
        and left(publication.kind, 1) = correction.letter
),

family as (
    select distinct record.publication_id, 'family' as rule, record.family_id as detail
    from record
    inner join living using (publication_id)
),

priority as (
    select publication_id, 'priority' as rule, priority_set as detail
    from priority_set
)

select * from application
union all
select * from same_number
union all
select * from corrected
union all
select * from family
union all
select * from priority
