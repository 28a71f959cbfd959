"""A source that brings less than it used to is degraded, and closes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filingwatch import ingest, ledger, night, volume, warehouse
from filingwatch.settings import Settings
from filingwatch.sources.base import Query, Window
from filingwatch.volume import LEAST_NIGHTS, judge_volume, lowest_usual
from tests.unit.shelf import Shelf, ShelfSource

FIRST = dt.date(2026, 11, 1)


@pytest.fixture
def con(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse.writer(settings) as con:
        yield con


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf()
    with shelf.serving():
        yield shelf


def play(
    con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf, nights: Sequence[int], flow: str = "nightly"
) -> list[ingest.SourceResult]:
    """Ask the shelf on these nights; each run ends well."""
    results = []
    for number in nights:
        run = ledger.new_run(flow, FIRST + dt.timedelta(days=number))
        ledger.start_run(con, run)
        results.append(ingest.ingest_source(con, settings, run, ShelfSource(shelf.url), Query(run.as_of)))
        ledger.finish_run(con, run, "succeeded", {})
    return results


def test_an_office_that_answers_with_nothing_is_noticed_after_five_nights(
    con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf
) -> None:
    """200 OK without records: with four earlier nights nothing can be said, with five it is degraded."""
    play(con, settings, shelf, range(4))
    shelf.per_day = 0
    assert [result.status for result in play(con, settings, shelf, [4])] == ["ok"]
    assert [result.status for result in play(con, settings, shelf, [5])] == ["degraded"]


def test_a_collapse_is_told_with_its_numbers_until_it_is_over(
    con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf
) -> None:
    """Night after night it stays degraded, since nights that fell short are no examples; then it is well again."""
    assert {result.status for result in play(con, settings, shelf, range(5))} == {"ok"}
    shelf.per_day = 0
    results = play(con, settings, shelf, range(5, 12))
    assert {(result.status, result.event) for result in results} == {("degraded", "volume collapsed")}
    assert "Only 0 records came, at least 6 were expected: 5 earlier nights brought 31" in (results[-1].error or "")
    shelf.per_day = 1
    assert [result.status for result in play(con, settings, shelf, [12])] == ["ok"]


@pytest.mark.parametrize(
    ("subject", "status"), [("volume:shelf", "ok"), ("volume:other", "degraded"), ("landed", "degraded")]
)
def test_a_person_may_accept_the_new_volume_of_a_source(
    con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf, subject: str, status: str
) -> None:
    """What was usual before it is then forgotten: small nights are nothing to tell any more. Each source by name."""
    play(con, settings, shelf, range(5))
    shelf.per_day = 0
    told = play(con, settings, shelf, [5, 6])
    assert {result.status for result in told} == {"degraded"}
    assert "`filingwatch decide batch_accepted volume:shelf accepted --why ...`" in (told[0].error or "")
    con.execute("insert into raw.decision values (1, 'p', null, 'batch_accepted', ?, 'accepted', 'Ada', "
                "timestamp '2026-11-07 09:00', 'the watch asks for less', null, null)", [subject])  # fmt: skip
    assert {result.status for result in play(con, settings, shelf, range(7, 10))} == {status}


def test_a_silence_is_told_with_its_length(
    con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nights that were degraded by it are counted, though they are no examples."""
    monkeypatch.setattr(volume, "lowest_usual", lambda history: 0)
    play(con, settings, shelf, range(5))
    shelf.per_day = 0
    errors = [result.error or "" for result in play(con, settings, shelf, range(5, 10))]
    assert [words[:26] for words in errors] == ["", "", *(f"Nothing came for {n} nights," for n in (3, 4, 5))]


def test_backfills_and_other_sources_are_no_examples(
    con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf
) -> None:
    """Five large backfills make no history for a small night."""
    play(con, settings, shelf, range(5), flow="backfill")
    shelf.per_day = 0
    assert [result.status for result in play(con, settings, shelf, [5])] == ["ok"]


def test_a_rerun_that_finds_nothing_new_is_not_silence(
    con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf
) -> None:
    """The volume of a night is that of its day, over all its runs."""
    play(con, settings, shelf, range(6))
    shelf.per_day = 0
    assert [result.status for result in play(con, settings, shelf, [5])] == ["ok"]


