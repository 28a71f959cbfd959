-- What was said on earlier days. `history` holds one log for each replaced table of ml (made when it is first replaced)
-- and the state that vintages compare with; it stays in the working file.
create schema history;

-- A model's id changes with every fit, its rows mostly do not: where all rows of an answer carry one id, it stands here
-- once and is null in the log. A null model_id here means that the rows carry several.
create table history.stamp (
    table_name varchar not null,
    watch varchar not null,
    run_id varchar not null,
    said_at timestamp not null,
    model_id varchar
);

-- The inventions as they were counted last: watch '' counts all dated inventions, a watch those relevant to it.
create table history.counted_invention (
    watch varchar not null,
    invention_id varchar not null,
    office varchar not null,
    patent_type varchar not null,
    filing_month date not null,
    is_synthetic boolean not null
);

create table history.counted_publication (
    publication_id varchar not null,
    invention_id varchar not null
);

-- Which run took a watch in; null for those of before.
alter table raw.watch add column run_id varchar;

-- Append-only: a row whenever the number or the members of a cell changed.
create table ops.month_vintage (
    watch varchar not null,
    office varchar not null,
    patent_type varchar not null,
    filing_month date not null,
    is_synthetic boolean not null,
    run_id varchar not null,
    as_of date not null,
    taken_at timestamp not null,
    is_first boolean not null,
    filing_count integer not null,
    members_hash varchar not null,
    gained_count integer not null,
    lost_count integer not null,
    published_count integer not null,
    withdrawn_count integer not null,
    linked_count integer not null,
    corrected_count integer not null,
    judged_count integer not null
);

-- How much of each month of filing can have been published by now. Null where nothing is known of the delays.
create table ml.filing_completeness (
    office varchar not null,
    patent_type varchar not null,
    filing_month date not null,
    is_synthetic boolean not null,
    filing_count integer not null,
    completeness_share double,
    completeness_share_low double,
    completeness_share_high double,
    is_too_young boolean,
    observed_until date not null,
    evidence_count integer not null,
    primary key (office, patent_type, filing_month, is_synthetic)
);
