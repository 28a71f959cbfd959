"""A small healthy working file for the tests of the gates, with core and insight made by hand instead of by dbt.

Seven nights of 100 records each; six are published, the seventh is under judgement.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

from filingwatch import ledger, warehouse
from filingwatch.settings import Settings

DAY = dt.date(2026, 11, 22)
RUN = ledger.Run("night-7", "nightly", DAY, dt.datetime(2026, 11, 22, 2))

_HEALTHY = """
create or replace temp table night as
select
    unnest(generate_series(1, 7)) as number,
    'night-' || number as run_id,
    run_id || '-page' as page_id,
    date '2026-11-15' + number::integer as as_of,
    as_of::timestamp + interval 2 hour as begun_at;

insert into ops.run (run_id, flow, as_of, started_at, status, project_version)
select run_id, 'nightly', as_of, begun_at, if(number = 7, 'running', 'succeeded'), '0' from night;

insert into ops.outcome (run_id, source, feed, attempted_at, kind, status, record_count, reject_count)
select run_id, 'office', 'office-xml', begun_at, 'page', 'ok', 99, 1 from night;

insert into ops.publication_log select 'v' || number, run_id, 'published', 'key', 1, begun_at + interval 1 hour
from night where number < 7;

insert into raw.page
select page_id, run_id, 'office', 'office-xml', '{}', 'sha', 1, begun_at, 99, 1, 99, 0, 0 from night;

insert into raw.sighting
select page_id, index, if(index = 99, null, 'CN' || (1000 + 100 * number + index) || 'A'),
    if(index = 99, 'rejected', 'new')
from night cross join (select unnest(generate_series(0, 99)) as index);

insert into raw.reject
select page_id, record_index, 'no_number', 'it has no number', '{}', now()::timestamp
from raw.sighting where outcome = 'rejected';

insert into raw.publication
select 'office', 'office-xml', sighting.publication_id, 1, 'hash', sighting.page_id, sighting.record_index,
    night.begun_at, false, false, if(record_index % 2 = 0, 'CN', 'US'),
    sighting.publication_id, 'A', sighting.publication_id,
    date '2020-06-15', null, null, date '2019-01-10' + (record_index % 4)::integer * 31, null, null, null, [],
    [{'part': 'title', 'text': 'a title', 'language': 'en', 'origin': 'original'}], [], [], null
from raw.sighting as sighting inner join night using (page_id) where sighting.outcome <> 'rejected';

insert into raw.watch values ('smart_cities', 'v1', 'Smart cities', '{}', timestamp '2026-11-01', null);

create schema core;
create schema insight;

create table core.dim_publication as
select publication_id, publication_id as invention_id, office, number, kind, publication_date, filing_date, grant_date,
    is_deleted, is_synthetic
from raw.publication;

create table core.fct_invention as
select invention_id, office, if(office = 'CN', 'invention', 'utility_model') as patent_type, filing_date,
    date_trunc('month', filing_date) as filing_month, publication_date as earliest_publication_date,
    date_trunc('month', publication_date) as publication_month, null::varchar as undated_reason, 'a title' as title,
    ['en', 'zh'] as languages, 'an abstract' as abstract_en, null::varchar as abstract_zh, 1 as applicant_count,
    is_synthetic
from core.dim_publication;

create table core.fct_record_fate as
select page_id, record_index, publication_id, outcome, if(outcome = 'rejected', 'rejected', 'in_mart') as fate
from raw.sighting;

create table core.dim_applicant as select 'acme' as applicant_id, 'acme-group' as group_id;
create table core.bridge_invention_applicant as
select invention_id, 'acme' as applicant_id, 1 as sequence from core.fct_invention where office = 'CN';

insert into ml.relevance
select 'smart_cities', invention_id, 0.9, true, 'model', [], [], 'm', null, 0.9, null from core.fct_invention;
insert into ml.topic values
    ('smart_cities', 't1', 'traffic', 'rule', 'kept', ['traffic'], ['交通'], 300, 'm', date '2026-11-01', [], null),
    ('smart_cities', 't0', 'forgotten', 'rule', 'gone', [], [], 0, 'm', date '2026-11-01', [], null);
insert into ml.filing_topic
select 'smart_cities', invention_id, 't1', 1, 'm', null, 1 from core.fct_invention where office = 'CN';

create table insight.fct_watch_filing as
select 'smart_cities' as watch, invention_id, probability, is_relevant, topic_id, office, patent_type, filing_month,
    earliest_publication_date, title, is_synthetic
from core.fct_invention
left join (select invention_id, probability, is_relevant from ml.relevance) using (invention_id)
left join (select invention_id, topic_id from ml.filing_topic) using (invention_id);

create table insight.bridge_invention_technology as
select watch, invention_id, unnest(['cameras', 'sensors']) as technology
from insight.fct_watch_filing where patent_type = 'utility_model';

