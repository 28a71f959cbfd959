-- Question: What would the method of the 2023 paper have found in the same series?
-- Answer: One row for each series in which one of the two modes dates a change. Paper mode takes raw counts by filing
--   month and at most one change; careful mode allows for what is not published yet, for Decembers and for growth.
--   is_alike says whether they go the same way and their intervals meet: both find the shift of early 2015 that the demo
--   office planted, and paper mode makes it larger, since it counts growth as part of the step.
-- Not: Paper mode is no second opinion: months that are not published yet look to it like a fall, a steady growth like a
--   step. It is our reading of the paper, whose own method was not published in full.
with
careful as (
    select * from v1.changepoint where mode = 'careful' and state <> 'withdrawn'
),

paper as (
    select * from v1.changepoint where mode = 'paper' and state <> 'withdrawn'
)

select
    coalesce(careful.label, paper.label) as label,
    strftime(paper.month, '%Y-%m') as paper_month,
    strftime(paper.month_low, '%Y-%m') || ' .. ' || strftime(paper.month_high, '%Y-%m') as paper_interval,
    round(paper.rate_ratio, 2) as paper_ratio,
    strftime(careful.month, '%Y-%m') as careful_month,
    strftime(careful.month_low, '%Y-%m') || ' .. ' || strftime(careful.month_high, '%Y-%m') as careful_interval,
    round(careful.rate_ratio, 2) as careful_ratio,
    careful.is_news,
    coalesce(
        paper.direction = careful.direction
        and paper.month_low <= careful.month_high
        and careful.month_low <= paper.month_high,
        false
    ) as is_alike
from paper
full join careful using (series_id)
order by is_alike desc, label, careful_month
