"""Publishing: swapped in whole, kept for going back, and never seen half-made."""

from __future__ import annotations

import datetime as dt
import multiprocessing
from dataclasses import replace

import duckdb
import pytest

from filingwatch import ledger, publish, warehouse
from filingwatch.errors import BadInput, NothingPublished
from filingwatch.jobs.base import JobOutcome
from filingwatch.settings import Settings


def fill(settings: Settings, number: int) -> ledger.Run:
    """A working file whose marts all say `number`, as a night would leave it."""
    run = ledger.new_run("nightly", dt.date(2026, 11, 22))
    with warehouse.writer(settings) as con:
        ledger.start_run(con, run)
        for schema, table in (("core", "one"), ("insight", "two")):
            con.execute(f"create schema if not exists {schema}")
            con.execute(f"create or replace table {schema}.{table} as select {number} as n from range(1000)")
        con.execute("comment on table core.one is 'What it''s about'")
        con.execute("comment on column core.one.n is 'The number'")
        con.execute("create or replace view insight.three as select n from core.one")
        outcome = JobOutcome("transform:core", "", "ran", "test", {}, 0.0)
        ledger.record_job_run(con, run, outcome, key=str(number), version=1, parameters={}, inputs={})
        con.execute("insert into ml.model values ('m', 'w', 'j', 1, '{}', '{}', 'secret state', now()::timestamp)")
        con.execute("delete from ml.model")
    return run


def published_number(settings: Settings) -> int:
    with warehouse.reader(settings) as con:
        return con.sql("select max(n) from core.one").fetchall()[0][0]


def test_marts_views_comments_and_ledger_are_published(settings: Settings) -> None:
    """Views become tables, comments of tables and columns survive, raw rows and model states stay behind."""
    publish.publish(settings, fill(settings, 1))
    with warehouse.reader(settings) as con:
        assert con.sql("select sum(n) from insight.three").fetchall() == [(1000,)]
        comments = con.sql("select comment from duckdb_tables() where schema_name = 'core'").fetchall()
        columns = con.sql("select comment from duckdb_columns() where schema_name = 'core'").fetchall()
        assert (comments, columns) == ([("What it's about",)], [("The number",)])
        assert con.sql("select count(*) from duckdb_tables() where schema_name = 'raw'").fetchall() == [(0,)]
        assert "state" not in con.sql("from ml.model").columns
        assert con.sql("select flow, message from ops.run").fetchall() == [("nightly", "published this file")]


def test_old_requests_stay_behind_and_pages_and_ends_do_not(settings: Settings) -> None:
    """What was asked of an office is published for 90 days; the working file keeps all of it."""
    run = fill(settings, 1)
    with warehouse.writer(settings) as con:
        con.execute(
            "insert into ops.outcome (run_id, source, attempted_at, status, kind, record_count, reject_count) "
            "select 'r', 'ops', ?::timestamp - age * interval 1 day, status, kind, 0, 0 "
            "from (values (89), (91)) as ages (age) "
            "cross join (values ('answered', 'request'), ('ok', 'page'), ('ok', 'end')) as kinds (status, kind)",
            [warehouse.utc_now()],
        )
    publish.publish(settings, run)
    counted = "select kind, count(*) from ops.outcome where run_id = 'r' group by all order by all"
    with warehouse.reader(settings) as con:
        assert con.sql(counted).fetchall() == [("end", 2), ("page", 2), ("request", 1)]
    with warehouse.writer(settings) as con:
        assert con.sql(counted).fetchall() == [("end", 2), ("page", 2), ("request", 2)]


def test_known_content_keeps_its_version_and_gets_the_newest_ledger(settings: Settings) -> None:
    """A night without news makes no new version, yet analysts see that the night was there."""
    first = publish.publish(settings, fill(settings, 1))
    quiet = ledger.new_run("nightly", dt.date(2026, 11, 23))
    with warehouse.writer(settings) as con:
        ledger.start_run(con, quiet)
    second = publish.publish(settings, quiet)
    assert (first.action, second.action, second.version) == ("published", "refreshed", first.version)
    assert len(publish.list_versions(settings)) == 1
    with warehouse.reader(settings) as con:
        assert con.sql("select count(*) from ops.run").fetchall() == [(2,)]
        assert con.sql("select count(*) from core.one").fetchall() == [(1000,)]
        assert con.sql("select comment from duckdb_tables() where table_name = 'one'").fetchall() == [
            ("What it's about",)
        ]


def test_only_the_last_versions_are_kept(settings: Settings) -> None:
    """As many as the settings say, the newest ones."""
    few = replace(settings, keep_versions=3)
    made = [publish.publish(few, fill(few, number)).version for number in range(5)]
    assert [path.stem for path in publish.list_versions(few)] == made[:1:-1]


def test_going_back_and_forth_between_versions(settings: Settings) -> None:
    """Without a version it goes one back, with one it goes there; an unknown one is refused with those kept."""
    first = publish.publish(settings, fill(settings, 1))
    with pytest.raises(NothingPublished, match="no earlier version"):
        publish.restore(settings, ledger.new_run("restore", settings.today))
    second = publish.publish(settings, fill(settings, 2))
    publish.restore(settings, ledger.new_run("restore", settings.today))
    assert published_number(settings) == 1
    publish.restore(settings, ledger.new_run("restore", settings.today), second.version)
    assert published_number(settings) == 2
    with pytest.raises(BadInput, match=first.version):
        publish.restore(settings, ledger.new_run("restore", settings.today), "../../etc/passwd")


def test_a_reader_keeps_its_view_and_the_next_one_sees_the_new(settings: Settings) -> None:
    """Who has the file open while it is replaced goes on reading what it began with."""
    publish.publish(settings, fill(settings, 1))
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    reader = context.Process(target=read_twice, args=(str(settings.published_file), theirs))
    reader.start()
    assert ours.recv() == (1, 1000)
    publish.publish(settings, fill(settings, 2))
    ours.send("go on")
    assert ours.recv() == (1, 1000)
    reader.join()
    assert published_number(settings) == 2


def read_twice(path: str, pipe) -> None:
    con = duckdb.connect(path, read_only=True)
    pipe.send(con.sql("select max(n), count(*) from core.one").fetchall()[0])
    pipe.recv()
    pipe.send(con.sql("select max(n), count(*) from insight.two").fetchall()[0])


def test_a_publication_cut_off_midway_is_not_seen_and_not_in_the_way(settings: Settings) -> None:
    """Left-over parts of a killed publication are neither published nor listed, and the next one succeeds."""
    publish.publish(settings, fill(settings, 1))
    versions = settings.published / "versions"
    (versions / "20990101T000000000000.duckdb.part").write_bytes(b"half a file")
    (versions / "20990101T000000000000.duckdb.part.wal").write_bytes(b"half a log")
    assert published_number(settings) == 1
    assert len(publish.list_versions(settings)) == 1
    assert len(list(versions.glob("*.part*"))) == 2  # who only looks removes nothing: it may be another run's
    publish.publish(settings, fill(settings, 2))
    assert published_number(settings) == 2
    assert sorted(path.suffix for path in versions.iterdir()) == [".duckdb", ".duckdb"]


def test_the_published_file_refuses_to_be_written(settings: Settings) -> None:
    """Its permissions and its reader both refuse a change."""
    publish.publish(settings, fill(settings, 1))
    assert settings.published_file.stat().st_mode & 0o222 == 0
    with warehouse.reader(settings) as con, pytest.raises(duckdb.Error, match="read-only"):
        con.execute("delete from core.one")
