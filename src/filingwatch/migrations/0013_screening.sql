-- Relevance with people in the loop: labels as they count, the queue, what is known of quality, terms, promotions.
alter table ml.relevance add column model_probability double;
alter table ml.relevance add column inherited_from varchar;

create table ml.relevance_label (
    watch varchar not null,
    invention_id varchar not null,
    label boolean,
    state varchar not null check (state in ('single', 'agreed', 'disputed', 'ruled', 'skipped')),
    annotators integer not null,
    relevant_votes integer not null,
    irrelevant_votes integer not null,
    primary key (watch, invention_id)
);

create table ml.label_queue (
    watch varchar not null,
    place integer not null,
    invention_id varchar not null,
    chosen_as varchar not null check (chosen_as in ('likely', 'uncertain', 'diverse', 'audit', 'disputed', 'new')),
    why varchar not null,
    probability double,
    group_id varchar not null,
    model_id varchar not null,
    primary key (watch, invention_id)
);

-- What low and high mean for a measure stands in its note; those of a count are null.
create table ml.relevance_quality (
    watch varchar not null,
    measure varchar not null,
    scope varchar not null,
    value double,
    low double,
    high double,
    sample_count bigint,
    note varchar,
    model_id varchar not null,
    primary key (watch, measure, scope)
);

-- Which terms and classes of the watch's query an invention holds. Only those that hold any have a row.
create table ml.term_hit (
    watch varchar not null,
    invention_id varchar not null,
    include varchar[] not null,
    exclude varchar[] not null,
    classes varchar[] not null,
    primary key (watch, invention_id)
);

create table ml.term_yield (
    watch varchar not null,
    role varchar not null check (role in ('include', 'exclude', 'class')),
    term varchar not null,
    language varchar,
    reason varchar,
    hit_count integer not null,
    only_count integer not null,
    relevant_labels integer not null,
    irrelevant_labels integer not null,
    relevant_share double,
    relevant_share_low double,
    relevant_share_high double,
    expected_relevant double not null,
    collision_rate double,
    verdict varchar not null check (
        verdict in ('useful', 'brings only rejects', 'keeps out relevant ones', 'no hits', 'too few labels')
    ),
    query_hash varchar not null,
    model_id varchar not null,
    primary key (watch, role, term)
);

create table ml.term_suggestion (
    watch varchar not null,
    kind varchar not null check (kind in ('include', 'exclude')),
    term varchar not null,
    language varchar,
    document_count integer not null,
    relevant_labels integer not null,
    irrelevant_labels integer not null,
    score double not null,
    beside varchar,
    example_ids varchar[] not null,
    model_id varchar not null,
    primary key (watch, kind, term)
);

create table ml.promotion (
    watch varchar not null,
    candidate_id varchar not null,
    incumbent_id varchar,
    decision varchar not null check (decision in ('promoted', 'held back', 'first')),
    because varchar not null,
    became_relevant integer not null,
    became_irrelevant integer not null,
    incumbent_loss double,
    candidate_loss double,
    loss_low double,
    loss_high double,
    audit_labels integer not null,
    on_date date not null,
    run_id varchar not null
);

create table ml.promotion_effect (
    watch varchar not null,
    candidate_id varchar not null,
    office varchar,
    patent_type varchar,
    filing_year integer,
    before_count integer not null,
    after_count integer not null,
    run_id varchar not null
);
