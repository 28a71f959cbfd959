"""What a past day is put together from: nothing that came later, nothing of other watches, and no silent gaps."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl
import pytest

from filingwatch import history, ledger, warehouse
from filingwatch.as_of import Question, make_file
from filingwatch.as_of.answers import SAID_BY, take_answers
from filingwatch.as_of.making import _put_in_place, _scratch
from filingwatch.as_of.taking import take_landed
from filingwatch.errors import BadInput
from filingwatch.jobs.base import JobOutcome
from filingwatch.settings import Settings

DAYS = [dt.date(2026, 9, 20), dt.date(2026, 10, 20), dt.date(2026, 11, 22)]


@pytest.fixture
def home(settings: Settings) -> Settings:
    """Three runs; on each, two watches heard another answer about their topics, and a vintage was kept."""
    with warehouse.writer(settings) as con:
        for number, day in enumerate(DAYS):
            _land(con, f"r{number}", day)
            for watch in ("towns", "moles"):
                _say(con, ledger.Run(f"r{number}", "nightly", day), watch, f"topic {number}")
                con.execute(
                    "insert into ops.month_vintage select ?, 'CN', 'invention', '2020-01-01', false, ?, ?, "
                    "now()::timestamp, false, 1, 'x', 1, 0, 1, 0, 0, 0, 0",
                    [watch, f"r{number}", day],
                )
    return settings


def _land(con: duckdb.DuckDBPyConnection, run_id: str, day: dt.date) -> None:
    ledger.start_run(con, ledger.Run(run_id, "nightly", day, dt.datetime.combine(day, dt.time(3))))
    con.execute(
        "insert into raw.page values (?, ?, 'demo', 'demo', '{}', 'x', 1, ?, 1, 0, 1, 0, 0)",
        [f"p-{run_id}", run_id, day],
    )
    con.execute("insert into raw.sighting values (?, 0, ?, 'new')", [f"p-{run_id}", f"CN{run_id}A"])
    con.execute(
        "insert into raw.publication (source, feed, publication_id, version, content_hash, page_id, record_index, "
        "first_seen_at, is_synthetic, is_deleted, office, number, kind, original_number, publication_date, priorities, "
        "texts, parties, classifications) values ('demo', 'demo', ?, 1, 'h', ?, 0, ?, true, false, 'CN', '1', 'A', "
        "'1', ?, [], [], [], [])",
        [f"CN{run_id}A", f"p-{run_id}", day, day - dt.timedelta(days=30)],
    )
    for watch in ("towns", "moles") if run_id == "r0" else ("late",) if run_id == "r2" else ():
        con.execute("insert into raw.watch values (?, 'v', 't', '{}', ?, ?)", [watch, day, run_id])


def _say(con: duckdb.DuckDBPyConnection, run: ledger.Run, watch: str, topic: str, *, is_kept: bool = True) -> None:
    row = {"watch": watch, "invention_id": "CN1A", "topic_id": topic, "weight": 1.0, "model_id": f"{run.run_id}-t"}
    with ledger.transaction(con):
        if is_kept:
            history.replace_rows(con, run, "topics", "ml.filing_topic", pl.DataFrame([row]), watch)
        else:
            con.execute("delete from ml.filing_topic where watch = ?", [watch])
            ledger.insert(con, "ml.filing_topic", pl.DataFrame([row]))
        outcome = JobOutcome("topics", watch, "ran", "test", {}, 0.0)
        ledger.record_job_run(con, run, outcome, key=run.run_id, version=1, parameters={}, inputs={})
        ledger.record_job_run(
            con, run, JobOutcome("completeness", "", "ran", "test", {}, 0.0), key="k", version=1, parameters={},
            inputs={},
        )  # fmt: skip


@contextmanager
def taken(settings: Settings, question: Question) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        warehouse.attach_working(con, settings)
        warehouse.migrate(con)
        take_landed(con, question)
        yield con


def test_the_ledger_of_this_home_is_no_part_of_the_world(home: Settings) -> None:
    """Jobs that ran here by the day and what they counted would stand for work that the file still has to do."""
    with taken(home, Question(DAYS[2], "world")) as con:
        assert con.execute("select count(*) from ops.run").fetchall() == [(3,)]
        for table in ("job_run", "month_vintage", "alert", "quality_result"):
            assert con.execute(f"select count(*) from ops.{table}").fetchall() == [(0,)], table


def test_a_question_about_one_watch_leaves_the_others_out(home: Settings) -> None:
    """Also of the ledger and of the vintages; what belongs to no watch stays."""
    question = Question(DAYS[1], "ours", ("towns",))
    with taken(home, question) as con:
        assert take_answers(con, question) == []
        assert con.execute("select distinct watch from ops.month_vintage").fetchall() == [("towns",)]
        assert con.execute("select distinct watch from ops.job_run order by 1").fetchall() == [("",), ("towns",)]
        assert con.execute("select watch, topic_id from ml.filing_topic").fetchall() == [("towns", "topic 1")]


def test_a_watch_that_was_not_there_yet_is_refused(home: Settings) -> None:
    """Asked for by name; without a name the days before it simply lack it."""
    with pytest.raises(BadInput, match="'late' was not here yet on 2026-10-20"), \
            taken(home, Question(DAYS[1], "ours", ("late",))):  # fmt: skip
        pass
    with taken(home, Question(DAYS[2], "ours", ("late",))) as con:
        assert con.execute("select watch from raw.watch").fetchall() == [("late",)]


@pytest.mark.parametrize("night_after", [False, True])
def test_days_before_the_history_are_not_answered_with_later_answers(settings: Settings, night_after: bool) -> None:
    """A home of the third schema remembers the last answers only: those of the day it fell silent on are told, those of
    earlier days are empty, and it says so for which watch; with or without a night since the upgrade."""
    settings.working_file.parent.mkdir(parents=True)
    with warehouse.writer(settings) as con:
        for number, day in enumerate(DAYS[:2]):
            _land(con, f"r{number}", day)
            _say(con, ledger.Run(f"r{number}", "nightly", day), "towns", f"topic {number}", is_kept=False)
        _say(con, ledger.Run("r0", "nightly", DAYS[0]), "moles", "topic 0", is_kept=False)
        con.execute("update ops.migration set applied_at = now()::timestamp + interval 1 minute where number = 5")
        if night_after:
            con.execute("update ops.migration set applied_at = (select max(decided_at) from ops.job_run) "
                        "+ interval 1 microsecond where number = 5")  # fmt: skip
            _land(con, "r2", DAYS[2])
            _say(con, ledger.Run("r2", "nightly", DAYS[2]), "towns", "topic 2")
    said = "select watch, topic_id from ml.filing_topic order by all"
    with taken(settings, Question(DAYS[0], "ours")) as con:
        caveats = take_answers(con, Question(DAYS[0], "ours"))
        assert con.execute(said).fetchall() == [("moles", "topic 0")]
        assert [caveat for caveat in caveats if "filing_topic" in caveat] == [
            "What stood in ml.filing_topic for towns on this day was not kept (it is from 2026-10-20 on): "
            "it is empty here."
        ]
        assert any("fct_revision is empty" in caveat for caveat in caveats)
    with taken(settings, Question(DAYS[1], "ours")) as con:
        caveats = take_answers(con, Question(DAYS[1], "ours"))
        assert con.execute(said).fetchall() == [("moles", "topic 0"), ("towns", "topic 1")]
        assert not [caveat for caveat in caveats if "filing_topic" in caveat]


def test_every_table_of_answers_has_a_way_back(settings: Settings) -> None:
    """A table of ml is either replaced by a known job or never replaced: a new one must say which."""
    with warehouse.writer(settings) as con:
        tables = con.execute("select table_name from duckdb_tables() where schema_name = 'ml'").fetchall()
    assert {name for (name,) in tables} == {*SAID_BY, *(table.removeprefix("ml.") for table in history.APPEND_ONLY)}


def test_only_files_of_past_days_are_replaced(home: Settings, tmp_path: Path) -> None:
    """--force spares what as-of did not make, among it the decisions of people."""
    inbox = home.home / "decisions.sqlite"
    inbox.write_text("decisions of years")
    with pytest.raises(BadInput, match="was not made by"):
        make_file(home, DAYS[0], "ours", inbox, force=True)
    assert inbox.read_text() == "decisions of years"
    with pytest.raises(BadInput, match="no folder"):
        make_file(home, DAYS[0], "ours", tmp_path / "nowhere" / "out.duckdb")


def test_what_dead_ones_left_is_cleared_and_nothing_else(home: Settings, tmp_path: Path) -> None:
    """Scratch folders and parts of processes that are gone; not those of the living, nor files of people."""
    gone, folder, out = "999999999", home.working_file.parent, tmp_path / "out.duckdb"
    for pid in (gone, str(os.getppid())):
        (folder / f"as-of-{pid}-x").mkdir()
        (tmp_path / f"out.duckdb.{pid}.part").touch()
    (tmp_path / "out.duckdb.mine.part").touch()
    with _scratch(home, DAYS[0]) as scratch:
        assert sorted(path.name for path in folder.glob("as-of-*")) == sorted(
            [f"as-of-{os.getppid()}-x", scratch.home.name]
        )
        with pytest.raises(Exception, match="could not be written"):
            _put_in_place(scratch, out, Question(DAYS[0], "ours"), {})
    assert sorted(path.name for path in tmp_path.glob("*.part")) == sorted(
        ["out.duckdb.mine.part", f"out.duckdb.{os.getppid()}.part"]
    )
