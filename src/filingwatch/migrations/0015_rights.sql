-- Rights at stake: what of each filing was judged, and the tags with the passage or class that each rests on.
create table ml.right_judged (
    watch varchar not null,
    invention_id varchar not null,
    passages_hash ubigint not null,
    is_spoken boolean not null,
    copy_of varchar,
    model_id varchar not null,
    primary key (watch, invention_id)
);

create table ml.right_tag (
    watch varchar not null,
    invention_id varchar not null,
    right_code varchar not null,
    rule_id varchar not null,
    language varchar not null,
    field varchar not null,
    udhr_article varchar,
    technology varchar,
    state varchar not null check (state in ('stated in text', 'implied by class', 'analyst''s judgement')),
    is_protective boolean not null,
    rule_version integer not null,
    publication_id varchar,
    start integer,
    quote varchar,
    reason varchar not null,
    said_by varchar check (said_by in ('confirmed', 'refused')),
    said_from varchar,
    model_id varchar not null,
    primary key (watch, invention_id, right_code, rule_id, language, field)
);
