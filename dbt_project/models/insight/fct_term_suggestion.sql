{{ config(tags=['findings']) }}

with

said as (
    select * from {{ source('ml', 'term_suggestion') }}
)

select
    watch,
    kind,
    term,
    language,
    document_count,
    relevant_labels,
    irrelevant_labels,
    score,
    beside,
    example_ids,
    model_id
from said
