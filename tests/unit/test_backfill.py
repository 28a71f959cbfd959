"""Going back: windows of the calendar, each done once, whatever cuts it off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filingwatch import backfill, backfill_plan, ledger, warehouse
from filingwatch.backfill import Advance, Result, run_windows
from filingwatch.backfill_plan import choose_connectors, estimate, plan_windows, read_span
from filingwatch.errors import BadInput, Terminal
from filingwatch.lock import hold_night
from filingwatch.settings import Settings
from filingwatch.sources.base import Estimate, Query, Window
from tests.clocks import FakeClock
from tests.unit.shelf import SECRET, Shelf, ShelfSource, connector

TODAY = dt.date(2026, 11, 22)
SPAN = Window(dt.date(2015, 1, 1), dt.date(2015, 5, 1))
DAYS = 120


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf()
    with shelf.serving():
        yield shelf


def go(settings: Settings, shelf: Shelf, span: Window = SPAN, *, again: bool = False, **changed: Any) -> Result:
    """One command: the backfill of the shelf."""
    progress, clock = changed.pop("progress", lambda advance: None), changed.pop("with_clock", FakeClock())
    (result,) = run_windows(
        settings,
        span,
        [connector(shelf.url, clock=FakeClock(), **changed)],
        again=again,
        progress=progress,
        clock=clock,
    )
    return result


def ask(settings: Settings, sql: str) -> list[tuple]:
    with warehouse.writer(settings) as con:
        return con.sql(sql).fetchall()


def landed(settings: Settings) -> int:
    return ask(settings, "select count(*) from raw.publication")[0][0]


@given(
    st.dates(dt.date(1990, 1, 1), dt.date(2026, 1, 1)),
    st.integers(1, 1500),
    st.sampled_from([1, 3, 7, 14, 28, 31, 62, 90, 183, 366]),
)
def test_windows_cover_the_span_once_and_share_their_edges(start: dt.date, length: int, days: int) -> None:
    """No day is left out or asked for twice, and the edges inside do not depend on where the span begins."""
    span = Window(start, start + dt.timedelta(days=length))
    windows = plan_windows(span, days)
    assert windows[0].start == span.start and windows[-1].end == span.end
    assert all(one.end == next_one.start for one, next_one in pairwise(windows))
    assert max(window.days for window in windows) <= max(days, 31 * max(1, days // 28))
    later = plan_windows(Window(span.start, span.end + dt.timedelta(days=400)), days)
    assert {window.end for window in windows[:-1]} <= {window.end for window in later}


def test_windows_of_months_begin_with_months() -> None:
    """31 days are a month, 90 a quarter; a week begins on a Monday."""
    assert [f"{one.start:%m-%d}" for one in plan_windows(SPAN, 31)] == ["01-01", "02-01", "03-01", "04-01"]
    assert [f"{one.start:%m-%d}" for one in plan_windows(SPAN, 92)] == ["01-01", "04-01"]
    weeks = plan_windows(Window(dt.date(2026, 11, 1), dt.date(2026, 11, 22)), 7)
    assert [one.start.weekday() for one in weeks] == [6, 0, 0, 0]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2015-13-01", "2016-01-01", "write days as"),
        ("last year", "2016-01-01", "write days as"),
        ("2016-01-01", "2016-01-01", "must lie before"),
        ("2016-01-02", "2016-01-01", "must lie before"),
        ("2016-01-02", "2026-11-24", "in the future"),
    ],
)
def test_a_span_that_makes_no_sense_is_bad_input(first: str, last: str, words: str) -> None:
    """It is refused before anybody is asked anything."""
    with pytest.raises(BadInput, match=words):
        read_span(first, last, TODAY)
    assert read_span("2026-11-01", "2026-11-23", TODAY).last == TODAY


def test_only_configured_sources_can_be_asked(settings: Settings) -> None:
    """The message names what the source needs; a wrong name is met with the right ones."""
    there, not_there = connector("http://x"), connector("http://x", key=None, secret=None)
    assert choose_connectors(settings, [], [there]) == [there]
    assert choose_connectors(settings, ["shelf"], [there]) == [there]
    for names in ([], ["shelf"]):
        with pytest.raises(BadInput, match="SHELF_KEY"):
            choose_connectors(settings, names, [not_there])
    with pytest.raises(BadInput, match="use one of: shelf"):
        choose_connectors(settings, ["cupboard"], [there])


def test_done_windows_are_not_asked_again(settings: Settings, shelf: Shelf) -> None:
    """Everything lands; the same command asks nobody; a longer span asks for what is new in it; `again` for all."""
    first = go(settings, shelf)
    assert (first.status, first.done, first.windows, first.landed.new) == ("ok", 4, 4, DAYS)
    asked = len(shelf.asks)
    second = go(settings, shelf)
    assert (second.status, second.done, second.landed.records, len(shelf.asks)) == ("ok", 4, 0, asked)
    longer = go(settings, shelf, Window(SPAN.start, dt.date(2015, 6, 1)))
    assert (longer.done, longer.landed.new) == (5, 31)
    inside = go(settings, shelf, Window(dt.date(2015, 2, 10), dt.date(2015, 2, 20)))
    assert (inside.done, inside.landed.records) == (1, 0)
    again = go(settings, shelf, again=True)
    assert (again.done, again.landed.new, again.landed.unchanged) == (4, 0, DAYS)


def test_a_spent_allowance_stops_it_and_the_same_command_goes_on(settings: Settings, shelf: Shelf) -> None:
    """Cleanly, in the middle of a window, with the office's words; nothing is lost and no page is asked for twice."""
    shelf.quota = 6
    first = go(settings, shelf)
    assert (first.status, first.done, first.landed.new) == ("stopped", 1, 51)
    assert "next Monday" in (first.message or "")
    shelf.quota = 99
    second = go(settings, shelf)
    assert (second.status, second.done, second.landed.new, second.landed.unchanged) == ("ok", 4, DAYS - 51, 0)
    assert landed(settings) == DAYS
    assert ask(settings, "select distinct status from ops.run where flow = 'backfill'") == [("succeeded",)]
    assert ask(settings, "select count(*) from ops.alert") == [(0,)]


