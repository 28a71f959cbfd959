{{ config(tags=['core']) }}

with

living as (
    select * from {{ ref('int_publication') }} where not is_deleted
),

family as (
    select publication_id, 'family' as rule, family_id as detail
    from living
    where family_id is not null
),

application as (
    select publication_id, 'application' as rule, application_id as detail
    from living
    where application_id is not null
),

same_number as (
    select publication_id, 'number' as rule, office || number as detail
    from living
    -- Chinese numbers of nine digits came with one number for application and grant; older ones were counted apart.
    where office in ('EP', 'WO') or (office = 'CN' and regexp_full_match(number, '\d{9}'))
)

select * from family
union all
select * from application
union all
select * from same_number
