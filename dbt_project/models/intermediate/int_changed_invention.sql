{{ config(tags=['core']) }}

{{- built_after('int_changed_publication') }}
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

touched as (
    select invention_id from member
    where publication_id in (select publication_id from {{ ref('int_changed_publication') }})
)

select invention_before as invention_id from moved where invention_before is not null
union
select invention_after from moved where invention_after is not null
union
select invention_id from touched
{%- endif %}
