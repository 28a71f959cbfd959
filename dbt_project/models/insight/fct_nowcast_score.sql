{{ config(tags=['findings']) }}

with

score as (
    select * from {{ source('ml', 'nowcast_score') }}
)

select
    office,
    patent_type,
    is_synthetic,
    age_band,
    nowcast_count,
    coverage_50_share,
    coverage_90_share,
    coverage_95_share,
    bias_share,
    wis,
    ladder_wis,
    first_look_month,
    last_look_month
from score
