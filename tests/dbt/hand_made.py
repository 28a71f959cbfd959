"""A small hand-made landing for the dbt tests: each invention in it is there for one claim.

Rows are written as plain SQL, so that these tests depend on the schema of `raw` and on nothing above it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import duckdb

SEEN = dt.datetime(2026, 11, 20, 1, 0)
HIKVISION = "杭州海康威视数字技术股份有限公司"
PING_AN = "平安科技（深圳）有限公司"
SAFE_TOWN = "平安城市建设有限公司"
MONTHS = tuple(dt.date(2014 + place // 12, place % 12 + 1, 9) for place in range(14))


def land(con: duckdb.DuckDBPyConnection) -> None:
    """A landing of real filings with every hard case, and synthetic ones from before."""
    _land_watches(con)
    page(con, "p-demo", "demo", "demo", [synthetic("CN190000001", "A")])
    page(con, "p-search", "exports", "google-csv", [*_grant_and_application(), *_abroad(), *_others()])
    page(con, "p-details", "exports", "google-details", _details())
    page(con, "p-lens", "exports", "lens-jsonl", [*_dual_filings(), *_monthly(), *_applicants()], rejects=1)
    page(con, "p-again", "exports", "lens-jsonl", [_withdrawal()])
    con.execute(
        "insert into raw.page values ('p-decisions', 'r', 'decisions', 'inbox', '{}', 'x', 1, ?, 1, 0, 1, 0, 0)", [SEEN]
    )
    con.execute(
        "insert into raw.decision values (1, 'p-decisions', 'towns', 'relevance_label', 'CN104000001A', 'relevant', "
        "'somebody', ?, null, null, null)",
        [SEEN],
    )
    _land_background(con)


def land_synthetic(con: duckdb.DuckDBPyConnection) -> None:
    """A landing of synthetic filings only."""
    _land_watches(con)
    page(con, "p-demo", "demo", "demo", [synthetic(f"CN19000000{place}", "A") for place in range(1, 5)])


def judge(con: duckdb.DuckDBPyConnection, *, irrelevant: Sequence[str] = (), unjudged: Sequence[str] = ()) -> None:
    """What the relevance and topic jobs would say: relevant but for the given ones, and all in one topic."""
    con.execute(
        "insert into ml.relevance select 'towns', invention_id, 0.9, not list_contains(?, invention_id), 'model', "
        "[], [], 'm', null, 0.9, null from core.fct_invention where not list_contains(?, invention_id)",
        [list(irrelevant), list(unjudged)],
    )
    con.execute(
        "insert into ml.topic values ('towns', 't1', 'Cameras', 'rule', 'kept', ['camera'], ['摄像机'], 9, 'm', ?, "
        "['H04N 7/18'], 0.2)",
        [SEEN.date()],
    )
    con.execute(
        "insert into ml.filing_topic select watch, invention_id, 't1', 0.8, 'm', null, 0.8 from ml.relevance "
        "where is_relevant"
    )


def find_changepoints(con: duckdb.DuckDBPyConnection) -> None:
    """What the changepoint job would say: one in a monitored series, one in a series that is gone.

    Of the monitored one 120 months from 2010 on are judged, and twelve are too young.
    """
    con.execute(
        "insert into ml.series_fit by name "
        "select 'towns/office=CN/patent_type=invention' as series_id, 'towns' as watch, "
        "month as filing_month, 9 as filing_count, 1.0 as completeness, month >= date '2020-01-01' as is_too_young, "
        "9.0 as expected_count, 'm' as model_id from (select unnest(generate_series(date '2010-01-01', "
        "date '2020-12-01', interval 1 month))::date as month)"
    )
    con.execute(
        "insert into ml.series_verdict by name select 'towns/office=CN/patent_type=invention' as series_id, "
        "'towns' as watch, mode, verdict, ? as first_analysed_on, ? as last_analysed_on, ? as observed_until, "
        "120 as judged_month_count, [] as spike_months, 0.0 as overdispersion, 0.0 as correlation, "
        "[] as month_effects, 'm' as model_id from (values ('careful', 'changed'), ('paper', 'no change')) "
        "as said (mode, verdict)",
        [SEEN.date()] * 3,
    )
    for name, series, month in (
        ("c1", "towns/office=CN/patent_type=invention", dt.date(2015, 3, 1)),
        ("c2", "towns/technology=gone", dt.date(1950, 1, 1)),
    ):
        con.execute(
            "insert into ml.changepoint values (?, 'towns', ?, 'careful', 'detected', ?, ?, ?, 'up', 2.0, 1.5, 2.7, "
            "null, 0.99, null, false, 'e1', ?, false, 'm', 20.0, 10.0)",
            [name, series, month, month, month, SEEN.date()],
        )


def filing(number: str, kind: str, **known: Any) -> dict[str, Any]:
    """What one feed says about a publication; only what is given is known."""
    return {"office": number[:2], "number": number[2:], "kind": kind, **known}


def synthetic(number: str, kind: str) -> dict[str, Any]:
    return filing(
        number, kind, is_synthetic=True, filing_date=dt.date(2015, 5, 1), publication_date=dt.date(2016, 11, 1),
        texts=[text("title", "SYNTHETIC 摄像机", "zh")],
    )  # fmt: skip


def text(part: str, words: str, language: str | None, origin: str = "original") -> dict[str, Any]:
    return {"part": part, "text": words, "language": language, "origin": origin}


def applicant(name: str, role: str = "applicant") -> dict[str, Any]:
    return {"role": role, "name": name, "country": None}


def symbol(name: str) -> dict[str, Any]:
    return {"scheme": "cpc", "symbol": name, "version": None}


def page(
    con: duckdb.DuckDBPyConnection,
    page_id: str,
    source: str,
    feed: str,
    filings: Sequence[dict[str, Any]],
    *,
    rejects: int = 0,
) -> None:
    """Land a page as landing would: versions, sightings, rejects and the page's own counts."""
    outcomes = [_version(con, page_id, index, source, feed, known) for index, known in enumerate(filings)]
    for index in range(len(filings), len(filings) + rejects):
        con.execute("insert into raw.sighting values (?, ?, null, 'rejected')", [page_id, index])
        con.execute(
            "insert into raw.reject values (?, ?, 'bad_date', 'there is no day 2015-02-30', '{}', ?)",
            [page_id, index, SEEN],
        )
    con.execute(
        "insert into raw.page values (?, 'r', ?, ?, ?, 'x', 1, ?, ?, ?, ?, ?, 0)",
        [
            page_id, source, feed, json.dumps({"file": f"{page_id}.csv"}), SEEN, len(filings), rejects,
            outcomes.count("new"), outcomes.count("changed"),
        ],
    )  # fmt: skip


