{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ keep_unchanged('int_changed_invention', 'invention_id') }}",
) }}
{{- built_after('int_changed_invention') }}

with

publication as (
    select * from {{ ref('dim_publication') }}
    where
        not is_deleted
        {%- if is_incremental() %}
        and invention_id in (select invention_id from {{ ref('int_changed_invention') }})
        {%- endif %}
),

named as (
    select * from {{ ref('int_publication_applicant') }}
),

speaking as (
    select
        publication.invention_id,
        arg_min(
            publication.publication_id,
            (coalesce(publication.publication_date, date '9999-12-31'), publication.publication_id)
        ) as publication_id
    from publication
    where publication.publication_id in (select publication_id from named)
    group by publication.invention_id
)

select
    speaking.invention_id,
    {{ applicant_id('named.normalised_name') }} as applicant_id,
    named.sequence
from speaking
inner join named using (publication_id)
