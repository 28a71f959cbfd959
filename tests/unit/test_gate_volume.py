"""The gate against too much: it judges the news of a night, whatever the windows are that sources ask in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import pytest

from filingwatch import ingest, ledger, night, warehouse
from filingwatch.decisions import decide
from filingwatch.filing import Filing, PublicationId, Record
from filingwatch.quality.rules import read_sql
from filingwatch.quality.scope import gate_scope
from filingwatch.settings import Settings
from filingwatch.sources.base import Cursor, Page, Query
from filingwatch.sources.windows import cursor_after, plan_walks

FIRST = dt.date(2026, 10, 1)
PER_DAY = 12


class Register:
    """Shows every publication of its window, five weeks back, and once a week half a year back."""

    name, is_synthetic = "register", False
    edition = "first"

    def pages(self, query: Query, since: Cursor | None) -> Iterator[Page]:
        for walk in plan_walks(query, since, overlap_days=35, wide_days=180):
            days = (walk.window.start + dt.timedelta(days=number) for number in range(walk.window.days))
            filings = [
                Filing(PublicationId("EP", f"{day:%Y%m%d}{n}", "A1"), self.edition, publication_date=day)
                for day in days
                for n in range(PER_DAY)
                if day <= query.as_of
            ]
            records = [Record(index, filing) for index, filing in enumerate(filings)]
            yield Page("register", {}, records, [], cursor_after(since, walk, query), b"answer")


@pytest.fixture
def con(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse.writer(settings) as con:
        yield con


def pass_night(con: duckdb.DuckDBPyConnection, settings: Settings, source: Register, number: int) -> tuple[bool, str]:
    """Whether the gate is open after this night, and what it expected; an open one publishes."""
    run = ledger.new_run("nightly", FIRST + dt.timedelta(days=number))
    ledger.start_run(con, run)
    ingest.ingest_source(con, settings, run, source, Query(run.as_of))
    is_open, expected = judge(con, run)
    ledger.finish_run(con, run, "succeeded" if is_open else "failed", {})
    if is_open:
        con.execute(
            "insert into ops.publication_log select 'v', ?, 'published', 'k', 1, max(fetched_at) from raw.page",
            [run.run_id],
        )
    return is_open, expected


def judge(con: duckdb.DuckDBPyConnection, run: ledger.Run) -> tuple[bool, str]:
    with gate_scope(con, run, None):
        rows = con.execute(read_sql("volume_like_history")).fetchall()
    assert rows
    return all(high is None or value <= high for _, value, _, high, _, _ in rows), rows[-1][-1]


def test_nights_that_look_back_far_are_like_any_other(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Thirty nights, four of them wide: what was known is no news, and neither is what is older than the source.

    After twenty days without a night the news of all of them may come; then a feed in which everything has changed
    closes the gate, until a person accepts it on the same day, before any other night.
    """
    source = Register()
    told = [pass_night(con, settings, source, number) for number in range(30)]
    assert [is_open for is_open, _ in told] == [True] * 30
    assert told[-1][1] == "at most 200 new or changed records, from 29 earlier nights"
    assert pass_night(con, settings, source, 50) == (
        True,
        "at most 4,200 new or changed records, from 30 earlier nights, for 21 days",
    )
    assert pass_night(con, settings, source, 51)[0]
    source.edition = "second"
    assert not pass_night(con, settings, source, 52)[0]
    publishing = ledger.new_run("publish", FIRST + dt.timedelta(days=52))
    ledger.start_run(con, publishing)
    assert not judge(con, publishing)[0]
    for number, subject in enumerate(("volume:register", "landed")):
        con.execute("insert into raw.decision select ?, 'p', null, 'batch_accepted', ?, 'accepted', 'Ada', "
                    "max(fetched_at), 'corrected', null, null from raw.page", [number, subject])  # fmt: skip
        assert judge(con, publishing)[0] is (subject == "landed")


def test_a_run_that_only_publishes_knows_what_was_just_accepted(settings: Settings) -> None:
    """`decide` and then `publish`: the decision is taken in before the gate judges; other runs take it in earlier."""
    decide(
        settings, kind="batch_accepted", subject="landed", value="accepted", decided_by="Ada", watch=None, reason="x"
    )
    for flow, known in (("nightly", 0), ("publish", 1)):
        night.judge(settings, ledger.new_run(flow, FIRST), "landed")
        with warehouse.writer(settings) as con:
            assert con.sql("select count(*) from raw.decision").fetchall() == [(known,)]
