{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ keep_unchanged('int_changed_invention', 'invention_id') }}",
) }}
{{- built_after('int_changed_invention') }}

with

publication as (
    select publication_id, invention_id from {{ ref('dim_publication') }}
    where
        not is_deleted
        {%- if is_incremental() %}
        and invention_id in (select invention_id from {{ ref('int_changed_invention') }})
        {%- endif %}
),

classification as (
    select * from {{ ref('int_publication_classification') }}
)

select
    publication.invention_id,
    classification.scheme,
    classification.symbol,
    max(classification.scheme_version) as scheme_version
from publication
inner join classification using (publication_id)
group by all
