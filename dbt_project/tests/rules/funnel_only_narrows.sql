-- No stage holds more inventions than the one before it.
select watch, stage, inventions, previous
from (
    select *, lag(inventions) over (partition by watch order by stage_order) as previous
    from {{ ref('fct_funnel') }}
) as step
where inventions > previous
