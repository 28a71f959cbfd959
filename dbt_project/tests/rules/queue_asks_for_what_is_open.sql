-- Places in the queue are 1, 2, 3, ... for each watch, and nothing in it has a label, unless annotators differ on it.
select watch, invention_id, 'place' as wrong
from {{ source('ml', 'label_queue') }}
qualify place <> row_number() over (partition by watch order by place)

union all

select queue.watch, queue.invention_id, 'labelled' as wrong
from {{ source('ml', 'label_queue') }} as queue
inner join {{ ref('fct_relevance_label') }} as label
    on queue.watch = label.watch
    and queue.invention_id = label.invention_id
where label.label is not null and queue.chosen_as <> 'disputed'
