{{ config(tags=['findings']) }}

with

said as (
    select * from {{ source('ml', 'promotion') }}
)

select
    watch,
    candidate_id,
    incumbent_id,
    decision,
    because,
    became_relevant,
    became_irrelevant,
    incumbent_loss,
    candidate_loss,
    loss_low,
    loss_high,
    audit_labels,
    on_date,
    run_id
from said
