{{ config(tags=['findings']) }}

with

refit as (
    select * from {{ source('ml', 'topic_refit') }}
),

-- Only the newest refit can wait: another one, or a word of a person, ends the waiting.
newest as (
    select watch, max(run_id) as run_id from refit group by watch
)

select
    refit.watch,
    refit.candidate_id,
    refit.incumbent_id,
    refit.decision,
    refit.because,
    refit.lost_name_share,
    refit.moved_filing_share,
    refit.topics_before,
    refit.topics_after,
    refit.decision = 'held back' and newest.run_id is not null as is_waiting,
    refit.on_date,
    refit.run_id
from refit
left join newest on refit.watch = newest.watch and refit.run_id = newest.run_id
