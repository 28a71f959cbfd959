-- What was landed, and the ledger of what was done. Times are UTC. Nothing in raw is ever updated or deleted.
create schema raw;

create table raw.page (
    page_id varchar primary key,
    run_id varchar not null,
    source varchar not null,
    feed varchar not null,
    request json not null,
    payload_sha256 varchar not null,
    payload_bytes bigint not null,
    fetched_at timestamp not null,
    record_count integer not null,
    reject_count integer not null,
    new_count integer not null,
    changed_count integer not null,
    unchanged_count integer not null
);

-- Append-only versions: a row is added when a feed says something about a publication that differs from what that
-- feed said last. `version` counts from 1 within (source, feed, publication_id).
create table raw.publication (
    source varchar not null,
    feed varchar not null,
    publication_id varchar not null,
    version integer not null,
    content_hash varchar not null,
    page_id varchar not null,
    record_index integer not null,
    first_seen_at timestamp not null,
    is_synthetic boolean not null,
    is_deleted boolean not null,
    office varchar not null,
    number varchar not null,
    kind varchar not null,
    original_number varchar not null,
    publication_date date,
    application_office varchar,
    application_number varchar,
    filing_date date,
    earliest_priority_date date,
    grant_date date,
    family_id varchar,
    priorities struct(number varchar, office varchar, date date)[] not null,
    texts struct(part varchar, text varchar, language varchar, origin varchar)[] not null,
    parties struct("role" varchar, name varchar, country varchar)[] not null,
    classifications struct(scheme varchar, symbol varchar, version varchar)[] not null,
    url varchar,
    primary key (source, feed, publication_id, version)
);

-- One row for every record of every page: where it went. This is what the books are balanced against.
create table raw.sighting (
    page_id varchar not null,
    record_index integer not null,
    publication_id varchar,
    outcome varchar not null check (outcome in ('new', 'changed', 'unchanged', 'repeated', 'rejected')),
    primary key (page_id, record_index)
);

create table raw.reject (
    page_id varchar not null,
    record_index integer not null,
    code varchar not null,
    reason varchar not null,
    original varchar not null,
    rejected_at timestamp not null,
    primary key (page_id, record_index)
);

create table raw.watch (
    watch varchar not null,
    version varchar not null,
    title varchar not null,
    definition json not null,
    first_seen_at timestamp not null,
    primary key (watch, version, first_seen_at)
);

create table raw.decision (
    decision_id bigint primary key,
    page_id varchar not null,
    watch varchar,
    kind varchar not null,
    subject varchar not null,
    value varchar not null,
    decided_by varchar not null,
    decided_at timestamp not null,
    reason varchar,
    previous_value varchar
);

create table raw.background (
    source varchar not null,
    office varchar not null,
    kind varchar not null,
    filing_month date not null,
    filing_count bigint not null,
    page_id varchar not null,
    first_seen_at timestamp not null
);

create table ops.run (
    run_id varchar primary key,
    flow varchar not null,
    as_of date not null,
    started_at timestamp not null,
    finished_at timestamp,
    status varchar not null check (status in ('running', 'succeeded', 'failed', 'interrupted')),
    project_version varchar not null,
    message varchar,
    figures json
);

create table ops.outcome (
    run_id varchar not null,
    source varchar not null,
    feed varchar,
    attempted_at timestamp not null,
    request json,
    status varchar not null check (status in ('ok', 'nothing_new', 'already_landed', 'failed')),
    message varchar,
    payload_bytes bigint,
    record_count integer not null,
    reject_count integer not null,
    seconds double
);

create table ops.cursor (
    source varchar not null,
    key varchar not null,
    value json not null,
    run_id varchar not null,
    updated_at timestamp not null,
    primary key (source, key)
);

create table ops.job_run (
    run_id varchar not null,
    job varchar not null,
    watch varchar,
    status varchar not null check (status in ('ran', 'current', 'failed')),
    key varchar not null,
    reason varchar not null,
    version integer not null,
    parameters json not null,
    inputs json not null,
    figures json,
    decided_at timestamp not null,
    seconds double not null
);

create table ops.quality_result (
    run_id varchar not null,
    suite varchar not null,
    check_name varchar not null,
    subject varchar not null,
    verdict varchar not null check (verdict in ('passed', 'failed', 'could_not_tell')),
    observed varchar,
    expected varchar,
    sample json,
    judged_at timestamp not null
);

-- The outbox. An alert is written in the transaction of its finding and is never changed; what became of it is
-- in ops.delivery.
create table ops.alert (
    alert_id varchar primary key,
    run_id varchar not null,
    audience varchar not null check (audience in ('monitor', 'ops')),
    watch varchar,
    event varchar not null,
    subject varchar not null,
    body varchar not null,
    evidence json not null,
    is_synthetic boolean not null,
    created_at timestamp not null
);

create table ops.delivery (
    alert_id varchar not null,
    channel varchar not null,
    attempt integer not null,
    status varchar not null check (status in ('delivered', 'failed', 'dead')),
    message varchar,
    attempted_at timestamp not null,
    primary key (alert_id, channel, attempt)
);

create table ops.publication_log (
    version varchar not null,
    run_id varchar not null,
    action varchar not null check (action in ('published', 'refreshed', 'restored')),
    content_key varchar not null,
    bytes bigint not null,
    logged_at timestamp not null
);
