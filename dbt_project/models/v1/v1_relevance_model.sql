with

model as (
    select * from {{ here(ref('dim_relevance_model')) }}
)

select
    model_id,
    watch,
    version,
    trained_at,
    decision,
    is_in_force,
    threshold,
    labels_relevant,
    labels_irrelevant,
    weak_labels,
    why_rule,
    because
from model
