{#- Taken out and put in anew: what changed itself, and every publication of an invention that gained or lost one. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=[
        "{{ keep_unchanged('int_changed_publication', 'publication_id') }}",
        "{{ keep_unchanged('int_changed_invention', 'invention_id') }}",
    ],
) }}
{{- built_after('int_changed_publication') }}
{{- built_after('int_changed_invention') }}

with

publication as (
    select * from {{ ref('int_publication') }}
),

member as (
    select * from {{ ref('int_invention_member') }}
),

kind as (
    select * from {{ ref('int_kind') }}
)

select
    publication.publication_id,
    member.invention_id,
    publication.office,
    publication.number,
    publication.kind,
    kind.kind_label,
    kind.patent_type,
    publication.publication_date,
    publication.application_id,
    publication.filing_date,
    publication.grant_date,
    publication.family_id,
    publication.feeds,
    publication.date_issue,
    publication.is_deleted,
    publication.is_synthetic,
    publication.first_seen_at,
    publication.url
from publication
inner join kind using (office, kind)
left join member using (publication_id)
{%- if is_incremental() %}
where
    publication.publication_id in (select publication_id from {{ ref('int_changed_publication') }})
    or member.invention_id in (select invention_id from {{ ref('int_changed_invention') }})
{%- endif %}
