"""A home with a published file about two companies and no night behind it: enough for their pages."""

from __future__ import annotations

import duckdb

from filingwatch.settings import Settings

HOSTILE = (
    "[click](javascript:alert(1)) <script>x</script> | a | b |\n"
    "# Head `code` ![p](http://e.org/p.png) \x1b[31m\u202e*y*"
)
"""A title that would be a link, a script, a cell, a heading, a picture, a colour and a reversed line."""

_TABLES = """
create schema core; create schema insight; create schema ml; create schema ops;

create table core.dim_group (group_id varchar, name_en varchar, name_zh varchar, check_mark varchar, source varchar,
    is_synthetic boolean);
insert into core.dim_group values
    ('eye', 'Eye and Ear', '眼', 'S', 'named in an article', $synthetic), ('lamp', 'Lamp', '灯', 'M', null, $synthetic),
    ('silent', 'Silent', null, 'M', null, false);

create table core.dim_company_name (group_id varchar, normalised_name varchar, kind varchar, name varchar);
insert into core.dim_company_name values
    ('eye', 'eyeandear', 'group', 'Eye and Ear'), ('eye', '眼', 'group', '眼'), ('eye', 'iris', 'brand', 'iris'),
    ('eye', 'eyecolimited', 'as filed', 'EYE Co., Limited'), ('lamp', 'lamp', 'group', 'Lamp'),
    ('lamp', 'lampcolimited', 'as filed', 'LAMP CO LIMITED'), ('silent', 'silent', 'group', 'Silent');

create table core.fct_invention as
select 'CN' || range || 'A' as invention_id, 'A camera' as title_en, null::varchar as title_zh,
    if(range = 29, null, make_date(2015 + range // 10, 1 + range % 12, 3)) as filing_date, $synthetic as is_synthetic
from range(30);
update core.fct_invention set title_en = $hostile where invention_id = 'CN0A';

create table core.bridge_invention_group as select invention_id, 'eye' as group_id from core.fct_invention;
insert into core.bridge_invention_group values ('CN1A', 'lamp');

create table core.dim_legal_entity (entity_id varchar, name_latin varchar, name_zh varchar, name_count integer,
    body varchar);
insert into core.dim_legal_entity values ('e-eye', 'EYE Co., Limited', '眼有限公司', 2, 'company'),
    ('e-lamp', 'LAMP CO LIMITED', null, 1, 'company'), ('e-silent', 'Silent Ltd.', null, 0, 'company');
create table core.bridge_entity_group (entity_id varchar, group_id varchar, valid_from date, valid_to date,
    check_mark varchar, source varchar);
insert into core.bridge_entity_group values ('e-eye', 'eye', null, null, 'M', 'from memory'),
    ('e-lamp', 'lamp', '2015-01-01', '2020-01-01', 'V', 'a register'), ('e-silent', 'silent', null, null, 'M', null);
create table core.dim_applicant (applicant_id varchar, name varchar, normalised_name varchar, entity_id varchar,
    group_id varchar, use_count integer, link_method varchar, link_score double, link_explanation varchar,
    approved_by varchar);
insert into core.dim_applicant values
    ('a1', 'EYE Co., Limited', 'eyecolimited', 'e-eye', 'eye', 30, 'score', 0.9, 'brand: same (+0.45)', null),
    ('a2', 'LAMP CO LIMITED', 'lampcolimited', 'e-lamp', 'lamp', 1, 'seed', 1, 'listed', 'seed (M)'),
    ('a3', 'Somebody', 'somebody', null, null, 1, 'person', null, 'a person', null);
create table core.bridge_invention_applicant as select invention_id, 'a1' as applicant_id from core.fct_invention;
insert into core.bridge_invention_applicant values ('CN1A', 'a2'), ('CN2A', 'a3');
create table core.dim_office (office varchar, name_en varchar);
insert into core.dim_office values ('CN', 'China');
create table core.dim_publication as select invention_id as publication_id, ['docdb'] as feeds,
    'https://example.org/' || invention_id as url from core.fct_invention;
update core.dim_publication set url = 'javascript:alert(1)' where publication_id = 'CN0A';

create table insight.fct_watch_filing as
select 'towns' as watch, invention_id, 0.9 as probability, $relevant as is_relevant,
    if($relevant, 't-1', null) as topic_id, 'CN' as office, 'invention' as patent_type,
    date_trunc('month', filing_date)::date as filing_month, date '2017-01-01' as earliest_publication_date,
    title_en as title, is_synthetic
from core.fct_invention;
create table insight.fct_completeness as
select 'CN' as office, 'invention' as patent_type, make_date(2015 + range // 12, 1 + range % 12, 1) as filing_month,
    if(range < 24, 1.0, 0.5) as completeness_share, range > 30 as is_too_young, $synthetic as is_synthetic
from range(36);
create table insight.fct_company_diffusion (watch varchar, group_id varchar, office varchar, filing_count integer,
    first_publication_date date);
create table insight.dim_technology (watch varchar, technology varchar, name_en varchar, name_zh varchar, body varchar,
    rights varchar[]);
insert into insight.dim_technology values ('towns', 'cameras', 'Cameras', '摄像机', 'eyes_ears', ['ICCPR 17']);
create table insight.bridge_invention_technology as
select 'towns' as watch, invention_id, 'cameras' as technology from core.fct_invention limit 20;
create table insight.fct_company_focus (watch varchar, group_id varchar, technology varchar,
    company_filing_count integer, other_filing_count integer, other_company_filing_count integer, ratio double,
    ratio_low double, ratio_high double, is_focus boolean);
insert into insight.fct_company_focus values ('towns', 'eye', 'cameras', 30, 10, 40, 2.6, 1.5, 4.6, true);
create table insight.dim_topic (watch varchar, topic_id varchar, name varchar, state varchar, filing_count integer,
    first_seen_on date);
insert into insight.dim_topic values ('towns', 't-1', 'Cameras that see', 'kept', 60, '2026-01-01');
create table ml.filing_topic as
select 'towns' as watch, invention_id, 't-1' as topic_id, if(invention_id = 'CN0A', 0.99, 0.5) as weight
from core.fct_invention;
create table insight.fct_export_case (case_id varchar, firm varchar, group_id varchar, country varchar, case_date date,
    date_precision varchar, technology varchar, what varchar, source varchar, url varchar);
insert into insight.fct_export_case values
    ('c1', 'Eye', 'eye', 'KE', '2014-01-01', 'year', null, 'cameras', 'a newspaper', 'https://example.org/(1)');
create table insight.fct_export_statement (statement_id varchar, statement varchar, check_mark varchar, source varchar);
insert into insight.fct_export_statement values ('s', '398 cases of export by 34 firms', 'S', 'an article');
create table insight.fct_relevance_quality (watch varchar, measure varchar, scope varchar, value double, low double,
    high double, sample_count integer);
insert into insight.fct_relevance_quality values ('towns', 'recall', 'all', 0.8, 0.7, 0.9, 50);
create table ops.this_publication as
select 'v1' as version, date '2026-11-22' as as_of, timestamp '2026-11-22 02:00:00' as written_at;
create table ops.source_state (source varchar, status varchar, complete_through date, stale_since date);
insert into ops.source_state values ('docdb', 'ok', '2026-11-20', null);
"""

