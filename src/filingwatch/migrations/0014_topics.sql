-- Topics that keep their names: borderline filings, classes and coherence, every refit with what became of it, and
-- which topics are emerging.
alter table ml.filing_topic add column runner_up varchar;
alter table ml.filing_topic add column margin double;
alter table ml.topic add column classes varchar[];
alter table ml.topic add column coherence double;

create table ml.topic_refit (
    watch varchar not null,
    candidate_id varchar not null,
    incumbent_id varchar,
    decision varchar not null check (decision in ('taken', 'held back', 'first', 'accepted', 'refused')),
    because varchar not null,
    lost_name_share double,
    moved_filing_share double,
    topics_before integer not null,
    topics_after integer not null,
    on_date date not null,
    run_id varchar not null
);

create table ml.topic_emergence (
    watch varchar not null,
    topic_id varchar not null,
    score double,
    novelty double,
    persistence double,
    growth double,
    growth_low double,
    growth_high double,
    community integer,
    recent_count integer,
    earlier_count integer,
    tenth_published_on date,
    is_emerging boolean not null,
    emerged_on date,
    because varchar not null,
    model_id varchar,
    primary key (watch, topic_id)
);
