"""A published file made by hand for the desk: invented filings in Chinese and English, and one thing of each kind to
decide. Tables of `ml`, `ops` and `raw` come from the migrations, so that they are what a night writes."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from filingwatch import ledger, warehouse
from filingwatch.settings import Settings

WATCH = "towns"
TOLD = dt.datetime(2026, 11, 21, 2, 30)
CHINESE = "CN104000001A"
"""The first of the queue: Chinese alone, with reasons that overlap, one of them inside another."""
ENGLISH, BOTH = "CN104000002A", "CN104000003A"
DISPUTED = "CN104000009A"
_DEFINITION = """
watch: towns
title: Towns
question: Which filings see and count people in towns?
include:
  - {term: 视频监控, language: zh, reason: The largest field.}
  - {term: video surveillance, language: en, reason: English of 视频监控.}
exclude:
  - {term: 保险, language: zh, reason: Insurance has the same words.}
series:
  - {by: []}
"""
_TABLES = """
    create schema core; create schema insight;
    create table core.fct_invention (
        invention_id varchar, office varchar, patent_type varchar, filing_date date, filing_month date,
        earliest_publication_date date, title varchar, title_en varchar, title_zh varchar, abstract_en varchar,
        abstract_zh varchar, text varchar, languages varchar[], family_id varchar, publication_count integer,
        applicant_count integer, is_synthetic boolean
    );
    create table core.dim_publication (
        publication_id varchar, invention_id varchar, office varchar, number varchar, kind varchar,
        kind_label varchar, patent_type varchar, publication_date date, application_id varchar, filing_date date,
        is_deleted boolean, is_synthetic boolean, url varchar
    );
    create table core.link_reason (publication_id varchar, invention_id varchar, rule varchar, detail varchar);
    create table core.dim_applicant (
        applicant_id varchar, name varchar, normalised_name varchar, country varchar, use_count integer, body varchar,
        entity_id varchar, is_synthetic boolean
    );
    create table core.bridge_invention_applicant (invention_id varchar, applicant_id varchar, sequence integer);
    create table core.bridge_invention_classification (invention_id varchar, scheme varchar, symbol varchar);
    create table insight.dim_topic (
        watch varchar, topic_id varchar, name varchar, named_by varchar, state varchar, terms_en varchar[],
        terms_zh varchar[], filing_count integer, first_seen_on date, classes varchar[], coherence double,
        first_filing_month date, trend_until date, recent_year_count integer, earlier_year_count integer,
        trend_ratio double, trend_ratio_low double, trend_ratio_high double, trend varchar, is_synthetic boolean
    );
    create table insight.fct_funnel (watch varchar);
    create table insight.fct_topic_emergence (watch varchar, topic_id varchar, is_emerging boolean, because varchar);
    create table insight.fct_topic_company (
        watch varchar, topic_id varchar, company_id varchar, group_id varchar, name varchar, filing_count integer,
        topic_filing_count integer, topic_share double, topic_share_low double, topic_share_high double,
        first_filing_month date, last_filing_month date, is_synthetic boolean
    );
    create table insight.fct_topic_office (
        watch varchar, topic_id varchar, office varchar, filing_count integer, utility_model_count integer,
        topic_filing_count integer, topic_share double, topic_share_low double, topic_share_high double
    );
    create table insight.fct_topic_month (watch varchar, topic_id varchar, filing_month date, filing_count integer);
    create table insight.fct_topic_lineage (
        watch varchar, topic_id varchar, name varchar, previous_topic_id varchar, previous_name varchar, state varchar,
        similarity double, on_date date, model_id varchar
    );
    create table insight.fct_topic_refit (
        watch varchar, candidate_id varchar, incumbent_id varchar, decision varchar, because varchar,
        lost_name_share double, moved_filing_share double, topics_before integer, topics_after integer,
        is_waiting boolean, on_date date, run_id varchar
    );
    create table insight.dim_technology (
        watch varchar, technology varchar, name_en varchar, name_zh varchar, rights varchar[]
    );
    create table insight.bridge_invention_technology (
        watch varchar, invention_id varchar, technology varchar, evidence varchar[]
    );
    create table insight.fct_watch_filing (
        watch varchar, invention_id varchar, probability double, is_relevant boolean, topic_id varchar
    );
    create table ops.this_publication (
        version varchar, content_key varchar, action varchar, as_of date, run_id varchar, written_at timestamp
    );
