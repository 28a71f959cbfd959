-- Sources behind a network: every attempt is an outcome, each source has a state, inventions passed over are counted.

-- One table for three kinds of outcome: a request (one attempt at an office), a page (one answer that was landed), an
-- end (how a source or a file ended). Only pages count records, so that sums over all kinds stay right.
create table ops.outcome_with_kind (
    run_id varchar not null,
    source varchar not null,
    feed varchar,
    attempted_at timestamp not null,
    request json,
    status varchar not null,
    message varchar,
    payload_bytes bigint,
    record_count integer not null,
    reject_count integer not null,
    seconds double,
    kind varchar not null,
    http_status integer,
    check (
        case kind
            when 'request' then status in ('answered', 'again', 'refused')
            when 'page' then status = 'ok'
            when 'end' then status in ('ok', 'nothing_new', 'already_landed', 'degraded', 'stopped', 'failed')
            else false
        end
    )
);

insert into ops.outcome_with_kind
select
    run_id, source, feed, attempted_at, request, status, message, payload_bytes, record_count, reject_count, seconds,
    if(feed is not null and status = 'ok', 'page', 'end'), null
from ops.outcome;

drop table ops.outcome;
alter table ops.outcome_with_kind rename to outcome;

-- The last word on each source. `stale_since` is the first day that its data may lack; null while it ends well.
create table ops.source_state (
    source varchar primary key,
    run_id varchar not null,
    status varchar not null check (status in ('ok', 'degraded', 'stopped', 'failed')),
    asked_at timestamp not null,
    answered_at timestamp,
    complete_through date,
    stale_since date,
    message varchar
);

-- What each source brought on each day. Imports and backfills have no usual size: their runs are left out. `ended` is
-- the last word of the day; runs before this schema left none when all was well.
create view ops.night_volume as
select
    outcome.source,
    run.as_of,
    sum(outcome.record_count + outcome.reject_count)::bigint as record_count,
    bool_or(run.status = 'succeeded') as has_succeeded,
    coalesce(arg_max(outcome.status, outcome.attempted_at) filter (where outcome.kind = 'end'), 'ok') as ended
from ops.outcome as outcome
inner join ops.run as run on run.run_id = outcome.run_id
where run.flow not in ('import', 'backfill')
group by all;

-- Inventions that were counted in raw.background already, by a hash of their id. Neither key nor index: they are found
-- by one join per page.
create table raw.passed_over (
    source varchar not null,
    invention_hash ubigint not null,
    page_id varchar not null
);
