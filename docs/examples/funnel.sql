-- Question: How many records came, and how many are left at each stage until a filing counts in a series?
-- Answer: item_count in the unit of the stage, and the share of the stage before it where both count the same thing.
-- Not: What the sources were never asked for is in no stage. The sizes of published studies (insight.fct_funnel_reference)
--   come of other queries and offices.
select
    watch,
    stage_order,
    stage,
    unit,
    item_count,
    case when unit = lag(unit) over stages
        then round(item_count / nullif(lag(item_count) over stages, 0), 3)
    end as share_of_stage_before,
    is_synthetic
from v1.funnel
window stages as (partition by watch order by stage_order)
order by watch, stage_order