_LATER = """
create table insight.fct_company_turn as
select 'towns' as watch, 'eye' as group_id, 'technology' as subject_kind, 'cameras' as subject, 'turned to' as verdict,
    20 as recent_count, 24 as recent_total, 2 as before_count, 25 as before_total, 8.3 as ratio, 2.5 as ratio_low,
    27.0 as ratio_high, 8.0 as relative_ratio, 2.0 as relative_ratio_low, 30.0 as relative_ratio_high,
    date '2016-04-01' as before_from, date '2021-04-01' as recent_from, date '2023-04-01' as recent_to,
    false as is_synthetic;
create table insight.fct_company_first_move as
select 'towns' as watch, 'technology' as subject_kind, 'cameras' as subject, '*' as office, 'eye' as group_id,
    29 as filing_count, 1 as undated_filing_count, date '2015-01-03' as first_filing_date,
    'CN0A' as first_invention_id, date '2017-01-01' as first_publication_date, 1 as filing_rank, 2 as company_count,
    31 as lead_days, 4 as earlier_filing_count, 2 as earlier_entity_count, date '2014-12-01' as held_from,
    true as is_left_censored, false as is_provisional, false as is_synthetic;
create table insight.fct_right_evidence as
select 'towns' as watch, 'CN1A' as invention_id, 'ICCPR 17' as right_code, 'stated in text' as state,
    'faces of | passers-by' as quote, 'CN1A' as publication_id, false as is_protective, null::varchar as said_by
union all
select 'towns', 'CN2A', 'ICCPR 21', 'stated in text', 'a crowd', 'CN2A', false, 'refused'
union all
select 'towns', 'CN3A', 'ICCPR 26', 'analyst''s judgement', null, null, false, 'confirmed'
union all
select 'towns', 'CN4A', 'ICCPR 12', 'implied by class', 'G08G 1/017', null, false, null
union all
select 'towns', 'CN0A', 'ICCPR 17', 'stated in text', 'faces are blurred', 'CN0A', true, null;
"""


def publish(settings: Settings, *, synthetic: bool = False, relevant: bool = True, is_old: bool = False) -> None:
    """Write the file: 30 filings of Eye, one of them with Lamp, none of Silent; an old one lacks new tables."""
    settings.published.mkdir(parents=True, exist_ok=True)
    settings.published_file.unlink(missing_ok=True)
    words = {"$synthetic": str(synthetic), "$relevant": str(relevant), "$hostile": "'" + HOSTILE + "'"}
    sql = _TABLES + ("" if is_old else _LATER)
    for name, value in words.items():
        sql = sql.replace(name, value)
    with duckdb.connect(settings.published_file) as con:
        con.execute(sql)
