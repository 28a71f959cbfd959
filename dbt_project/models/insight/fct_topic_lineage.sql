{{ config(tags=['findings']) }}

with

lineage as (
    select * from {{ source('ml', 'topic_lineage') }}
),

topic as (
    select watch, topic_id, name from {{ source('ml', 'topic') }}
)

select
    lineage.watch,
    lineage.topic_id,
    topic.name,
    lineage.previous_topic_id,
    previous.name as previous_name,
    lineage.state,
    lineage.similarity,
    lineage.on_date,
    lineage.model_id
from lineage
left join topic on lineage.watch = topic.watch and lineage.topic_id = topic.topic_id
left join topic as previous on lineage.watch = previous.watch and lineage.previous_topic_id = previous.topic_id
