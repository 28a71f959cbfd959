"""Bringing in: sources fail apart, files are taken once, the drop folder explains what it refuses."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from filingwatch import importing, ingest, ledger, warehouse
from filingwatch.errors import BadInput, Transient
from filingwatch.filing import Filing, PublicationId, Record
from filingwatch.settings import Settings
from filingwatch.sources.base import Cursor, Page, Query

DAY = dt.date(2026, 11, 22)
HEADER = "id,title,assignee,inventor/author,priority date,filing/creation date,publication date,grant date,result link"


@pytest.fixture
def con(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse.writer(settings) as con:
        yield con


@pytest.fixture
def run() -> ledger.Run:
    return ledger.new_run("test", DAY)


def export(folder: Path, name: str, *numbers: str) -> Path:
    """A Google Patents export with these publication numbers, written a while ago."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    rows = [f"{number},A bench,Some firm,A. Person,2020-01-01,2020-01-01,2021-07-01,," for number in numbers]
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    os.utime(path, (time.time() - 60, time.time() - 60))
    return path


class Flaky:
    """An office that answers some pages and then fails."""

    name, is_synthetic = "flaky", False

    def __init__(self, good: int) -> None:
        self.good = good

    def pages(self, query: Query, since: Cursor | None) -> Iterator[Page]:
        for number in range(since["next"] if since else 0, 10):
            if number == self.good:
                raise Transient("the office is closed; ask again tomorrow")
            filing = Filing(PublicationId("EP", str(number), "A1"), f"EP{number}")
            yield Page("wire", {"page": number}, [Record(0, filing)], [], {"next": number + 1}, b"answer")


def test_a_source_that_fails_keeps_what_it_gave_and_goes_on_there(
    con: duckdb.DuckDBPyConnection, settings: Settings, run: ledger.Run
) -> None:
    """The failure is a result with its reason; the next run asks for the rest, and nothing is asked twice."""
    query = ingest.build_query([], DAY)
    first = ingest.ingest_source(con, settings, run, Flaky(good=3), query)
    assert (first.status, first.landed.records) == ("failed", 3)
    assert "closed" in (first.error or "")
    second = ingest.ingest_source(con, settings, run, Flaky(good=99), query)
    assert (second.status, second.landed.records) == ("ok", 7)
    third = ingest.ingest_source(con, settings, run, Flaky(good=99), query)
    assert third.status == "nothing_new"
    statuses = con.sql("select kind, status, count(*) from ops.outcome group by all order by all").fetchall()
    assert statuses == [("end", "failed", 1), ("end", "nothing_new", 1), ("end", "ok", 1), ("page", "ok", 10)]


def test_a_file_under_another_name_is_the_same_file(
    con: duckdb.DuckDBPyConnection, settings: Settings, run: ledger.Run, tmp_path: Path
) -> None:
    """Content decides: a copy is known and adds no row; one more line makes it another file with one new record."""
    one = export(tmp_path, "one.csv", "CN-117876249-A", "CN-117876250-A")
    copy = export(tmp_path, "copy.csv", "CN-117876249-A", "CN-117876250-A")
    more = export(tmp_path, "more.csv", "CN-117876249-A", "CN-117876250-A", "CN-117876251-A")
    results = importing.import_files(con, settings, run, [one, copy, more])
    assert [(r.status, r.landed.new, r.landed.unchanged, r.publications) for r in results] == [
        ("ok", 2, 0, 2),
        ("already_landed", 0, 0, 2),
        ("ok", 1, 2, 3),
    ]


def test_one_file_that_cannot_be_used_does_not_stop_the_others(
    con: duckdb.DuckDBPyConnection, settings: Settings, run: ledger.Run, tmp_path: Path
) -> None:
    """It is recorded as failed with what was seen in it."""
    strange = tmp_path / "strange.csv"
    strange.write_text("colour,weight\nred,2\n")
    results = importing.import_files(con, settings, run, [strange, export(tmp_path, "good.csv", "CN-117876249-A")])
    assert [result.status for result in results] == ["failed", "ok"]
    assert "colour" in (results[0].error or "")


def test_what_is_no_file_is_refused_before_anything_is_imported(tmp_path: Path) -> None:
    """Every path that is not a file is named."""
    with pytest.raises(BadInput, match=r"nowhere\.csv"):
        importing.require_files([export(tmp_path, "good.csv", "CN-117876249-A"), tmp_path / "nowhere.csv", tmp_path])


def test_the_drop_folder_takes_refuses_and_explains(
    con: duckdb.DuckDBPyConnection, settings: Settings, run: ledger.Run, tmp_path: Path
) -> None:
    """Taken files go to `done`, others to `refused` with the reason beside them; a second look finds nothing."""
    drop = settings.drop_folder
    export(drop, "good.csv", "CN-117876249-A")
    (drop / "strange.txt").write_text("not an export")
    os.utime(drop / "strange.txt", (0, 0))
    results = importing.import_drop_folder(con, settings, run)
    assert [(result.name, result.status) for result in results] == [("good.csv", "ok"), ("strange.txt", "failed")]
    assert [path.name.split("-", 2)[2] for path in (drop / "done").iterdir()] == ["good.csv"]
    reason = next((drop / "refused").glob("*.reason.txt")).read_text()
    assert "strange.txt" in reason
    assert importing.import_drop_folder(con, settings, run) == []


def test_a_name_that_is_too_long_does_not_stop_the_folder(
    con: duckdb.DuckDBPyConnection, settings: Settings, run: ledger.Run
) -> None:
    """A name at the limit of the file system is cut when the file is put away, and the reason still fits beside it."""
    drop = settings.drop_folder
    export(drop, "智" * 80 + ".csv", "CN-117876249-A")
    (drop / ("慧" * 80)).write_text("not an export")
    os.utime(drop / ("慧" * 80), (0, 0))
    assert [result.status for result in importing.import_drop_folder(con, settings, run)] == ["failed", "ok"]
    assert len(list((drop / "done").iterdir())) == 1
    assert len(list((drop / "refused").iterdir())) == 2
    assert importing.waiting_files(settings) == []


def test_the_drop_folder_leaves_alone_what_is_not_ready_or_not_a_file(settings: Settings, tmp_path: Path) -> None:
    """Files still being written, hidden and partial ones, folders and links out of the folder are not taken."""
    drop = settings.drop_folder
    export(drop, "ready.csv", "CN-117876249-A")
    for name in (".hidden.csv", "half.csv.part", "half.tmp"):
        export(drop, name, "CN-117876249-A")
    (drop / "fresh.csv").write_text("being written")
    (drop / "folder.csv").mkdir()
    (drop / "link.csv").symlink_to(export(tmp_path, "outside.csv", "CN-117876249-A"))
    assert [path.name for path in importing.waiting_files(settings)] == ["ready.csv"]


def test_the_demo_office_falls_silent_once_real_filings_are_there(
    con: duckdb.DuckDBPyConnection, settings: Settings, run: ledger.Run, tmp_path: Path
) -> None:
    """With `auto` it is asked until a real filing has landed; `on` and `off` are obeyed."""
    names = lambda mode: [s.name for s in ingest.sources_for(con, replace(settings, demo=mode))]  # noqa: E731
    assert (names("auto"), names("off")) == (["demo"], [])
    importing.import_file(con, settings, run, export(tmp_path, "one.csv", "CN-117876249-A"))
    assert (names("auto"), names("on")) == ([], ["demo"])