"""


def publish(settings: Settings, *, filings: int = 12, version: str = "1") -> None:
    """Publish a file with so many filings, all in the queue of labels; replaces an earlier one as a night does."""
    settings.user_watches.mkdir(parents=True, exist_ok=True)
    (settings.user_watches / "towns.yaml").write_text(_DEFINITION, encoding="utf-8")
    settings.published.mkdir(parents=True, exist_ok=True)
    part = settings.published / "next.part"
    if (filings, version) not in _MADE:
        _MADE[filings, version] = _make(settings, part, filings, version)
    part.write_bytes(_MADE[filings, version])
    part.replace(settings.published_file)


_MADE: dict[tuple[int, str], bytes] = {}
"""Files made in this process: migrations take longer than a test."""


def _make(settings: Settings, part: Path, filings: int, version: str) -> bytes:
    with warehouse.fresh(settings, part) as con:
        warehouse.migrate(con)
        con.execute(_TABLES)
        con.execute(
            "insert into ops.this_publication values (?, ?, 'published', ?, 'r', ?)",
            [version, version, settings.today, TOLD],
        )
        _fill_filings(con, [_filing(place) for place in range(1, filings + 1)])
        _fill_links(con)
        _fill_applicants(con)
        _fill_topics(con)
        _fill_quality(con)
        con.execute("create table ops.landed_decision as from raw.decision")
    return part.read_bytes()


def _filing(place: int) -> dict[str, Any]:
    """Invented: a Chinese one, an English one, one in both languages, and so on in turn."""
    number = f"CN1040{place:05d}A" if place < 100_000 else f"CN104{place}A"
    row: dict[str, Any] = {
        "invention_id": number, "title_zh": None, "title_en": None, "abstract_zh": None, "abstract_en": None,
        "for": ["视频监控系统", "视频监控", "人群密度"], "against": ["监控系统", "广告"],
    }  # fmt: skip
    if place % 3 != 2:
        row["title_zh"] = f"一种用于广场的视频监控系统（虚构{place}）"
        row["abstract_zh"] = (
            f"本发明公开了一种视频监控系统，编号{place}。摄像机采集广场的图像，由人群密度估计单元给出人数；"
            "也可以在屏幕上播放广告。该系统适用于地铁站台。"
        )
    if place % 3 != 1:
        row["title_en"] = f"Video surveillance of squares, invented example {place}"
        row["abstract_en"] = (
            f"Invented example {place}: cameras above a square estimate crowd density and warn the operator. The "
            "overcrowding is shown on a map; advertisements may be shown as well."
        )
        row["for"] = [*row["for"], "video surveillance", "crowd density"]
        row["against"] = [*row["against"], "advertisements", "crowd"]
    return row


def _fill_filings(con: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]) -> None:
    day = dt.date(2024, 3, 5)
    inventions = [
        {
            "invention_id": row["invention_id"], "office": "CN", "patent_type": "invention",
            "filing_date": day, "filing_month": day.replace(day=1), "earliest_publication_date": dt.date(2025, 9, 9),
            "title": row["title_en"] or row["title_zh"], "title_en": row["title_en"], "title_zh": row["title_zh"],
            "abstract_en": row["abstract_en"], "abstract_zh": row["abstract_zh"],
            "text": "\n".join(filter(None, (row["title_en"], row["title_zh"], row["abstract_en"], row["abstract_zh"]))),
            "languages": [name for name in ("en", "zh") if row[f"title_{name}"]], "family_id": None,
            "publication_count": 1, "applicant_count": 1, "is_synthetic": True,
        }
        for row in rows
    ]  # fmt: skip
    publications = [
        {
            "publication_id": row["invention_id"], "invention_id": row["invention_id"], "office": "CN",
            "number": row["invention_id"][2:-1], "kind": "A", "kind_label": "published application",
            "patent_type": "invention", "publication_date": dt.date(2025, 9, 9), "filing_date": day,
            "is_deleted": False, "is_synthetic": True, "url": f"https://example.org/{row['invention_id']}",
        }
        for row in rows
    ]  # fmt: skip
    relevance = [
        {
            "watch": WATCH, "invention_id": row["invention_id"], "probability": 0.9 - place / len(rows) * 0.8,
            "is_relevant": place < len(rows) / 2, "decided_by": "model", "words_for": row["for"],
            "words_against": row["against"], "model_id": "m",
        }
        for place, row in enumerate(rows)
    ]  # fmt: skip
    chosen = ("likely", "uncertain", "diverse", "audit")
    queue = [
        {
            "watch": WATCH, "place": place, "invention_id": row["invention_id"],
            "chosen_as": chosen[place % 4], "why": f"place {place} of the invented queue",
            "probability": 0.9 - place / len(rows) * 0.8, "group_id": row["invention_id"], "model_id": "m",
        }
        for place, row in enumerate(rows)
    ]  # fmt: skip
    for table, found in (
        ("core.fct_invention", inventions), ("core.dim_publication", publications), ("ml.relevance", relevance),
        ("ml.label_queue", queue),
    ):  # fmt: skip
        ledger.insert(con, table, pl.DataFrame(found, infer_schema_length=None))
    con.execute(
        "insert into core.bridge_invention_applicant select invention_id, 'a1', 1 from core.fct_invention; "
        "insert into core.bridge_invention_classification select invention_id, 'cpc', 'G06V20/52' "
        "from core.fct_invention; "
        "insert into insight.fct_watch_filing select watch, invention_id, probability, is_relevant, 't1' "
        "from ml.relevance"
    )


def _fill_links(con: duckdb.DuckDBPyConnection) -> None:
    """A same-day dual filing: an invention and a utility model with one title."""
    ledger.insert(
        con, "core.dim_publication",
        pl.DataFrame(
            {
                "publication_id": ["CN204000001U"], "invention_id": [CHINESE], "office": ["CN"],
                "number": ["204000001"], "kind": ["U"], "kind_label": ["utility model"],
                "patent_type": ["utility_model"], "publication_date": [dt.date(2024, 9, 9)],
                "filing_date": [dt.date(2024, 3, 5)], "is_deleted": [False], "is_synthetic": [True],
            }
        ),
    )  # fmt: skip
    con.execute(
        "insert into core.link_reason select publication_id, invention_id, 'dual_filing', "
        "'2024-03-05|虚构公司|一种用于广场的视频监控系统' from core.dim_publication where invention_id = ?",
        [CHINESE],
    )


def _fill_applicants(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "insert into core.dim_applicant values "
        "('a1', '虚构视觉科技有限公司', '虚构视觉科技有限公司', 'CN', 40, 'company', 'e1', true), "
        "('a2', 'Xugou Vision (invented)', 'xugouvisioninvented', 'CN', 7, 'company', 'e2', true)"
    )
    con.execute(
        "insert into ml.applicant_review values ('xugouvisioninvented', '虚构视觉科技有限公司', 0.66, 'brand: alike')"
    )


def _fill_topics(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "insert into insight.dim_topic values "
        "(?, 't1', 'crowd · 人群', 'rule', 'kept', ['crowd', 'square'], ['人群', '广场'], 12, '2026-11-01', "
        "['G06V 20/53'], 0.21, '2018-03-01', '2024-12-01', 6, 2, 2.6, 0.59, 11.5, 'no clear change', true), "
        "(?, 't2', 'gates', 'person', 'kept', ['gate'], ['门禁'], 4, '2026-11-01', [], null, null, null, 0, 0, null, "
        "null, null, 'too young to judge', true)",
        [WATCH, WATCH],
    )
    con.execute(
        "insert into ml.filing_topic select ?, invention_id, 't1', 1 - place / 10, 'm', 't2', 0.9 - place / 5 "
        "from (select invention_id, row_number() over (order by invention_id) - 1 as place from core.fct_invention "
        "limit 5)",
        [WATCH],
    )
    con.execute("insert into insight.fct_funnel values (?)", [WATCH])
    con.execute("insert into insight.fct_topic_emergence values (?, 't1', false, 'no growth beyond doubt')", [WATCH])
    con.execute(
        "insert into insight.fct_topic_company values "
        "(?, 't1', 'a', null, 'Invented Vision', 5, 12, 0.42, 0.19, 0.68, '2018-03-01', '2024-05-01', true)",
        [WATCH],
    )
    con.execute("insert into insight.fct_topic_office values (?, 't1', 'CN', 12, 2, 12, 1.0, 0.76, 1.0)", [WATCH])
    con.execute(
        "insert into insight.fct_topic_month values (?, 't1', '2018-03-01', 4), (?, 't1', '2024-05-01', 6), "
        "(?, 't1', '2025-05-01', 2)",
        [WATCH, WATCH, WATCH],
    )
    con.execute(
        "insert into insight.fct_topic_lineage values (?, 't1', 'crowd · 人群', null, null, 'new', null, '2026-09-01', "
        "'m0'), (?, 't1', 'crowd · 人群', 't1', 'crowd · 人群', 'kept', 0.9, '2026-11-01', 'm'), "
        "(?, 't2', 'gates', 't1', 'crowd · 人群', 'split', 0.4, '2026-11-01', 'm')",
        [WATCH, WATCH, WATCH],
    )
    con.execute(
        "insert into insight.dim_technology values (?, 'crowd', 'Crowd analytics', '人群', ['ICCPR 21'])", [WATCH]
    )
    con.execute(
        "insert into insight.bridge_invention_technology select ?, invention_id, 'crowd', ['term 人群密度'] "
        "from core.fct_invention where invention_id in (?, ?)",
        [WATCH, CHINESE, BOTH],
    )
    quote = "摄像机采集广场的图像，由人群密度估计单元给出人数；"
    con.execute(
        "insert into ml.right_tag select ?, invention_id, 'ICCPR 21', 'crowd_analytics', 'zh', 'abstract', 'UDHR 20', "
        "'crowd', 'stated in text', false, 1, invention_id, position(? in abstract_zh) - 1, ?, 'sees gatherings', "
        "null, null, 'm' from core.fct_invention where invention_id = ?",
        [WATCH, quote, quote, CHINESE],
    )
    evidence = {"members": [{"label": "Towns: all", "month": "2026-03-01", "rate_ratio": 2.0, "probability": 0.99}]}
    con.execute(
        "insert into ops.alert values ('alert1', 'r', 'monitor', ?, 'detected', 'Towns: more filings since 2026-03', "
        "'SYNTHETIC: invented. A filing is not a deployment.', ?, true, ?)",
        [WATCH, json.dumps(evidence), TOLD],
    )


def _fill_quality(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "insert into ml.term_yield by name select ? as watch, 'exclude' as role, '保险' as term, 7 as hit_count, "
        "0 as only_count, 0 as relevant_labels, 7 as irrelevant_labels, 0.1 as expected_relevant, "
        "'brings only rejects' as verdict, 'q' as query_hash, 'm' as model_id",
        [WATCH],
    )
    for measure, value, low, high, note in (
        ("stop", 0.0, None, None, "Go on: recall may still be as low as 71 %."),
        ("recall", 0.86, 0.71, 0.95, "at confidence 95 %"),
        ("upper_missed", 212.0, None, None, None),
    ):
        con.execute(
            "insert into ml.relevance_quality values (?, ?, 'all', ?, ?, ?, 60, ?, 'm')",
            [WATCH, measure, value, low, high, note],
        )
