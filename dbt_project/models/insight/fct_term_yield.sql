{{ config(tags=['findings']) }}

with

said as (
    select * from {{ source('ml', 'term_yield') }}
)

select
    watch,
    role,
    term,
    language,
    reason,
    hit_count,
    only_count,
    relevant_labels,
    irrelevant_labels,
    relevant_share,
    relevant_share_low,
    relevant_share_high,
    expected_relevant,
    collision_rate,
    verdict,
    model_id
from said
