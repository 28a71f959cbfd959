"""Bringing in: sources fail apart, files are taken once, the drop folder explains what it refuses."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from filingwatch import freshness, importing, ingest, ledger, warehouse
from filingwatch.errors import BadInput, QuotaSpent, Transient
from filingwatch.filing import Filing, PublicationId, Record
from filingwatch.journal import USAGE, Journal
from filingwatch.landing import Landed
from filingwatch.settings import Settings
from filingwatch.sources.base import Cursor, Page, Query, Window
from filingwatch.watch import read_watches
from tests.unit.shelf import SECRET, Shelf, ShelfSource, connector

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


def test_a_file_that_meets_a_fault_of_our_own_is_refused_with_its_place(
    con: duckdb.DuckDBPyConnection, settings: Settings, run: ledger.Run
) -> None:
    """Brackets without end exhaust the JSON parser: the file is put away, and the next night does not meet it again."""
    drop = settings.drop_folder
    export(drop, "good.csv", "CN-117876249-A")
    (drop / "deep.jsonl").write_text("[" * 100_000)
    os.utime(drop / "deep.jsonl", (0, 0))
    results = importing.import_drop_folder(con, settings, run)
    assert [(result.name, result.status) for result in results] == [("deep.jsonl", "failed"), ("good.csv", "ok")]
    reason = next((drop / "refused").glob("*.reason.txt")).read_text()
    assert "deep.jsonl could not be imported: RecursionError at " in reason
    assert importing.waiting_files(settings) == []


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


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf()
    with shelf.serving():
        yield shelf


QUERY = Query(DAY)


def ask(
    con: duckdb.DuckDBPyConnection, settings: Settings, source: Any, query: Query = QUERY, key: str = ""
) -> ingest.SourceResult:
    """One run that asks one source and ends well."""
    run = ledger.new_run("nightly", query.as_of)
    ledger.start_run(con, run)
    result = ingest.ingest_source(con, settings, run, source, query, cursor_key=key)
    ledger.finish_run(con, run, "succeeded", {})
    return result


def test_every_request_is_in_the_ledger_without_its_secret(
    con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf
) -> None:
    """Answered or repeated: each try with its status, size and time; the pages beside them; one end. No secret."""
    shelf.busy = 1
    source = ShelfSource(shelf.url, overlap_days=20, extra=("/filings",))
    assert ask(con, settings, source).status == "ok"
    rows = con.sql(
        "select kind, status, http_status, count(*), sum(record_count)::int from ops.outcome group by all order by all"
    ).fetchall()
    assert rows == [
        ("end", "ok", None, 1, 0),
        ("page", "ok", None, 2, 20),
        ("request", "again", 503, 1, 0),
        ("request", "answered", 200, 3, 0),
    ]
    assert con.sql("select count(*) from ops.outcome where seconds is null").fetchall() == [(0,)]
    everything = con.sql("select string_agg(o::varchar, '') from ops.outcome as o").fetchall()[0][0]
    assert "/filings" in everything and SECRET not in everything
    assert source.client.take_attempts() == []


def test_the_weeks_allowance_is_counted_over_runs(
    con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf
) -> None:
    """What one run used of it is known to the next one, also when it was cut off after a page."""
    ask(con, settings, ShelfSource(shelf.url))
    used = ledger.read_cursor(con, "shelf", USAGE)
    assert used is not None and used["requests"] == 3 and used["bytes"] > 100

    class Cut(BaseException):
        pass

    def cut(landed: Landed) -> None:
        raise Cut

    with pytest.raises(Cut):
        ingest.ingest_source(con, settings, ledger.new_run("test", DAY), ShelfSource(shelf.url), QUERY, cut)
    again = ShelfSource(shelf.url)
    Journal(con, ledger.new_run("test", DAY), again)
    assert again.client.usage.requests == 4


def test_a_spent_allowance_stops_a_source_cleanly_and_it_goes_on(
    con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf
) -> None:
    """What came before it stays, ops are not woken, and the next run goes on behind the last page."""
    shelf.quota = 2
    first = ask(con, settings, ShelfSource(shelf.url))
    assert (first.status, first.landed.records, first.event) == ("stopped", 20, None)
    assert "next Monday" in (first.error or "")
    shelf.quota = 99
    second = ask(con, settings, ShelfSource(shelf.url))
    assert (second.status, second.landed.new) == ("ok", 10)
    assert con.sql("select count(*) from raw.publication").fetchall() == [(30,)]


def test_a_deadline_pauses_a_source_between_two_pages(
    con: duckdb.DuckDBPyConnection, settings: Settings, run: ledger.Run, shelf: Shelf
) -> None:
    """The page under way still lands, nothing is told and no state is kept; the next one goes on behind it."""
    past = Query(DAY, window=Window(dt.date(2015, 1, 1), dt.date(2015, 2, 1)))
    landed = [
        ingest.ingest_source(
            con, settings, run, ShelfSource(shelf.url), past, cursor_key="backfill:x", deadline=time.monotonic() + left
        )
        for left in (0, 0, 3600)
    ]
    assert [(one.status, one.landed.new, one.error, one.event) for one in landed] == [
        ("paused", 10, None, None),
        ("paused", 10, None, None),
        ("ok", 11, None, None),
    ]
    assert freshness.read_states(con) == {}
    ends = con.sql("select distinct status, message like 'paused %' from ops.outcome where kind = 'end'").fetchall()
    assert set(ends) == {("stopped", True), ("ok", None)}


def test_a_fault_of_our_own_ends_one_source_with_its_place(
    con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf
) -> None:
    """It is a result with type and line, without the secret that it held; the line to the office is closed."""
    source = ShelfSource(shelf.url, bug=KeyError(f"no {SECRET} here"))
    result = ask(con, settings, source)
    assert (result.status, result.event) == ("failed", "source failed")
    assert "KeyError at shelf.py:" in (result.error or "") and SECRET not in (result.error or "")
    assert source.client._line is None


def test_a_page_that_hides_a_record_fails_its_source_alone(
    con: duckdb.DuckDBPyConnection, settings: Settings, run: ledger.Run
) -> None:
    """Landing refuses such a page; it is the source that is wrong, and the others go on."""

    class Hiding:
        name, is_synthetic = "hiding", False

        def pages(self, query: Query, since: Cursor | None) -> Iterator[Page]:
            yield Page("wire", {}, [Record(1, Filing(PublicationId("EP", "1", "A1"), "EP1"))], [], {}, b"answer")

    result = ingest.ingest_source(con, settings, run, Hiding(), QUERY)
    assert result.status == "failed" and "exactly once" in (result.error or "")


def test_a_working_file_that_cannot_be_written_is_nobody_s_source(
    con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf
) -> None:
    """An error of DuckDB ends the run: the next source would meet it as well."""
    con.execute("drop table raw.sighting")
    with pytest.raises(duckdb.Error):
        ask(con, settings, ShelfSource(shelf.url))


@pytest.mark.parametrize(("damaged", "status"), [(1, "degraded"), (2, "failed")])
def test_damaged_pages_degrade_and_too_many_fail(
    con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf, damaged: int, status: str
) -> None:
    """One of three pages damaged: the rest is worth having, and people hear of it. Two of three: it failed."""

    def spoil(landed: Landed) -> None:
        shelf.notes = {"damaged": ["member 3", "member 4"]} if landed.pages < damaged else {}

    shelf.notes = {"damaged": 1}
    run = ledger.new_run("nightly", DAY)
    result = ingest.ingest_source(con, settings, run, ShelfSource(shelf.url), QUERY, spoil)
    assert (result.status, result.event, result.landed.records) == (status, f"source {status}", 30)
    assert f"{damaged} of 3 pages came damaged: 1" in (result.error or "")


@pytest.mark.parametrize(
    ("note", "status", "words"),
    [("truncated", "ok", "ten of 30 hits are out of reach."), ("gap", "degraded", "ten of 30 hits are out of reach.")],
)
def test_what_an_office_never_gives_is_told_and_degrades_nothing(
    con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf, note: str, status: str, words: str
) -> None:
    """A fixed limit stands beside a good end, in the source's own words; what is gone for good degrades it."""
    shelf.notes = {note: "ten of 30 hits are out of reach"}
    result = ask(con, settings, ShelfSource(shelf.url))
    assert (result.status, result.error) == (status, None if status == "ok" else words)
    assert con.sql("select status, message from ops.outcome where kind = 'end'").fetchall() == [(status, words)]
    state = freshness.read_states(con)["shelf"]
    assert (state.message, state.stale_since) == (words, None if status == "ok" else DAY)