create table insight.dim_series (series_id varchar, watch varchar, label varchar, office varchar, patent_type varchar,
    technology varchar, topic_id varchar, group_id varchar, rule_index integer, filing_count integer,
    is_synthetic boolean);
insert into insight.dim_series values
    ('smart_cities/all', 'smart_cities', 'all', null, null, null, null, null, 0, 0, false),
    ('smart_cities/office=CN', 'smart_cities', 'CN', 'CN', null, null, null, null, 1, 0, false),
    ('smart_cities/office=CN+US', 'smart_cities', 'CN, US', null, null, null, null, null, 2, 0, false),
    ('smart_cities/technology=cameras', 'smart_cities', 'cameras', null, null, 'cameras', null, null, 3, 0, false),
    ('smart_cities/topic=t1', 'smart_cities', 'traffic', null, null, null, 't1', null, 4, 0, false),
    ('smart_cities/applicant_group=acme-group', 'smart_cities', 'acme', null, null, null, null, 'acme-group', 5, 0,
        false);

create table insight.fct_series_month as
select series_id, series.watch, filing_month, count(*)::integer as filing_count
from insight.dim_series as series
inner join insight.fct_watch_filing as filing
    on series.office is null and technology is null and series.topic_id is null and group_id is null
    or filing.office = 'CN' and (series.office = 'CN' or series.topic_id = 't1' or group_id = 'acme-group')
    or filing.office = 'US' and technology = 'cameras'
group by all;
insert into insight.fct_series_month
select series_id, watch, unnest([date '2019-02-01', date '2019-03-01', date '2019-04-01']), 0 from insight.dim_series;
create or replace table insight.fct_series_month as
select series_id, watch, filing_month, sum(filing_count)::integer as filing_count
from insight.fct_series_month group by all;
update insight.dim_series set filing_count =
    (select sum(filing_count) from insight.fct_series_month as month where month.series_id = dim_series.series_id);

create table insight.fct_series_triangle as
select series_id, watch, filing_month, date '2020-06-15' as publication_date, filing_count
from insight.fct_series_month;
create table insight.fct_reporting_triangle as
select office, patent_type, filing_month, publication_month, count(*) as filing_count, is_synthetic
from core.fct_invention group by all;
create table insight.fct_filing_month as
select watch, filing_month, office, patent_type, count(*) as filing_count from insight.fct_watch_filing group by all;
create table insight.dim_topic as select watch, topic_id, name from ml.topic;
create table insight.fct_topic_month as
select watch, topic_id, filing_month, count(*) as filing_count from insight.fct_watch_filing
where topic_id is not null group by all;

insert into ml.changepoint values ('c1', 'smart_cities', 'smart_cities/all', 'careful', 'detected', date '2019-02-01',
    date '2019-01-01', date '2019-03-01', 'up', 2, 1.5, 3, null, 0.99, null, true, 'e1', date '2026-11-01', true, 'm',
    20, 10);
insert into ml.changepoint by name
select * replace ('c2' as changepoint_id, 'withdrawn' as state, date '1999-01-01' as month) from ml.changepoint;
insert into ml.changepoint by name
select * replace ('c3' as changepoint_id, 'smart_cities/gone' as series_id)
from ml.changepoint where changepoint_id = 'c1';
insert into ml.series_fit
    (series_id, watch, filing_month, filing_count, completeness, is_too_young, expected_count, model_id)
values ('smart_cities/all', 'smart_cities', date '2019-01-01', 5, 1.0, false, 5, 'm');
create table insight.fct_changepoint as
select changepoint_id, series_id, watch, series_id as label, month, month_low, month_high, rate_ratio, probability,
    mode, state, is_news, false as is_synthetic
from ml.changepoint;
"""

MAKE_SYNTHETIC = """
update raw.publication set is_synthetic = true;
update core.dim_publication set is_synthetic = true;
update core.fct_invention set is_synthetic = true;
"""


def build_healthy(settings: Settings) -> Path:
    """A working file in which every check of both gates passes; returns its path, closed."""
    with warehouse.writer(settings) as con:
        con.execute(_HEALTHY)
    return settings.working_file


def publish_copy(settings: Settings, working_file: Path) -> Path:
    """A published file with the same core and insight."""
    settings.published.mkdir(parents=True, exist_ok=True)
    with warehouse.fresh(settings, settings.published_file) as con:
        con.execute(f"attach '{working_file}' as working (read_only)")
        for schema in ("core", "insight"):
            con.execute(f"create schema {schema}")
            for name in tables_of(con, schema):
                con.execute(f"create table {schema}.{name} as from working.{schema}.{name}")
    return settings.published_file


def tables_of(con: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    rows = con.execute(
        "select table_name from duckdb_tables() where database_name = 'working' and schema_name = ?", [schema]
    ).fetchall()
    return [row[0] for row in rows]
