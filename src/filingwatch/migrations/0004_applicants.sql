-- Who files: what the job applicants says of names as written. All rows are replaced when it runs.

create table ml.legal_entity (
    entity_id varchar primary key,
    body varchar not null,
    brand_group_id varchar,
    brand varchar,
    name_count integer not null,
    is_seeded boolean not null
);

-- One row for every name, also of those that no entity is known for. What stands from `spelling` on is what makes it
-- possible to score only new names.
create table ml.applicant_entity (
    normalised_name varchar primary key,
    entity_id varchar,
    body varchar not null,
    method varchar not null check (method in ('seed', 'decision', 'score', 'alone', 'person', 'unknown')),
    score double,
    explanation varchar not null,
    source varchar,
    approved_by varchar,
    spelling varchar not null,
    brand varchar not null,
    blocking_keys varchar[] not null,
    scored_with varchar not null
);

-- Every pair of names that was scored and not found different, the smaller name first.
create table ml.applicant_link (
    name_a varchar not null,
    name_b varchar not null,
    verdict varchar not null check (verdict in ('same', 'doubtful')),
    score double not null,
    explanation varchar not null,
    primary key (name_a, name_b)
);

-- The pairs that a person should look at: doubtful, and neither decided nor settled otherwise.
create table ml.applicant_review (
    name_a varchar not null,
    name_b varchar not null,
    score double not null,
    explanation varchar not null,
    primary key (name_a, name_b)
);