@pytest.mark.parametrize("kind", [Transient, QuotaSpent])
def test_the_errors_of_a_source_are_told_without_its_secret(
    con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf, kind: type[Exception]
) -> None:
    """Whatever its words hold: neither the result nor a table does."""
    result = ask(con, settings, ShelfSource(shelf.url, bug=kind(f"the office said {SECRET}")))
    assert result.error == "the office said ***"
    stored = con.sql("select string_agg(o::varchar, '') from ops.outcome as o").fetchall()[0][0]
    assert SECRET not in stored + str(freshness.read_states(con))


def test_days_that_came_empty_are_asked_for_again(
    con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf
) -> None:
    """Ten nights of "200 OK" with nothing, with an overlap of three days: afterwards every day is here."""

    def pass_night(day: int, per_day: int) -> str:
        shelf.per_day = per_day
        query = Query(DAY + dt.timedelta(days=day))
        return ask(con, settings, ShelfSource(shelf.url, overlap_days=3), query).status

    assert [pass_night(day, 20) for day in range(6)] == ["ok"] * 6
    assert {pass_night(day, 0) for day in range(6, 16)} == {"degraded"}
    assert freshness.read_states(con)["shelf"].stale_since == DAY + dt.timedelta(days=6)
    assert pass_night(16, 20) == "ok"
    assert con.sql("select count(*) from raw.publication").fetchall() == [(20 * (3 + 16),)]
    assert (ledger.read_cursor(con, "shelf") or {})["through"] == str(DAY + dt.timedelta(days=17))