def test_ops_hear_of_a_collapse_and_the_gate_stays_out_of_it(settings: Settings, shelf: Shelf) -> None:
    """The alert names the condition; the result of the source carries it on into the figures of the night."""
    source = ShelfSource(shelf.url)

    def open_shelf(con: duckdb.DuckDBPyConnection, settings: Settings) -> list[ingest.Opening]:
        return [ingest.Opening("shelf", lambda: source)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ingest, "sources_for", open_shelf)
        for number in range(6):
            shelf.per_day = 1 if number < 5 else 0
            day = replace(settings, today=FIRST + dt.timedelta(days=number))
            with night.session(day, "nightly") as (run, figures):
                figures["ingest"] = night.ingest_source(day, run, "shelf")
                figures["sources"] = night.report_sources(day)
    assert figures["ingest"]["status"] == "degraded"
    assert [one["source"] for one in figures["sources"]["stale"]] == ["shelf"]
    assert night.read_heartbeat(settings)["nightly"]["stale"][0]["since"] == "2026-11-06"
    with warehouse.writer(settings) as con:
        told = con.sql("select event, subject from ops.alert").fetchall()
    assert told == [("volume collapsed", "filingwatch: volume collapsed: shelf")]


def test_ops_hear_once_of_a_source_that_is_stale_for_long(
    settings: Settings, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nights that are stopped by the allowance wake nobody; after more than ten days of them one alert does."""
    opening = ingest.Opening("shelf", lambda: ShelfSource(shelf.url))
    monkeypatch.setattr(ingest, "sources_for", lambda con, settings: [opening])
    shelf.quota = 0
    told = []
    for number in (0, 10, 11, 12, 30):
        day = replace(settings, today=FIRST + dt.timedelta(days=number))
        with night.session(day, "nightly") as (run, _):
            night.ingest_source(day, run, "shelf")
        with warehouse.writer(settings) as con:
            told.append(con.sql("select event, body from ops.alert").fetchall())
    assert [len(alerts) for alerts in told] == [0, 0, 1, 1, 1]
    event, body = told[-1][0]
    assert event == "source stale" and "from 2026-11-01 on" in body


@given(st.lists(st.integers(0, 10_000), max_size=80), st.integers(0, 20_000))
def test_no_night_like_an_earlier_one_falls_short(history: list[int], tonight: int) -> None:
    """Whatever the history: a volume as large as the median of it is never too small, nor one without history."""
    if len(history) < LEAST_NIGHTS:
        assert judge_volume(tonight, history) is None
    else:
        assert lowest_usual(history) <= sorted(history)[len(history) // 2]
        assert judge_volume(max(*history, 1), history) is None


@pytest.mark.parametrize(
    ("history", "tonight", "is_short"),
    [
        ([100] * 5, 24, False),
        ([100] * 5, 23, False),
        ([100] * 5, 22, True),
        ([3] * 20, 0, False),  # an office so small that an empty night means nothing
        ([3, 2, 5] * 10 + [0, 0], 0, True),  # but three of them do, where there never was one
        ([0, 0, 0, 0, 0, 0, 900] * 6, 0, False),  # weekly, the day after
        ([0, 0, 0, 0, 0, 0, 900] * 6 + [0] * 13, 0, False),  # weekly, one delivery missing
        ([0, 0, 0, 0, 0, 0, 900] * 6 + [0] * 14, 0, True),  # weekly, two missing
        ([0, 0, 0, 0, 0, 0, 900] * 6, 100, True),  # weekly, a small part of a delivery
        ([0, 0, 0, 0, 0, 0, 900] * 6, 300, False),  # weekly, a small delivery
        ([0, 0, 0, 0, 0, 0, 900] * 4, 100, False),  # weekly, too few deliveries to tell
        ([0] * 30, 0, False),  # has never brought anything
    ],
)
def test_what_counts_as_too_little(history: list[int], tonight: int, is_short: bool) -> None:
    """A quarter of the usual, or a silence twice as long as any before."""
    assert (judge_volume(tonight, history) is not None) is is_short


def test_a_window_of_the_past_is_not_judged(con: duckdb.DuckDBPyConnection, settings: Settings, shelf: Shelf) -> None:
    """A backfill of an empty month is as it is, also within a night's run."""
    play(con, settings, shelf, range(5))
    shelf.per_day = 0
    query = Query(FIRST + dt.timedelta(days=9), window=Window(dt.date(2015, 1, 1), dt.date(2015, 2, 1)))
    run = ledger.new_run("nightly", query.as_of)
    ledger.start_run(con, run)
    result = ingest.ingest_source(con, settings, run, ShelfSource(shelf.url), query, cursor_key="backfill:x")
    assert result.status == "ok"
