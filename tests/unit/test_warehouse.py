"""The working file: one writer, migrations that run by themselves, clear words when it cannot be had."""

from __future__ import annotations

import subprocess
import sys

import duckdb
import pytest

from filingwatch import warehouse
from filingwatch.errors import NothingPublished, Terminal, Transient
from filingwatch.settings import Settings


def schema_of(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    return con.sql(
        "select schema_name, table_name, column_name, data_type, is_nullable from duckdb_columns() "
        "where schema_name in ('raw', 'ops', 'ml') order by all"
    ).fetchall()


@pytest.mark.parametrize("start", [0, *list(warehouse.migrations())])
def test_every_earlier_schema_migrates_to_the_newest_and_keeps_its_rows(settings: Settings, start: int) -> None:
    """From each earlier version: the same schema as a fresh file, and what was written before is still there."""
    settings.working_file.parent.mkdir(parents=True)
    with duckdb.connect(str(settings.working_file)) as con:
        warehouse.migrate(con, upto=start)
        if start:
            con.execute("insert into ops.cursor values ('office', '', '{}', 'run', now()::timestamp)")
    with duckdb.connect() as fresh:
        warehouse.migrate(fresh)
        wanted = schema_of(fresh)
    with warehouse.writer(settings) as con:
        assert schema_of(con) == wanted
        assert con.sql("select count(*) from ops.cursor").fetchall() == [(1 if start else 0,)]
        assert warehouse.migrate(con) == []


def test_a_file_of_a_newer_filingwatch_is_refused(settings: Settings) -> None:
    """An older program does not touch a newer schema, and says what to do."""
    with warehouse.writer(settings) as con:
        con.execute("insert into ops.migration values (9999, '9999_future', now()::timestamp)")
    with pytest.raises(Terminal, match="install the newer filingwatch"), warehouse.writer(settings):
        pass


def test_a_second_process_is_told_who_holds_the_file(settings: Settings) -> None:
    """The error names the process and points to the published file; it may be tried again."""
    with warehouse.writer(settings):
        script = (
            "import sys, datetime as dt, pathlib\nfrom filingwatch import warehouse\n"
            "from filingwatch.settings import Settings\nfrom filingwatch.errors import Transient\n"
            "try:\n"
            "    with warehouse.writer(Settings(home=pathlib.Path(sys.argv[1]), today=dt.date(2026, 11, 22))): pass\n"
            "except Transient as error:\n    print(error)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(settings.home)], capture_output=True, text=True, check=True
        )
    assert "is held by process" in done.stdout
    assert "filingwatch sql" in done.stdout


def test_a_moment_s_look_of_another_process_is_waited_for(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who holds the file for a moment (a look by day) does not make a run fail: it waits and then has the file."""
    script = (
        "import sys, datetime as dt, pathlib\nfrom filingwatch import warehouse\n"
        "from filingwatch.settings import Settings\n"
        "with warehouse.writer(Settings(home=pathlib.Path(sys.argv[1]), today=dt.date(2026, 11, 22))):\n"
        "    print('held', flush=True)\n    sys.stdin.readline()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(settings.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        waits: list[float] = []

        def let_go(seconds: float) -> None:
            waits.append(seconds)
            other.communicate("\n")

        monkeypatch.setattr(warehouse.time, "sleep", let_go)
        with warehouse.writer(settings) as con:
            assert con.sql("select 1").fetchall() == [(1,)]
    assert len(waits) == 1


def test_the_connection_ends_with_its_block(settings: Settings) -> None:
    """After the block the connection is closed, also when the block failed, so that dbt can open the file."""
    with pytest.raises(RuntimeError), warehouse.writer(settings) as con:
        raise RuntimeError
    with pytest.raises(duckdb.ConnectionException):
        con.sql("select 1")


def test_nothing_published_is_said_so(settings: Settings) -> None:
    """Reading before the first publication names the command that makes one."""
    with pytest.raises(NothingPublished, match="filingwatch nightly"), warehouse.reader(settings):
        pass


def test_an_ordinary_file_is_not_taken_for_a_warehouse(settings: Settings) -> None:
    """A file that is not DuckDB's is a terminal error that names it."""
    settings.working_file.parent.mkdir(parents=True)
    settings.working_file.write_text("no database " * 2000)
    with pytest.raises((Terminal, Transient), match=r"filingwatch\.duckdb"), warehouse.writer(settings):
        pass


def test_outcomes_of_before_are_told_apart_as_pages_and_ends(settings: Settings) -> None:
    """What had a feed and was well is a page; what failed, brought nothing or was known is how it ended."""
    settings.working_file.parent.mkdir(parents=True)
    with duckdb.connect(str(settings.working_file)) as con:
        warehouse.migrate(con, upto=2)
        for number, (feed, status) in enumerate(
            [("wire", "ok"), (None, "failed"), (None, "nothing_new"), ("gp", "already_landed")]
        ):
            con.execute(
                "insert into ops.outcome values ('r', 's', ?, now()::timestamp, '{}', ?, 'm', 7, ?, 1, 0.5)",
                [feed, status, number],
            )
    with warehouse.writer(settings) as con:
        rows = con.sql(
            "select record_count, kind, status, payload_bytes, http_status from ops.outcome order by 1"
        ).fetchall()
    assert rows == [
        (0, "page", "ok", 7, None),
        (1, "end", "failed", 7, None),
        (2, "end", "nothing_new", 7, None),
        (3, "end", "already_landed", 7, None),
    ]
