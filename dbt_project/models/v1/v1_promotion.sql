with

said as (
    select * from {{ here(ref('fct_promotion')) }}
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
