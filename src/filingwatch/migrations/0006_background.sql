-- Counts of whole offices from files, and cases of export that people collect.

-- An increment adds to what was counted before; a total of a source takes the place of its earlier totals, which stay.
alter table raw.background add column is_total boolean default false;
alter table raw.background add column is_synthetic boolean default false;

create table raw.export_case (
    case_id varchar not null,
    page_id varchar not null,
    row_number integer not null,
    firm varchar not null,
    country varchar not null,
    case_date date not null,
    date_precision varchar not null check (date_precision in ('day', 'month', 'year')),
    technology varchar,
    what varchar,
    source varchar not null,
    url varchar,
    first_seen_at timestamp not null
);