def _version(
    con: duckdb.DuckDBPyConnection, page_id: str, index: int, source: str, feed: str, known: dict[str, Any]
) -> str:
    name = f"{known['office']}{known['number']}{known['kind']}"
    [(version,)] = con.execute(
        "select count(*) + 1 from raw.publication where source = ? and feed = ? and publication_id = ?",
        [source, feed, name],
    ).fetchall()
    row = {
        "source": source, "feed": feed, "publication_id": name, "version": version, "content_hash": f"{page_id}{index}",
        "page_id": page_id, "record_index": index, "first_seen_at": SEEN, "is_synthetic": False, "is_deleted": False,
        "original_number": name, "priorities": [], "texts": [], "parties": [], "classifications": [], **known,
    }  # fmt: skip
    places = ", ".join("?" * len(row))
    con.execute(f"insert into raw.publication ({', '.join(row)}) values ({places})", list(row.values()))
    outcome = "new" if version == 1 else "changed"
    con.execute("insert into raw.sighting values (?, ?, ?, ?)", [page_id, index, name, outcome])
    return outcome


def _land_background(con: duckdb.DuckDBPyConnection) -> None:
    """A file with all Chinese inventions of each month but one, a stream that is read since yesterday, two cases."""
    for day in [*MONTHS, *(dt.date(2016, month, 9) for month in (1, 2, 3, 4, 5, 6))]:
        if day.month != 2:
            con.execute(
                "insert into raw.background values ('counts', 'CN', 'invention', ?, 100, 'p-counts', ?, true, false)",
                [day.replace(day=1), SEEN],
            )
    con.execute(
        "insert into raw.background values ('stream', 'CN', 'invention', '2014-02-01', 5, 'p-stream', ?, false, false)",
        [SEEN],
    )
    for number, country, day in ((1, "IT", "2019-01-01"), (2, "KE", "2018-01-01")):
        con.execute(
            "insert into raw.export_case values (?, 'p-cases', ?, 'Hikvision', ?, ?, 'year', null, 'cameras', "
            "'a newspaper', null, ?)",
            [f"case{number}", number + 1, country, day, SEEN],
        )


