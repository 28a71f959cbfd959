"""How current each source is, and who is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from io import StringIO

import duckdb
import pytest
from rich.console import Console

from filingwatch import freshness, ledger, summary, warehouse
from filingwatch.alerts import Alert
from filingwatch.ledger import Run
from filingwatch.quality.page import render_page
from filingwatch.settings import Settings
from tests.unit.shelf import connector

DAY = dt.date(2026, 11, 22)


@pytest.fixture
def con(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse.writer(settings) as con:
        yield con


def end(
    con: duckdb.DuckDBPyConnection, status: str, day: dt.date = DAY, through: str | None = None, source: str = "shelf"
) -> freshness.SourceState:
    """A source that ends so, with a cursor through a day where one is given."""
    run = ledger.new_run("nightly", day)
    if through:
        ledger.write_cursor(con, run, source, {"through": through})
    freshness.record_state(con, run, source, status, None if status in ("ok", "nothing_new") else "why and what to do")
    return freshness.read_states(con)[source]


@pytest.mark.parametrize("status", ["ok", "nothing_new"])
def test_a_source_that_ends_well_is_complete_and_not_stale(con: duckdb.DuckDBPyConnection, status: str) -> None:
    """Through the day before the first one that no walk has covered."""
    state = end(con, status, through="2026-11-23")
    assert (state.status, state.complete_through, state.stale_since) == ("ok", DAY, None)
    assert state.answered_at == state.asked_at and state.message is None


def test_a_source_that_fails_is_stale_since_the_day_after_its_last_complete_one(con: duckdb.DuckDBPyConnection) -> None:
    """Night after night the same day, until it ends well again; when it last did stays known."""
    well = end(con, "ok", dt.date(2026, 11, 19), through="2026-11-20")
    for day, status in ((20, "failed"), (21, "stopped"), (22, "failed")):
        state = end(con, status, dt.date(2026, 11, day))
        assert (state.status, state.stale_since) == (status, dt.date(2026, 11, 20))
        assert (state.answered_at, state.message) == (well.answered_at, "why and what to do")
    assert end(con, "ok", through="2026-11-23").stale_since is None


def test_a_stale_source_stays_so_until_it_ends_well(con: duckdb.DuckDBPyConnection) -> None:
    """However far its cursor comes meanwhile: what was missing in between may be missing still."""
    end(con, "failed", dt.date(2026, 11, 18), through="2026-11-15")
    for status in ("stopped", "degraded", "failed"):
        state = end(con, status, through="2026-11-23")
        assert (state.complete_through, state.stale_since) == (dt.date(2026, 11, 14), dt.date(2026, 11, 15))
    state = end(con, "ok", through="2026-11-23")
    assert (state.complete_through, state.stale_since) == (DAY, None)


def test_what_came_damaged_or_too_small_makes_nothing_complete(con: duckdb.DuckDBPyConnection) -> None:
    """The cursor has moved on, and the data of that night are doubtful all the same."""
    end(con, "ok", dt.date(2026, 11, 21), through="2026-11-22")
    state = end(con, "degraded", through="2026-11-23")
    assert (state.complete_through, state.stale_since) == (dt.date(2026, 11, 21), DAY)


def test_a_source_without_days_is_stale_since_it_last_ended_well(con: duckdb.DuckDBPyConnection) -> None:
    """One that never did, since it was first asked."""
    assert end(con, "failed", dt.date(2026, 11, 20)).stale_since == dt.date(2026, 11, 20)
    assert end(con, "failed").stale_since == dt.date(2026, 11, 20)
    well = end(con, "ok", source="other")
    assert well.answered_at is not None
    assert end(con, "failed", source="other").stale_since == well.answered_at.date()


def test_the_report_names_what_is_used_what_is_not_and_what_is_stale(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    """A source that lost its credential is stale from its last word on; one that was never configured is only named."""
    none = connector("http://127.0.0.1:9", key=None, secret=None)
    report = freshness.report_sources(con, settings, ["demo"], [none])
    assert freshness.describe_sources(report) == [
        "used: demo; not configured: shelf (SHELF_KEY, SHELF_SECRET): filingwatch sources"
    ]
    end(con, "ok", through="2026-11-20")
    end(con, "failed", source="demo-of-old")
    report = freshness.report_sources(con, settings, ["demo"], [none])
    assert freshness.describe_sources(report)[0] == "stale: shelf since 2026-11-19, not configured any more"
    end(con, "failed", through="2026-11-20")
    report = freshness.report_sources(con, settings, ["shelf"], [connector("http://127.0.0.1:9")])
    assert freshness.describe_sources(report) == [
        "stale: shelf since 2026-11-20, failed: why and what to do",
        "used: shelf",
    ]


def test_people_are_shown_what_is_stale(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """In the summary of the run and on the quality page, as text."""
    end(con, "failed", through="2026-11-20")
    report = freshness.report_sources(con, settings, ["shelf"], [connector("http://127.0.0.1:9")])
    out = StringIO()
    summary.show_night(Console(file=out, width=150), settings, {"sources": report})
    assert "stale: shelf since 2026-11-20" in out.getvalue()
    run = Run("run-1", "nightly", DAY)
    page = render_page([], run, {"sources": report}, ["stale: shelf <b> since 2026-11-20"])
    assert "<li>stale: shelf &lt;b&gt; since 2026-11-20</li>" in page


def put_filing(con: duckdb.DuckDBPyConnection, source: str, office: str) -> None:
    con.execute(
        "insert into raw.publication by name select ? as source, 'f' as feed, ? || '1A' as publication_id, "
        "1 as version, 'h' as content_hash, 'p' as page_id, 0 as record_index, now()::timestamp as first_seen_at, "
        "false as is_synthetic, false as is_deleted, ? as office, '1' as number, 'A' as kind, "
        "'1A' as original_number, [] as priorities, [] as texts, [] as parties, [] as classifications",
        [source, office, office],
    )


@pytest.mark.parametrize(
    ("series", "named"),
    [
        (["parks/all"], ["shelf", "us_only"]),
        (["parks/office=CN"], ["shelf"]),
        (["parks/office=CN+US"], ["shelf", "us_only"]),
        (["parks/office=CN", "parks/topic=t1"], ["shelf", "us_only"]),
        (["parks/office=KR/patent_type=invention"], []),
    ],
)
def test_an_alert_says_which_of_its_sources_are_stale(
    con: duckdb.DuckDBPyConnection, series: list[str], named: list[str]
) -> None:
    """One line, and the state as evidence; sources that never brought filings of its offices are not named."""
    put_filing(con, "shelf", "CN")
    put_filing(con, "us_only", "US")
    stale = [{"source": name, "since": "2026-11-20", "status": "failed", "message": "why"}
             for name in ("shelf", "us_only", "never_answered")]  # fmt: skip
    evidence = {"members": [{"series_id": one} for one in series]}
    alert = Alert("id", "monitor", "parks", "detected", "subject", "body\n", evidence, False)
    told = freshness.add_caveat(con, alert, stale)
    if not named:
        assert told == alert
        return
    assert [one["source"] for one in told.evidence["stale_sources"]] == named
    words = ", ".join(f"{name} since 2026-11-20 (failed)" for name in named)
    assert told.body.startswith("body\n") and f"Not all sources are current: {words}." in told.body
    assert freshness.add_caveat(con, alert, []) == alert
