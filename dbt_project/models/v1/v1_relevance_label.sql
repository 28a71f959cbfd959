with

said as (
    select * from {{ here(ref('fct_relevance_label')) }}
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
