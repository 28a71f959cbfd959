{{ config(tags=['core']) }}

with

publication as (
    select * from {{ ref('int_publication') }}
    where office = 'CN' and filing_date is not null and not is_deleted
),

kind as (
    select * from {{ ref('int_kind') }} where patent_type in ('invention', 'utility_model')
),

member as (
    select * from {{ ref('int_first_group') }} where not is_split
),

applicants as (
    select publication_id, string_agg(normalised_name, '|' order by normalised_name) as applicants
    from {{ ref('int_publication_applicant') }}
    group by publication_id
),

half as (
    select
        publication.publication_id,
        member.group_id,
        kind.patent_type,
        publication.filing_date,
        applicants.applicants
    from publication
    inner join kind using (office, kind)
    inner join applicants using (publication_id)
    inner join member using (publication_id)
),

block as (
    select filing_date, applicants
    from half
    group by filing_date, applicants
    having count(distinct patent_type) = 2
),

complete as (
    -- A group that holds both kinds has its other half already.
    select group_id from half group by group_id having count(distinct patent_type) = 2
),

title as (
    select
        publication_id,
        language,
        {{ bare_words('text') }} as title,
        {{ title_core('text') }} as core
    from {{ ref('int_publication_text') }}
    where
        part = 'title'
        and publication_id in (select publication_id from half inner join block using (filing_date, applicants))
),

candidate as (
    select distinct
        half.group_id,
        half.patent_type,
        half.filing_date,
        half.applicants,
        title.language,
        title.title,
        title.core
    from half
    inner join block using (filing_date, applicants)
    inner join title using (publication_id)
    where title.title <> '' and half.group_id not in (select group_id from complete)
),

compared as (
    select
        invention.group_id as invention_group,
        utility_model.group_id as utility_group,
        invention.filing_date,
        invention.applicants,
        invention.language,
        invention.title as invention_title,
        utility_model.title as utility_title,
        case
            when invention.title = utility_model.title then 1.0
            -- Camera 1 is not camera 2, and a short title differs in everything when it differs in one letter.
            when regexp_replace(invention.core, '[^0-9]', '', 'g')
                <> regexp_replace(utility_model.core, '[^0-9]', '', 'g') then 0.0
            when least(length(invention.core), length(utility_model.core)) < 4 then 0.0
            when invention.core = utility_model.core then 0.99
            else 0.99 - 0.99 * levenshtein(invention.core, utility_model.core)
                / greatest(length(invention.core), length(utility_model.core))
        end as likeness
    from candidate as invention
    inner join candidate as utility_model using (filing_date, applicants, language)
    where invention.patent_type = 'invention' and utility_model.patent_type = 'utility_model'
),

near as (
    select
        invention_group,
        utility_group,
        max(likeness) as likeness,
        arg_max(
            concat_ws(
                '|', filing_date, applicants,
                case
                    when invention_title = utility_title then invention_title
                    else invention_title || ' ~ ' || utility_title
                end
            ),
            (likeness, invention_title, utility_title)
        ) as detail
    from compared
    where likeness >= 0.99 * {{ near_title_share('language') }}
    group by invention_group, utility_group
),

best as (
    -- Two that are equally like it could each be the other half: then nothing is merged.
    select
        *,
        rank() over (partition by invention_group order by likeness desc) as place_of_invention,
        rank() over (partition by utility_group order by likeness desc) as place_of_utility,
        count(*) over (partition by invention_group, likeness) as rivals_of_invention,
        count(*) over (partition by utility_group, likeness) as rivals_of_utility
    from near
),

pair as (
    select invention_group, utility_group, detail
    from best
    where place_of_invention = 1 and place_of_utility = 1 and rivals_of_invention = 1 and rivals_of_utility = 1
)

select invention_group as group_id, 'invention' as patent_type, detail from pair
union all
select utility_group as group_id, 'utility_model' as patent_type, detail from pair
