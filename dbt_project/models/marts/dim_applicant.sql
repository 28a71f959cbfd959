with

named as (
    select * from {{ ref('int_publication_applicant') }}
),

alias as (
    select distinct group_id, {{ bare_words('alias') }} as normalised_name
    from {{ ref('company_alias') }}
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

usual_country as (
    select normalised_name, mode(country order by country) as country
    from named
    group by normalised_name
)

select
    {{ applicant_id('usual_spelling.normalised_name') }} as applicant_id,
    usual_spelling.name,
    usual_spelling.normalised_name,
    usual_country.country,
    alias.group_id
from usual_spelling
inner join usual_country using (normalised_name)
left join alias using (normalised_name)
