-- What months that are not complete will come to, and how good such statements were when they could be checked.
alter table ml.series_fit add column nowcast_count double;
alter table ml.series_fit add column nowcast_low integer;
alter table ml.series_fit add column nowcast_high integer;

-- Nowcasts of past months, replayed with what was published then, against what the months came to. Replaced by the step
-- `nowcasts` of counting, once a month.
create table ml.nowcast_score (
    office varchar not null,
    patent_type varchar not null,
    is_synthetic boolean not null,
    age_band varchar not null check (age_band in ('0-5', '6-11', '12-17', '18-23', '24+')),
    nowcast_count integer not null,
    coverage_50_share double not null,
    coverage_90_share double not null,
    coverage_95_share double not null,
    bias_share double,
    wis double not null,
    ladder_wis double not null,
    first_look_month date not null,
    last_look_month date not null,
    primary key (office, patent_type, is_synthetic, age_band)
);
