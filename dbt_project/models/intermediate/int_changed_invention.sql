{{ config(tags=['core']) }}

{{- built_after('int_changed_publication') }}
{{- built_after('int_application') }}
{{- built_after('stg_link_decision') }}
{%- set built = last_build('core', 'dim_publication') %}

with

member as (
    select publication_id, invention_id from {{ ref('int_invention_member') }}
)
{% if built is none %}
select invention_id from member where false
{%- else %}
,

before as (
    select publication_id, invention_id from {{ built }} where invention_id is not null
),

moved as (
    select before.invention_id as invention_before, member.invention_id as invention_after
    from member
    full join before using (publication_id)
    where before.invention_id is distinct from member.invention_id
),

-- A withdrawn publication is no member, but may be what makes two publications one application.
touched as (
    select member.invention_id
    from member
    inner join {{ ref('int_application') }} as application using (publication_id)
    where application.application_key in (
        select application_key
        from {{ ref('int_application') }}
        inner join {{ ref('int_changed_publication') }} using (publication_id)
    )
),

-- A decision may change why publications are one invention, and not which.
decided as (
    select member.invention_id
    from member
    inner join {{ ref('int_application') }} as application using (publication_id)
    where application.application_key in (
        select application_key
        from {{ ref('int_application') }}
        inner join (
            select unnest(string_split(subject, '|')) as publication_id from {{ ref('stg_link_decision') }}
        ) as named using (publication_id)
    )
)

select invention_before as invention_id from moved where invention_before is not null
union
select invention_after from moved where invention_after is not null
union
select invention_id from touched
union
select invention_id from decided
{%- endif %}
