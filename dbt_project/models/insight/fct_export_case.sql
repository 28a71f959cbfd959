{{ config(tags=['findings']) }}

with

export_case as (
    select * from {{ ref('stg_export_case') }}
),

alias as (
    select distinct company_group.group_id, alias.normalised_name
    from {{ ref('int_applicant_alias') }} as alias
    inner join {{ ref('company_group') }} as company_group using (entity_id)
    where company_group.valid_to is null
),

member as (
    select * from {{ ref('belt_and_road') }}
)

select
    export_case.case_id,
    export_case.firm,
    alias.group_id,
    export_case.country,
    export_case.case_date,
    export_case.date_precision,
    -- A case of an unknown day in a year in which membership began or ended stays doubtful.
    case
        when {{ belt_and_road_on('export_case.case_date', "'national'", 'member') }}
            = {{ belt_and_road_on('last_day', "'national'", 'member') }}
            then {{ belt_and_road_on('export_case.case_date', "'national'", 'member') }}
        else 'unknown date'
    end as belt_and_road_on_date,
    export_case.technology,
    export_case.what,
    export_case.source,
    export_case.url
from (
    select
        *,
        case_date + case date_precision
            when 'year' then interval 1 year
            when 'month' then interval 1 month
            else interval 1 day
        end - interval 1 day as last_day
    from export_case
) as export_case
left join alias on {{ bare_words('export_case.firm') }} = alias.normalised_name
left join member on export_case.country = member.office
