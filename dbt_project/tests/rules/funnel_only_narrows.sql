-- No stage holds more than the one before it.
select watch, stage, item_count, previous
from (
    select *, lag(item_count) over (partition by watch order by stage_order) as previous
    from {{ ref('fct_funnel') }}
) as step
where item_count > previous
