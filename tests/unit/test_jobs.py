"""The ledger of jobs: a job runs exactly when what it reads, or what it is, has changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from filingwatch import ledger, warehouse
from filingwatch.alerts import Alert
from filingwatch.jobs.base import JobResult, Read, Tables, fingerprint, run_jobs
from filingwatch.watch import SeriesRule, Term, Watch

WATCH = Watch(
    watch="w",
    title="t",
    question="q",
    include=(Term(term="a", language="en", reason="r"),),
    series=(SeriesRule(by=()),),
)


class Counting:
    """A job that says how many rows it read."""

    name, version = "counting", 1
    reads: tuple[Read, ...] = (Read("counted", ("n",), per_watch=True, where="n > 0"),)
    prior = ("said",)

    def __init__(self, fails: bool = False, step: int = 1) -> None:
        self.fails, self.step, self.runs = fails, step, 0

    def parameters(self, watch: Watch, as_of: dt.date) -> Mapping[str, Any]:
        return {"step": self.step}

    def run(self, tables: Tables, prior: Tables, watch: Watch, run: ledger.Run) -> JobResult:
        self.runs += 1
        said = pl.DataFrame({"watch": [watch.watch], "total": [tables["counted"].height]})
        if self.fails:
            said = said.with_columns(total=pl.lit("not a number"))
        alert = Alert(f"a{self.runs}", "monitor", watch.watch, "detected", "s", "b", {}, False)
        return JobResult(replace={"said": said}, append={"logged": said}, figures={"n": 1}, alerts=[alert])


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        warehouse.migrate(con)
        con.execute("create table counted (watch varchar, n integer, unread integer)")
        for table in ("said", "logged"):
            con.execute(f"create table {table} (watch varchar, total integer)")
        con.execute("insert into counted values ('w', 1, 0), ('w', 2, 0), ('other', 1, 0)")
        yield con


def run_once(con: duckdb.DuckDBPyConnection, job: Counting, watch: Watch = WATCH) -> str:
    (outcome,) = run_jobs(con, [job], [watch], ledger.new_run("test", dt.date(2026, 11, 22)))
    return f"{outcome.status}: {outcome.reason}"


def test_a_job_runs_exactly_when_its_input_changed(con: duckdb.DuckDBPyConnection) -> None:
    """Unchanged input, other watches' rows, rows outside `where` and columns that are not read do not make it run."""
    job = Counting()
    assert run_once(con, job) == "ran: first run"
    con.execute("insert into counted values ('other', 5, 0), ('w', -1, 0)")
    con.execute("update counted set unread = 7")
    assert run_once(con, job) == "current: nothing it reads has changed"
    con.execute("insert into counted values ('w', 3, 0)")
    assert run_once(con, job) == "ran: changed: counted"
    assert con.sql("from said").fetchall() == [("w", 3)]
    assert con.sql("select total from logged order by 1").fetchall() == [(2,), (3,)]


def test_the_way_back_to_an_earlier_input_runs_again(con: duckdb.DuckDBPyConnection) -> None:
    """A -> B -> A: what counts is the latest key, not whether the key was ever seen."""
    job = Counting()
    run_once(con, job)
    con.execute("update counted set n = 9 where n = 2")
    run_once(con, job)
    con.execute("update counted set n = 2 where n = 9")
    assert run_once(con, job) == "ran: changed: counted"
    assert run_once(con, job) == "current: nothing it reads has changed"


def test_another_version_parameter_or_watch_runs_again(con: duckdb.DuckDBPyConnection) -> None:
    """Whatever the answer depends on belongs to the key, and the ledger says which part it was."""
    run_once(con, Counting())
    assert run_once(con, Counting(step=2)) == "ran: parameters changed"
    newer = Counting(step=2)
    newer.version = 2
    assert run_once(con, newer) == "ran: version 1 -> 2"
    other = WATCH.model_copy(update={"question": "another"})
    assert run_once(con, newer, other) == "ran: watch changed"


def test_a_job_that_fails_leaves_no_trace_and_runs_again(con: duckdb.DuckDBPyConnection) -> None:
    """Rows, key and alerts come together or not at all."""
    with pytest.raises(duckdb.Error):
        run_once(con, Counting(fails=True))
    counts = [con.sql(f"select count(*) from {t}").fetchall()[0][0] for t in ("said", "logged", "ops.alert")]
    assert counts == [0, 0, 0]
    assert run_once(con, Counting()) == "ran: first run"
    assert con.sql("select alert_id from ops.alert").fetchall() == [("a1",)]


def test_a_night_without_news_is_proven_in_the_ledger(con: duckdb.DuckDBPyConnection) -> None:
    """A job that did not run leaves a row that says so, with the same key."""
    job = Counting()
    run_once(con, job)
    run_once(con, job)
    rows = con.sql("select status, key from ops.job_run order by decided_at").fetchall()
    assert [status for status, _ in rows] == ["ran", "current"]
    assert rows[0][1] == rows[1][1]
    assert job.runs == 1


@hypothesis_settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 3), max_size=5), st.lists(st.integers(1, 3), max_size=5))
def test_fingerprints_are_equal_exactly_when_rows_are_equal_as_a_bag(left: list[int], right: list[int]) -> None:
    """Order does not matter, and a row that is there twice is not a row that is not there."""
    with duckdb.connect() as con:
        prints = []
        for rows in (left, right):
            con.execute("create or replace table counted as select 'w' as watch, unnest(?::integer[]) as n", [rows])
            prints.append(fingerprint(con, Counting.reads[0], WATCH))
    assert (prints[0] == prints[1]) == (sorted(left) == sorted(right))


def test_what_no_job_can_know_is_added_to_its_alerts(con: duckdb.DuckDBPyConnection) -> None:
    """Such as that a source is stale: the alert in the outbox is the one that was qualified."""
    run = ledger.new_run("test", dt.date(2026, 11, 22))
    run_jobs(con, [Counting()], [WATCH], run, lambda alert: replace(alert, body=f"{alert.body}, with a caveat"))
    assert con.sql("select body from ops.alert").fetchall() == [("b, with a caveat",)]


class Whole(Counting):
    """A job that belongs to no watch."""

    name, is_per_watch = "whole", False
    reads = (Read("counted", ("n",)),)
    prior = ("said_of_all",)

    def run(self, tables: Tables, prior: Tables, watch: Watch | None, run: ledger.Run) -> JobResult:
        self.runs += 1
        before = prior["said_of_all"].height
        return JobResult(replace={"said_of_all": pl.DataFrame({"total": [tables["counted"].height, before]})})


def test_a_job_of_no_watch_runs_once_for_all(con: duckdb.DuckDBPyConnection) -> None:
    """However many watches there are, also none: it reads all rows, replaces all rows, and has one key."""
    con.execute("create table said_of_all (total integer)")
    job, run = Whole(), ledger.new_run("test", dt.date(2026, 11, 22))
    other = WATCH.model_copy(update={"watch": "other"})
    said = [(one.job, one.watch, one.status) for one in run_jobs(con, [job, Counting()], [WATCH, other], run)]
    assert said == [("whole", "", "ran"), ("counting", "w", "ran"), ("counting", "other", "ran")]
    assert con.sql("from said_of_all").fetchall() == [(3,), (0,)]
    [again] = run_jobs(con, [job], [], run)
    assert (again.status, job.runs) == ("current", 1)
    con.execute("insert into counted values ('third', 1, 0)")
    run_jobs(con, [job], [WATCH], run)
    assert con.sql("from said_of_all").fetchall() == [(4,), (2,)]