@pytest.mark.parametrize(("lost", "status"), [(3, "ok"), (4, "degraded")])
def test_requests_that_a_source_does_without_degrade_it_when_they_are_many(
    con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf, lost: int, status: str
) -> None:
    """A few refusals are how offices say "ask for less"; more of them mean that parts are missing."""
    shelf.refused = tuple(f"/extra/{number}" for number in range(lost))
    result = ask(con, settings, ShelfSource(shelf.url, extra=shelf.refused))
    assert result.status == status
    assert (f"{lost} of {lost + 3} requests" in (result.error or "")) is (status == "degraded")


def test_a_backfill_says_nothing_about_how_current_a_source_is(
    con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf
) -> None:
    """It has a cursor of its own, and neither its end nor its volume touches the state of the source."""
    ask(con, settings, ShelfSource(shelf.url))
    before, cursor = freshness.read_states(con), ledger.read_cursor(con, "shelf")
    past = replace(QUERY, window=Window(dt.date(2015, 1, 1), dt.date(2015, 2, 1)))
    assert ask(con, settings, ShelfSource(shelf.url), past, key="backfill:x").landed.new == 31
    assert (freshness.read_states(con), ledger.read_cursor(con, "shelf")) == (before, cursor)
    assert (ledger.read_cursor(con, "shelf", "backfill:x") or {})["through"] == "2015-02-01"


def test_sources_may_ask_what_is_here(
    con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ids that a real record speaks of are known, over any number of batches; invented ones are not."""
    ask(con, settings, ShelfSource(shelf.url))
    ids = [row[0] for row in con.sql("select publication_id from raw.publication").fetchall()]
    con.execute("update raw.publication set is_synthetic = true where publication_id = ?", [ids[0]])
    monkeypatch.setattr(ingest, "KNOWN_BATCH", 4)
    known = ingest.build_query([], DAY, con).known
    assert known([*ids, "EP1A1", ids[1]]) == frozenset(ids[1:])
    assert known([]) == frozenset()
    assert ingest.build_query([], DAY).known(ids) == frozenset()


def test_offices_restrict_a_query_only_when_every_watch_names_some(settings: Settings) -> None:
    """One watch that wants all offices makes the query want all."""
    watch = read_watches(settings)[0]
    some = [watch.model_copy(update={"offices": offices}) for offices in (("CN", "US"), ("US", "EP"), ())]
    assert ingest.build_query(some[:2], DAY).offices == ("CN", "US", "EP")
    assert ingest.build_query(some, DAY).offices == ()


def test_a_query_asks_for_the_terms_of_all_watches_once(settings: Settings) -> None:
    """Every include term of every shipped watch is asked for, and none twice."""
    watches = read_watches(settings)
    assert len(watches) == 2
    terms = ingest.build_query(watches, DAY).terms
    assert set(terms) == {term.term for watch in watches for term in watch.include}
    assert len(set(terms)) == len(terms)


def test_a_source_that_is_configured_by_half_fails_by_itself(
    con: duckdb.DuckDBPyConnection, settings: Settings, run: ledger.Run
) -> None:
    """Its result names the variable that is missing; one without any variable is not asked at all."""
    half, none = connector("http://127.0.0.1:9", secret=None), connector("http://127.0.0.1:9", key=None, secret=None)
    (opening,) = ingest.sources_for(con, settings, [half])
    result = ingest.ingest_source(con, settings, run, opening.open(), QUERY)
    assert result.status == "failed" and "SHELF_SECRET" in (result.error or "")
    assert [one.name for one in ingest.sources_for(con, settings, [none])] == ["demo"]


def test_the_demo_office_is_silent_beside_a_configured_source(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    """With `auto` nothing invented lands where real filings are expected; `on` still wins."""
    live = [connector("http://127.0.0.1:9")]
    assert [one.name for one in ingest.sources_for(con, settings, live)] == ["shelf"]
    both = ingest.sources_for(con, replace(settings, demo="on"), live)
    assert [one.name for one in both] == ["shelf", "demo"]
