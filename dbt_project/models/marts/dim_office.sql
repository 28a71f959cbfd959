with

office as (
    select * from {{ ref('office') }}
),

belt_and_road as (
    select * from {{ ref('belt_and_road') }}
),

seen as (
    select distinct office from {{ ref('dim_publication') }}
),

code as (
    select office from office
    union
    select office from belt_and_road
    union
    select office from seen
)

select
    code.office,
    coalesce(office.name_en, belt_and_road.name_en, code.office) as name_en,
    case
        when office.office is not null then office.kind
        when belt_and_road.office is not null then 'national'
        else 'unknown'
    end as kind,
    belt_and_road.region as belt_and_road_region,
    belt_and_road.status as belt_and_road_status,
    belt_and_road.valid_from as belt_and_road_from,
    belt_and_road.valid_to as belt_and_road_to,
    belt_and_road.from_precision as belt_and_road_from_precision,
    belt_and_road.note as belt_and_road_note,
    coalesce(office.check_mark, belt_and_road.check_mark, 'M') as check_mark,
    coalesce(office.source, belt_and_road.source) as source
from code
left join office using (office)
left join belt_and_road using (office)
