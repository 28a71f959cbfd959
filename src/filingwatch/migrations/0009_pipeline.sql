-- The world or the pipeline: how the series are made, what changed in that, and the old way that is kept beside it.

-- How the series of a watch were made at the last run. Replaced when it changes; ml.pipeline_change keeps the changes.
create table ml.series_regime (
    watch varchar primary key,
    first_on date not null,
    on_date date not null,
    last_run varchar not null,
    relevance_model varchar,
    label_id bigint not null,
    watch_version varchar not null,
    feeds varchar[] not null,
    lost_feeds varchar[] not null
);

-- The parts of the old way that are still counted beside the new one. `feeds` are those that both ways may count.
create table ml.series_baseline (
    watch varchar not null,
    part varchar not null check (part in ('relevance', 'technologies', 'feeds')),
    opened_on date not null,
    opened_by varchar not null,
    relevance_model varchar,
    technologies varchar,
    old_feeds varchar[],
    feeds varchar[],
    primary key (watch, part)
);

-- What relevance would be, had watch, labels and model stayed as they were. Empty while the old way is the present one.
create table ml.baseline_relevance (
    watch varchar not null,
    invention_id varchar not null,
    is_relevant boolean not null,
    decided_by varchar not null,
    document_hash ubigint,
    primary key (watch, invention_id)
);

create table ml.pipeline_change (
    watch varchar not null,
    cause varchar not null check (
        cause in ('model', 'labels', 'watch', 'source gained', 'source lost', 'source returned', 'accepted', 'lived with')
    ),
    before varchar,
    after varchar,
    on_date date not null,
    run_id varchar not null
);

-- Changepoints that one way of counting shows and the other does not, as the last look left them.
create table ml.pipeline_finding (
    finding_id varchar primary key,
    watch varchar not null,
    series_id varchar not null,
    kind varchar not null check (kind in ('pipeline', 'hidden', 'altered')),
    direction varchar not null check (direction in ('up', 'down')),
    month date not null,
    month_low date not null,
    month_high date not null,
    new_rate_ratio double,
    old_rate_ratio double,
    new_filing_count integer not null,
    old_filing_count integer not null,
    causes varchar[] not null,
    first_found_on date not null,
    is_standing boolean not null
);
