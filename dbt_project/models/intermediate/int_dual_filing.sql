{{ config(tags=['core']) }}

with

publication as (
    select * from {{ ref('int_publication') }}
    where office = 'CN' and filing_date is not null and not is_deleted
),

kind as (
    select * from {{ ref('int_kind') }} where patent_type in ('invention', 'utility_model')
),

applicants as (
    select publication_id, string_agg(normalised_name, '|' order by normalised_name) as applicants
    from {{ ref('int_publication_applicant') }}
    group by publication_id
),

title as (
    select publication_id, {{ bare_words('text') }} as title
    from {{ ref('int_publication_text') }}
    where part = 'title'
),

candidate as (
    select distinct
        first_group.group_id,
        kind.patent_type,
        concat_ws('|', publication.filing_date, applicants.applicants, title.title) as detail
    from publication
    inner join kind using (office, kind)
    inner join applicants using (publication_id)
    inner join title using (publication_id)
    inner join {{ ref('int_first_group') }} as first_group using (publication_id)
    where title.title <> ''
),

pair as (
    select detail
    from candidate
    group by detail
    -- Two inventions of one day with one title could belong to either utility model: then nothing is merged.
    having
        count(distinct group_id) = 2
        and count(*) = 2
        and count(*) filter (where patent_type = 'invention') = 1
)

select
    candidate.group_id,
    candidate.patent_type,
    candidate.detail
from candidate
inner join pair using (detail)
