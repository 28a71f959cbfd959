{{ config(tags=['core']) }}

with

named as (
    select * from {{ ref('int_publication_applicant') }}
),

publication as (
    select publication_id, office, is_synthetic from {{ ref('int_publication') }}
),

spelling as (
    select normalised_name, name, count(*) as uses
    from named
    group by normalised_name, name
),

usual_spelling as (
    select normalised_name, name
    from spelling
    qualify row_number() over (partition by normalised_name order by uses desc, name) = 1
),

used as (
    select
        named.normalised_name,
        count(*)::integer as use_count,
        mode(named.country order by named.country) as country,
        coalesce(list_sort(list(distinct named.country) filter (where named.country is not null)), []) as countries,
        list_sort(list(distinct publication.office)) as offices,
        bool_and(publication.is_synthetic) as is_synthetic
    from named
    inner join publication using (publication_id)
    group by named.normalised_name
)

select
    used.normalised_name,
    usual_spelling.name,
    used.use_count,
    used.country,
    used.countries,
    used.offices,
    used.is_synthetic
from used
inner join usual_spelling using (normalised_name)
