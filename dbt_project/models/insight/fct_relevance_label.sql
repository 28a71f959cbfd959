{{ config(tags=['findings']) }}

with

said as (
    select * from {{ source('ml', 'relevance_label') }}
)

select
    watch,
    invention_id,
    label,
    state,
    annotators,
    relevant_votes,
    irrelevant_votes
from said
