-- What the analysis jobs say. Every row names the model or run that said it.
create schema ml;

create table ml.model (
    model_id varchar primary key,
    watch varchar not null,
    job varchar not null,
    version integer not null,
    parameters json not null,
    figures json not null,
    state blob,
    trained_at timestamp not null
);

create table ml.relevance (
    watch varchar not null,
    invention_id varchar not null,
    probability double not null,
    is_relevant boolean not null,
    decided_by varchar not null check (decided_by in ('model', 'person', 'rule')),
    words_for varchar[] not null,
    words_against varchar[] not null,
    model_id varchar not null,
    primary key (watch, invention_id)
);

create table ml.topic (
    watch varchar not null,
    topic_id varchar not null,
    name varchar not null,
    named_by varchar not null check (named_by in ('rule', 'person')),
    state varchar not null check (state in ('kept', 'split', 'merged', 'new', 'gone')),
    terms_en varchar[] not null,
    terms_zh varchar[] not null,
    filing_count integer not null,
    model_id varchar not null,
    first_seen_on date not null,
    primary key (watch, topic_id)
);

create table ml.topic_lineage (
    watch varchar not null,
    topic_id varchar not null,
    previous_topic_id varchar,
    state varchar not null,
    similarity double,
    model_id varchar not null,
    on_date date not null
);

create table ml.filing_topic (
    watch varchar not null,
    invention_id varchar not null,
    topic_id varchar not null,
    weight double not null,
    model_id varchar not null,
    primary key (watch, invention_id)
);

create table ml.series_fit (
    series_id varchar not null,
    watch varchar not null,
    filing_month date not null,
    filing_count integer not null,
    completeness double not null,
    is_too_young boolean not null,
    expected_count double,
    model_id varchar not null,
    primary key (series_id, filing_month)
);

-- The latest state of each changepoint. Its history is in ml.changepoint_event.
create table ml.changepoint (
    changepoint_id varchar primary key,
    watch varchar not null,
    series_id varchar not null,
    mode varchar not null check (mode in ('careful', 'paper')),
    state varchar not null check (state in ('detected', 'confirmed', 'withdrawn')),
    month date not null,
    month_low date not null,
    month_high date not null,
    direction varchar not null check (direction in ('up', 'down')),
    rate_ratio double not null,
    rate_ratio_low double not null,
    rate_ratio_high double not null,
    growth_change double,
    probability double not null,
    would_have_been_announced_on date,
    is_news boolean not null,
    event_id varchar not null,
    first_announced_on date not null,
    is_told boolean not null,
    model_id varchar not null
);

-- What the last look said of each series, also when it said nothing. A series that is gone keeps its last row.
create table ml.series_verdict (
    series_id varchar not null,
    watch varchar not null,
    mode varchar not null check (mode in ('careful', 'paper')),
    verdict varchar not null check (verdict in ('changed', 'no change', 'too young to judge', 'no data')),
    first_analysed_on date not null,
    last_analysed_on date not null,
    observed_until date not null,
    judged_month_count integer not null,
    spike_months date[] not null,
    overdispersion double not null,
    correlation double not null,
    month_effects double[] not null,
    model_id varchar not null,
    primary key (series_id, mode)
);

create table ml.changepoint_event (
    changepoint_id varchar not null,
    event_id varchar not null,
    event varchar not null check (event in ('detected', 'confirmed', 'moved', 'withdrawn')),
    on_date date not null,
    run_id varchar not null,
    is_news boolean not null,
    month date not null,
    month_low date not null,
    month_high date not null,
    rate_ratio double not null,
    probability double not null,
    vintage json not null,
    logged_at timestamp not null
);
