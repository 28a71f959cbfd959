{{ config(tags=['series']) }}

with

publication as (
    select * from {{ ref('dim_publication') }} where not is_deleted
),

priority as (
    select publication_id, unnest(priorities) as priority from {{ ref('stg_publication') }}
),

-- A priority says where an invention was filed first, also when that filing itself is not in the file.
filed as (
    select invention_id, office, filing_date
    from publication

    union all

    select publication.invention_id, priority.priority.office, priority.priority.date
    from priority
    inner join publication using (publication_id)
    where priority.priority.office is not null and priority.priority.date is not null
),

first_filed as (
    select
        invention_id,
        arg_min(office, (coalesce(filing_date, date '9999-12-31'), office)) as first_office,
        min(filing_date) as first_filing_date
    from filed
    group by invention_id
),

published as (
    select
        invention_id,
        office,
        min(publication_date) as first_publication_date,
        count(*)::integer as publication_count,
        bool_or(is_synthetic) as is_synthetic
    from publication
    group by invention_id, office
),

office as (
    select office, kind from {{ ref('dim_office') }}
),

member as (
    select * from {{ ref('belt_and_road') }}
)

select
    published.invention_id,
    published.office,
    office.kind as office_kind,
    first_filed.first_office,
    first_filed.first_filing_date,
    published.first_publication_date,
    date_diff('day', first_filed.first_filing_date, published.first_publication_date)::integer as after_first_days,
    {{ belt_and_road_on('published.first_publication_date', 'office.kind', 'member') }} as belt_and_road_on_date,
    published.publication_count,
    published.is_synthetic
from published
inner join first_filed using (invention_id)
left join office using (office)
left join member on published.office = member.office
where published.office <> first_filed.first_office
