{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ keep_unchanged('int_changed_invention', 'invention_id') }}",
) }}
{{ built_after('int_changed_invention') }}

with

publication as (
    select * from {{ ref('dim_publication') }}
    where
        not is_deleted
        {%- if is_incremental() %}
        and invention_id in (select invention_id from {{ ref('int_changed_invention') }})
        {%- endif %}
),

merged_dates as (
    select publication_id, earliest_priority_date from {{ ref('int_publication') }}
),

publication_text as (
    select * from {{ ref('int_publication_text') }}
),

applicant as (
    select invention_id, count(*)::integer as applicant_count
    from {{ ref('bridge_invention_applicant') }}
    group by invention_id
),

ordered as (
    select
        publication.*,
        merged_dates.earliest_priority_date,
        row_number() over (
            partition by publication.invention_id
            order by publication.publication_date nulls last, publication.publication_id
        ) as place
    from publication
    inner join merged_dates using (publication_id)
),

gathered as (
    select
        invention_id,
        arg_min(office, place) as office,
        -- One claim to an invention makes the whole an invention, as in a dual filing.
        case
            when bool_or(patent_type = 'invention') then 'invention'
            when bool_or(patent_type = 'utility_model') then 'utility_model'
            when bool_or(patent_type = 'design') then 'design'
            else 'other'
        end as patent_type,
        min(filing_date) as filing_date,
        min(earliest_priority_date) as earliest_priority_date,
        min(publication_date) as earliest_publication_date,
        arg_min(family_id, place) as family_id,
        min(date_issue) as date_issue,
        count(*)::integer as publication_count,
        bool_or(is_synthetic) as is_synthetic,
        min(first_seen_at) as first_seen_at
    from ordered
    group by invention_id
),

dated as (
    select
        * exclude (filing_date),
        case when filing_date <= coalesce(earliest_publication_date, filing_date) then filing_date end as filing_date,
        case
            when filing_date > earliest_publication_date then 'filed after it was published'
            when filing_date is null then coalesce(date_issue, 'no feed gives a filing date')
        end as undated_reason
    from gathered
),

-- Chosen without the texts themselves, which at a million publications would not fit into the memory of a window.
chosen as (
    select
        ordered.invention_id,
        publication_text.publication_id,
        publication_text.part,
        publication_text.language
    from publication_text
    inner join ordered using (publication_id)
    qualify row_number() over (
        partition by ordered.invention_id, publication_text.part, publication_text.language
        order by {{ origin_rank('publication_text.origin') }}, ordered.place
    ) = 1
),

best_text as (
    select
        chosen.invention_id,
        chosen.part,
        chosen.language,
        publication_text.text
    from publication_text
    inner join chosen using (publication_id, part, language)
),

wording as (
    select
        invention_id,
        any_value(text) filter (where part = 'title' and language = 'en') as title_en,
        any_value(text) filter (where part = 'title' and language = 'zh') as title_zh,
        arg_min(text, language) filter (where part = 'title' and language not in ('en', 'zh')) as title_other,
        any_value(text) filter (where part = 'abstract' and language = 'en') as abstract_en,
        any_value(text) filter (where part = 'abstract' and language = 'zh') as abstract_zh,
        string_agg(text, chr(10) order by part = 'abstract', language) as text,
        list_sort(list(distinct language) filter (where language <> 'und')) as languages
    from best_text
    group by invention_id
)

select
    dated.invention_id,
    dated.office,
    dated.patent_type,
    dated.filing_date,
    date_trunc('month', dated.filing_date)::date as filing_month,
    dated.earliest_priority_date,
    dated.earliest_publication_date,
    date_trunc('month', dated.earliest_publication_date)::date as publication_month,
    dated.undated_reason,
    coalesce(wording.title_en, wording.title_zh, wording.title_other) as title,
    wording.title_en,
    wording.title_zh,
    wording.abstract_en,
    wording.abstract_zh,
    coalesce(wording.text, '') as text,
    coalesce(wording.languages, []) as languages,
    dated.family_id,
    dated.publication_count,
    coalesce(applicant.applicant_count, 0) as applicant_count,
    dated.is_synthetic,
    dated.first_seen_at
from dated
left join wording using (invention_id)
left join applicant using (invention_id)
