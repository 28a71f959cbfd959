with

lineage as (
    select * from {{ here(ref('fct_topic_lineage')) }}
)

select
    watch,
    topic_id,
    name,
    previous_topic_id,
    previous_name,
    state,
    similarity,
    on_date,
    model_id
from lineage