def _land_watches(con: duckdb.DuckDBPyConnection) -> None:
    old = {"technologies": [], "series": [{"by": [], "least_filings": 1, "only": {}}]}
    towns = {
        "technologies": [
            {"id": "cameras", "name_en": "Cameras", "name_zh": "摄像", "tags": ["surveillance-video"], "terms": []},
            {"id": "lamps", "name_en": "Lamps", "name_zh": "路灯", "tags": [], "terms": ["Street Lamp", "路灯"]},
        ],
        "series": [
            {"by": [], "least_filings": 3, "only": {}},
            {"by": ["office", "patent_type"], "least_filings": 3, "only": {"office": ["CN"]}},
            {"by": ["technology"], "least_filings": 1, "only": {"office": ["CN", "EP"]}},
            {"by": ["topic"], "least_filings": 1, "only": {}},
            {"by": ["applicant_group"], "least_filings": 1, "only": {}},
            {"by": ["patent_type"], "least_filings": 1000, "only": {"office": ["CN"]}},
        ],
    }
    for version, definition, day in (("v1", old, 1), ("v2", towns, 2)):
        con.execute(
            "insert into raw.watch values ('towns', ?, 'Towns', ?, ?, null)",
            [version, json.dumps(definition), dt.datetime(2026, 1, day)],
        )


def _grant_and_application() -> list[dict[str, Any]]:
    application = {"application_office": "CN", "application_number": "201410000001", "filing_date": dt.date(2014, 1, 7)}
    return [
        filing(
            "CN104000001", "A", **application, publication_date=dt.date(2015, 7, 8), url="https://example.org/A",
            texts=[text("title", "Camera network", None)],
        ),
        filing("CN104000001", "B", **application, publication_date=dt.date(2017, 2, 1), grant_date=dt.date(2017, 2, 1)),
    ]  # fmt: skip


def _abroad() -> list[dict[str, Any]]:
    return [
        filing(
            "EP3000001", "A1", family_id="f1", filing_date=dt.date(2016, 6, 1), publication_date=dt.date(2017, 1, 4)
        ),
        filing("EP3000001", "B1", publication_date=dt.date(2019, 1, 2)),
        filing(
            "US10000001", "B2", family_id="f1", filing_date=dt.date(2016, 6, 3), publication_date=dt.date(2018, 6, 5)
        ),
    ]


def _others() -> list[dict[str, Any]]:
    return [
        filing("CN108000001", "A", filing_date=dt.date(2030, 1, 1), publication_date=dt.date(2030, 1, 2)),
        filing("CN108000002", "A", filing_date=dt.date(2016, 1, 5), parties=[applicant(SAFE_TOWN, "owner")]),
    ]


def _details() -> list[dict[str, Any]]:
    return [
        filing(
            "CN104000001", "A",
            texts=[text("title", "摄像机网络", "zh"), text("abstract", "一种用于城市的摄像机网络。", "zh")],
            parties=[applicant(HIKVISION)], classifications=[symbol("H04N 7/181"), symbol("G08B 17/10")],
        ),
        filing("CN109000009", "A", texts=[text("title", "Street lamp without a date", "en")]),
    ]  # fmt: skip


def _dual_filings() -> list[dict[str, Any]]:
    def half(number: str, kind: str, title: str, *names: str) -> dict[str, Any]:
        return filing(
            number, kind, filing_date=dt.date(2016, 3, 3), publication_date=dt.date(2016, 9, 7),
            texts=[text("title", title, "zh")], parties=[applicant(name) for name in names],
        )  # fmt: skip

    return [
        half("CN106000001", "A", "一种智慧路灯（带摄像头）", "甲公司", "乙公司"),
        half("CN206000001", "U", "一种智慧路灯(带摄像头)", "乙公司", "甲公司"),
        half("CN106000002", "A", "一种智慧井盖", "甲公司"),
        half("CN206000002", "U", "一种智慧井盖", "丙公司"),
    ]


def _monthly() -> list[dict[str, Any]]:
    return [
        filing(
            f"CN1050000{place:02d}", "A", filing_date=day, publication_date=day + dt.timedelta(days=540),
            texts=[text("title", f"第{place}号装置", "zh")],
        )
        for place, day in enumerate(MONTHS)
    ]  # fmt: skip


def _applicants() -> list[dict[str, Any]]:
    day = {"filing_date": dt.date(2015, 2, 2), "publication_date": dt.date(2016, 8, 3)}
    return [
        filing("CN107000001", "A", **day, parties=[applicant(PING_AN), applicant(PING_AN.upper())]),
        filing("CN107000007", "A", **day, texts=[text("title", "撤回", "zh")]),
    ]


def _withdrawal() -> dict[str, Any]:
    return filing("CN107000007", "A", is_deleted=True)
