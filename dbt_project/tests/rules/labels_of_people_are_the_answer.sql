-- Where a label stands the answer is that label, and what was believed is a probability.
select
    coalesce(label.watch, answer.watch) as watch,
    coalesce(label.invention_id, answer.invention_id) as invention_id
from {{ source('ml', 'relevance') }} as answer
left join {{ ref('fct_relevance_label') }} as label
    on answer.watch = label.watch
    and answer.invention_id = label.invention_id
where
    (label.label is not null and (answer.is_relevant <> label.label or answer.decided_by <> 'person'))
    or answer.probability not between 0 and 1
    or answer.model_probability not between 0 and 1
