"""A past night asked again gives the rows that it gave, and the log of changepoints only grows."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import duckdb
import numpy as np
import polars as pl
import pytest
from changepoint_nights import WATCH
from counted_worlds import rates, reports, tables

from filingwatch import history, ledger
from filingwatch.jobs.base import run_jobs
from filingwatch.jobs.changepoint_replay import replay_night
from filingwatch.jobs.changepoints import ChangepointJob
from filingwatch.jobs.pipeline_findings import CHANGES, PARTS
from filingwatch.settings import Settings
from filingwatch.warehouse import writer

DAYS = [dt.date(2015, 6, 20), dt.date(2015, 6, 27), dt.date(2016, 9, 20), dt.date(2016, 9, 29)]
LOG = "select changepoint_id, event, on_date, run_id, vintage from ml.changepoint_event"


def see(con: duckdb.DuckDBPyConnection, database: str, told: dict[str, pl.DataFrame]) -> None:
    """Put the tables of a night into a database; that nothing changed in how series are made is said beside."""
    con.execute(f"create or replace schema {database}.insight")
    for table, frame in told.items():
        con.register("given", frame)
        watch = "" if table.endswith("reporting_triangle") else ", 'parks' as watch"
        con.execute(f"create table {database}.{table} as select *{watch} from given")
    if database.startswith("night_"):
        con.execute(f"create schema {database}.ml")
        for table in (CHANGES.table, PARTS.table):
            con.execute(f"create table {database}.{table} as from {table}")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[Counter]]]:
    """Four nights: a first one, a filing fewer, a year later with a new shift, and a shift that is gone again. The
    tables of each stand in a database of its own; beside it the log after each."""
    rng = np.random.default_rng(3)
    first = {"AA": reports(rng, rates(120, 20, shifts={48: 3.0})), "BB": reports(rng, rates(120, 40, shifts={96: 3.0}))}
    first["CC"] = reports(rng, rates(120, 40))
    worlds = [first, first | {"CC": first["CC"].slice(1)}, first]
    worlds.append(first | {"BB": reports(np.random.default_rng(9), rates(120, 40))})
    settings = Settings(home=tmp_path_factory.mktemp("past") / "home", today=DAYS[-1])
    logs = []
    with writer(settings) as con:
        here = con.execute("select current_database()").fetchall()[0][0]
        con.execute(
            "insert into raw.watch (watch, version, title, definition, first_seen_at) values (?, ?, ?, ?, now())",
            [WATCH.watch, WATCH.version, WATCH.title, WATCH.model_dump_json()],
        )
        for number, (day, world) in enumerate(zip(DAYS, worlds, strict=True)):
            told = tables(world, day)
            told["insight.fct_reporting_triangle"] = tables(first, day)["insight.fct_reporting_triangle"]
            con.execute(f"attach ':memory:' as night_{number}")
            see(con, f"night_{number}", told)
            if number:
                con.execute(f"drop schema {here}.insight cascade")
            see(con, here, told)
            run = ledger.Run(f"r{number}", "nightly", day, dt.datetime.combine(day, dt.time(3)))
            ledger.start_run(con, run)
            (outcome,) = run_jobs(con, [ChangepointJob()], [WATCH], run)
            assert outcome.status == "ran"
            logs.append(Counter(con.execute(LOG).fetchall()))
        yield con, logs


def test_every_past_night_gives_the_rows_that_it_gave(home: tuple[duckdb.DuckDBPyConnection, list[Counter]]) -> None:
    """Also those of nights that were followed by others, and of nights that looked at some series only."""
    con, _ = home
    looked_at = con.execute(
        "select (figures ->> 'looked_at')::integer from ops.job_run where status = 'ran' order by run_id"
    ).fetchall()
    assert looked_at == [(3,), (1,), (3,), (1,)]
    for number, day in enumerate(DAYS):
        (replayed,) = replay_night(con, day, f"night_{number}")
        assert (replayed.verdict, replayed.run_id, dict(replayed.differing)) == ("same", f"r{number}", {})
    (quiet,) = replay_night(con, DAYS[1] + dt.timedelta(days=60), "night_1")
    assert (quiet.verdict, quiet.run_id) == ("same", "r1"), "a day without a run has the answer of the run before"
    assert replay_night(con, DAYS[0] - dt.timedelta(days=1), "night_0") == []


def test_the_log_only_grows(home: tuple[duckdb.DuckDBPyConnection, list[Counter]]) -> None:
    """What a night logged stands word for word after every later night; a second run of a night adds nothing."""
    con, logs = home
    assert all(before <= after for before, after in pairwise(logs))
    assert logs[0].total() >= 1 and logs[-1].total() > logs[0].total()
    assert "withdrawn" in {event for _, event, *_ in logs[-1]}
    again = ledger.Run("r4", "nightly", DAYS[-1], dt.datetime.combine(DAYS[-1], dt.time(4)))
    (outcome,) = run_jobs(con, [ChangepointJob()], [WATCH], again)
    assert outcome.status == "current" and Counter(con.execute(LOG).fetchall()) == logs[-1]


def test_a_night_on_other_tables_is_not_compared(home: tuple[duckdb.DuckDBPyConnection, list[Counter]]) -> None:
    """The key of the run tells which table is not that of the night."""
    con, _ = home
    (replayed,) = replay_night(con, DAYS[0], "night_1")
    assert replayed.verdict == "not comparable" and "insight.fct_series_triangle" in replayed.why


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("ml.changepoint", "update history.changepoint_log set rate_ratio = rate_ratio * (1 + 1e-15)"),
        ("ml.series_fit", "update history.series_fit_log set expected_count = 0 where run_id = 'r0'"),
        ("ml.series_verdict", "update history.series_verdict_log set look_key = 'x'"),
        ("ml.changepoint_event", "delete from ml.changepoint_event where run_id = 'r0'"),
    ],
)
def test_a_difference_is_found_and_named(
    home: tuple[duckdb.DuckDBPyConnection, list[Counter]], table: str, change: str
) -> None:
    """Were a row of what was said then another, or a number another in its last digit, the table is named."""
    con, _ = home
    con.execute("begin")
    try:
        con.execute(change)
        (replayed,) = replay_night(con, DAYS[0], "night_0")
    finally:
        con.execute("rollback")
    assert replayed.verdict == "different" and set(replayed.differing) == {table}


def test_a_run_of_another_version_is_not_compared(
    home: tuple[duckdb.DuckDBPyConnection, list[Counter]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version of the job, or other parameters of the same, are another model."""
    con, _ = home
    monkeypatch.setattr("filingwatch.jobs.changepoint_keys.NEWS_DAYS", 30)
    (replayed,) = replay_night(con, DAYS[0], "night_0")
    assert replayed.verdict == "not comparable" and "parameters" in replayed.why
    monkeypatch.setattr(ChangepointJob, "version", 99)
    (replayed,) = replay_night(con, DAYS[0], "night_0")
    assert replayed.verdict == "not comparable" and "version 2" in replayed.why


def test_tables_that_are_only_added_to_cannot_be_replaced(
    home: tuple[duckdb.DuckDBPyConnection, list[Counter]],
) -> None:
    """Whatever job names them."""
    con, _ = home
    run = ledger.Run("r5", "nightly", DAYS[-1])
    for table in history.APPEND_ONLY:
        with pytest.raises(ValueError, match="append-only"):
            history.replace_rows(con, run, "changepoints", table, pl.DataFrame(), "parks")
        with pytest.raises(ValueError, match="append-only"):
            history.change_rows(con, run, "changepoints", table, pl.DataFrame(), pl.DataFrame(), "parks")