@pytest.mark.parametrize("pages", (1, 5, 13))
def test_killed_anywhere_it_goes_on_there(settings: Settings, shelf: Shelf, pages: int) -> None:
    """After any page: the next run asks for the rest of the window, and at the end each record is there once."""

    class Killed(BaseException):
        pass

    told = 0

    def kill(advance: Advance) -> None:
        nonlocal told
        told += 1
        if told == pages:
            raise Killed

    with pytest.raises(Killed):
        go(settings, shelf, progress=kill)
    result = go(settings, shelf)
    assert (result.status, result.done) == ("ok", 4)
    assert landed(settings) == DAYS
    assert ask(settings, "select count(*) from raw.sighting where outcome = 'unchanged'") == [(0,)]


def test_a_night_may_come_between(settings: Settings, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in the middle of a long window: once its time is up the lock is free for a moment, what a night does then
    is not in the way, and the window goes on behind its last page."""
    monkeypatch.setattr(backfill, "SESSION_SECONDS", 0.0)
    shelf.per_day, held = 4, []

    class Between(FakeClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            with hold_night(settings, ledger.new_run("nightly", TODAY)):
                held.append((seconds, landed(settings)))

    result = go(settings, shelf, Window(SPAN.start, dt.date(2015, 1, 11)), with_clock=Between())
    assert (result.status, result.done, result.windows) == ("ok", 1, 1)
    assert (result.landed.new, result.landed.unchanged) == (40, 0)
    assert held == [(backfill.PAUSE_SECONDS, count) for count in (10, 20, 30, 40)]
    assert ask(settings, "select count(*) from ops.run where flow = 'backfill' and status = 'succeeded'") == [(5,)]


def test_damage_before_a_night_that_came_between_is_not_forgotten(
    settings: Settings, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each session sees its own pages; the window is judged by all of them."""
    monkeypatch.setattr(backfill, "SESSION_SECONDS", 0.0)
    shelf.per_day = 2
    result = go(settings, shelf, SHORT, progress=spoil_page(shelf, 1, {"damaged": 1}))
    assert (result.status, result.done) == ("degraded", 0)


def test_a_window_that_came_damaged_is_left_for_the_next_time(settings: Settings, shelf: Shelf) -> None:
    """The others go on; the same command asks for it anew, from its beginning."""
    count = 0

    def spoil(advance: Advance) -> None:
        nonlocal count
        count += 1
        shelf.notes = {"damaged": 1} if count == 5 else {}

    first = go(settings, shelf, progress=spoil)
    assert (first.status, first.done, first.landed.new) == ("degraded", 3, DAYS)
    second = go(settings, shelf)
    assert (second.status, second.done, second.landed.unchanged) == ("ok", 4, 28)


class Killed(BaseException):
    """The process is gone."""


def spoil_page(shelf: Shelf, number: int, notes: dict[str, Any], kill: int = 0) -> Callable[[Advance], None]:
    """Progress that lets the page of this number (from 1, over all windows) carry the notes, and may kill."""
    pages = 0

    def spoil(advance: Advance) -> None:
        nonlocal pages
        if advance.landed.pages > pages:
            pages = advance.landed.pages
            shelf.notes = notes if pages == number - 1 else {}
            if pages == kill:
                raise Killed

    shelf.notes = notes if number == 1 else {}
    return spoil


SHORT = Window(dt.date(2015, 1, 1), dt.date(2015, 1, 11))


def test_a_window_of_which_most_was_damaged_is_asked_for_again(settings: Settings, shelf: Shelf) -> None:
    """Failed as it was, with its cursor at the end, the next run begins it anew instead of finding nothing new."""
    shelf.notes = {"damaged": 1}
    first = go(settings, shelf, SHORT)
    assert (first.status, first.done) == ("failed", 0) and "damaged" in (first.message or "")
    shelf.notes = {}
    second = go(settings, shelf, SHORT)
    assert (second.status, second.done, second.landed.unchanged) == ("ok", 1, 10)


@pytest.mark.parametrize("cut", ["quota", "kill"])
def test_damage_is_not_forgotten_when_the_window_is_cut(settings: Settings, shelf: Shelf, cut: str) -> None:
    """A page damaged before a stop leaves the window open after the rest of it came well."""
    month = Window(SPAN.start, dt.date(2015, 2, 1))
    progress = spoil_page(shelf, 1, {"damaged": 1}, kill=2 if cut == "kill" else 0)
    if cut == "kill":
        with pytest.raises(Killed):
            go(settings, shelf, month, progress=progress)
    else:
        shelf.quota = 2
        assert go(settings, shelf, month, progress=progress).status == "stopped"
        shelf.quota = 99
    rest = go(settings, shelf, month)
    assert (rest.status, rest.done, rest.landed.new) == ("degraded", 0, 11)
    again = go(settings, shelf, month)
    assert (again.status, again.done, again.landed.unchanged) == ("ok", 1, 31)


def test_what_an_office_never_shows_is_no_damage(settings: Settings, shelf: Shelf) -> None:
    """A search cut at a fixed cap would be cut again: the window is done, and it is said what it lacks."""
    shelf.notes = {"truncated": "11 of 12 are shown"}
    first = go(settings, shelf, SHORT)
    assert (first.status, first.done) == ("ok", 1)
    assert "2015-01-01/2015-01-11: 11 of 12 are shown" in first.figures()["message"]
    ((row,),) = ask(settings, "select value ->> 'remark' from ops.cursor where key like 'backfill-done:%'")
    assert row == "11 of 12 are shown"
    shelf.notes = {"truncated": "cut", "damaged": 1}
    assert go(settings, shelf, Window(SHORT.end, dt.date(2015, 1, 21))).status == "failed"


def test_asked_again_and_cut_off_it_goes_on(settings: Settings, shelf: Shelf) -> None:
    """What was done since it was asked for again counts; once all is done, the next time begins anew."""
    go(settings, shelf)
    with pytest.raises(Killed):
        go(settings, shelf, again=True, progress=spoil_page(shelf, 0, {}, kill=9))
    (plan,) = estimate(settings, SPAN, [connector(shelf.url)], again=True)
    assert (plan.done, plan.windows) == (2, 4)
    rest = go(settings, shelf, again=True)
    assert (rest.status, rest.done, rest.landed.records) == ("ok", 4, 41)
    (plan,) = estimate(settings, SPAN, [connector(shelf.url)], again=True)
    assert plan.done == 0
    assert go(settings, shelf, again=True).landed.records == DAYS


def test_asked_again_every_source_goes_on(settings: Settings, shelf: Shelf) -> None:
    """A source that has come to its end is not asked anew because another was cut off."""
    other = replace(connector(shelf.url, clock=FakeClock(), name="attic"), name="attic")
    both = [connector(shelf.url, clock=FakeClock()), other]
    shelf.quota = 0
    month = Window(SHORT.start, dt.date(2015, 2, 1))
    first = run_windows(settings, month, both, again=True, clock=FakeClock())
    assert [result.status for result in first] == ["stopped", "stopped"]
    shelf.quota = 4
    second = run_windows(settings, month, both, again=True, clock=FakeClock())
    assert [result.status for result in second] == ["ok", "stopped"]
    shelf.quota = 99
    third = run_windows(settings, month, both, again=True, clock=FakeClock())
    assert [(result.status, result.landed.records) for result in third] == [("ok", 0), ("ok", 31)]
    fourth = run_windows(settings, month, both, again=True, clock=FakeClock())
    assert [result.landed.records for result in fourth] == [31, 31]


def test_days_inside_a_done_window_can_be_asked_again(settings: Settings, shelf: Shelf) -> None:
    """The month that covers them does not stand in the way, neither in the plan nor in the work."""
    go(settings, shelf)
    days = Window(dt.date(2015, 1, 10), dt.date(2015, 1, 20))
    (plan,) = estimate(settings, days, [connector(shelf.url)], again=True)
    assert (plan.done, plan.windows) == (0, 1)
    assert go(settings, shelf, days, again=True).landed.unchanged == 10


def test_an_again_of_which_the_rest_was_done_otherwise_begins_anew(settings: Settings, shelf: Shelf) -> None:
    """A mark that nothing is left of does not say "nothing is left to do" for ever."""
    with pytest.raises(Killed):
        go(settings, shelf, again=True, progress=spoil_page(shelf, 0, {}, kill=9))
    for window in plan_windows(SPAN, 31):
        go(settings, shelf, window)
    (plan,) = estimate(settings, SPAN, [connector(shelf.url)], again=True)
    assert (plan.done, plan.windows) == (0, 4)


def test_a_plan_shows_no_secret(settings: Settings, shelf: Shelf) -> None:
    """An error that repeats a credential is shown without it."""

    def refuse(self: ShelfSource, query: Query) -> Estimate:
        raise Terminal(f"{SECRET} is refused. Ask the shelf.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ShelfSource, "estimate", refuse)
        (plan,) = estimate(settings, SPAN, [connector(shelf.url)])
        (result,) = run_windows(settings, SPAN, [connector(shelf.url, backfill_days=0)], clock=FakeClock())
    for words in (plan.problem, result.message):
        assert words and "is refused" in words and SECRET not in words


def test_a_source_that_fails_stops_no_other(settings: Settings, shelf: Shelf) -> None:
    """Its message is in its result; nothing says that the source of the nights is stale."""
    broken = connector(shelf.url, secret=None)
    results = run_windows(settings, SPAN, [broken, connector(shelf.url, clock=FakeClock())], clock=FakeClock())
    assert [result.status for result in results] == ["failed", "ok"]
    assert "SHELF_SECRET" in (results[0].message or "")
    assert ask(settings, "from ops.source_state") == []


def test_it_says_what_it_would_cost(settings: Settings, shelf: Shelf) -> None:
    """Windows left, records, requests, bytes, time at the office's pace and the share of the week, scaled up from a
    few windows; the calls made for it are in the ledger."""
    (plan,) = estimate(settings, Window(dt.date(2015, 1, 1), dt.date(2016, 1, 1)), [connector(shelf.url)])
    assert (plan.windows, plan.done, plan.problem) == (12, 0, None)
    cost = plan.estimate
    assert cost is not None and cost.note == "from 6 of 12 windows"
    assert cost.records == pytest.approx(365, rel=0.03) and cost.requests == pytest.approx(48, rel=0.1)
    assert plan.seconds == cost.requests * 1.0
    assert plan.week_share == pytest.approx(cost.bytes / 1_000_000)
    assert ask(settings, "select count(*) from ops.outcome where kind = 'request'") == [(6,)]
    go(settings, shelf)
    (rest,) = estimate(settings, SPAN, [connector(shelf.url)])
    assert (rest.windows, rest.done, rest.estimate and rest.estimate.records) == (4, 4, 0)


def test_a_source_without_a_past_says_what_to_do_instead(settings: Settings, shelf: Shelf) -> None:
    """Alone and beside others it is named in the plan."""
    pastless = connector(shelf.url, backfill_days=0)
    plans = estimate(settings, SPAN, [pastless, connector(shelf.url)])
    assert "yearly catalogue" in (plans[0].problem or "") and plans[1].problem is None
    assert go(settings, shelf, backfill_days=0).status == "failed"


def test_another_question_begins_anew(settings: Settings, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done for other terms says nothing about these."""
    go(settings, shelf)
    ask_all = backfill_plan.ask_all

    def ask_more(settings: Settings, run: ledger.Run, con: duckdb.DuckDBPyConnection) -> Any:
        return replace(ask_all(settings, run, con), terms=("another",))

    monkeypatch.setattr(backfill, "ask_all", ask_more)
    assert go(settings, shelf).landed.unchanged == DAYS
