{{ config(tags=['findings']) }}

with

model as (
    select * from {{ source('ml', 'model') }} where job = 'relevance'
),

promotion as (
    select * from {{ source('ml', 'promotion') }}
),

told as (
    select
        model.*,
        promotion.decision,
        promotion.because
    from model
    left join promotion
        on model.model_id = promotion.candidate_id
        and model.watch = promotion.watch
)

select
    model_id,
    watch,
    version,
    trained_at,
    decision,
    coalesce(decision <> 'held back', true)
        and model_id = max(model_id) filter (where coalesce(decision, '') <> 'held back') over (partition by watch)
        as is_in_force,
    (figures ->> 'threshold')::double as threshold,
    (figures ->> 'human_relevant')::integer as labels_relevant,
    (figures ->> 'human_irrelevant')::integer as labels_irrelevant,
    (figures ->> 'weak_relevant')::integer + (figures ->> 'weak_irrelevant')::integer as weak_labels,
    figures ->> 'why_rule' as why_rule,
    because
from told
