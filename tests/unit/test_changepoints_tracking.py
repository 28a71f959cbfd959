"""Identity over nights: matching, states, withdrawal and events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from filingwatch.changepoints.tracking import Dating, Finding, Tracked, find_lost, group_events, track

NIGHT = dt.date(2026, 11, 22)
NEWS = Dating(True, NIGHT)
HISTORY = Dating(False, dt.date(2020, 1, 31))


def finding(month: int = 6, *, low: int | None = None, high: int | None = None, **changed: object) -> Finding:
    """A doubling of one series, dated to a month of 2025 (1 to 12)."""
    plain = Finding(
        series_id="parks/all",
        mode="careful",
        month=dt.date(2025, month, 1),
        month_low=dt.date(2025, low or month, 1),
        month_high=dt.date(2025, high or month, 1),
        direction="up",
        rate_ratio=2.0,
        rate_ratio_low=1.6,
        rate_ratio_high=2.5,
        growth_change=0.0,
        probability=0.99,
    )
    return replace(plain, **changed)


def night_of(known: Sequence[Tracked], found: Sequence[Finding], on: dt.date, dating: Dating = NEWS) -> list[Tracked]:
    """One night of one series, with its events."""
    tracked = track(known, found, on, f"model of {on}", lambda _: dating)
    return group_events("parks", tracked, on)


def test_the_same_night_twice_changes_nothing() -> None:
    """Given its own answer as what was known, a night finds no turn and the same rows."""
    first = night_of([], [finding(), finding(2, direction="down")], NIGHT)
    again = night_of(first, [finding(), finding(2, direction="down")], NIGHT)
    assert [row.turns for row in again] == [(), ()]
    by_id = {row.changepoint_id: row for row in again}
    assert {row.changepoint_id: replace(row, turns=()) for row in first} == by_id


def test_an_id_stays_while_the_date_is_estimated_anew() -> None:
    """Within the interval nothing is said; beyond it the changepoint moved; the id is the same throughout."""
    (born,) = night_of([], [finding(6, low=5, high=8)], NIGHT)
    (within,) = night_of([born], [finding(7, low=5, high=9)], NIGHT + dt.timedelta(days=1))
    (beyond,) = night_of([within], [finding(10, low=8, high=11)], NIGHT + dt.timedelta(days=2))
    assert born.changepoint_id == within.changepoint_id == beyond.changepoint_id
    assert (born.turns, within.turns, beyond.turns) == (("detected",), (), ("moved",))
    assert beyond.finding.month == dt.date(2025, 10, 1) and beyond.first_announced_on == NIGHT
    assert beyond.event_id == born.event_id


def test_another_direction_or_a_far_date_is_another_changepoint() -> None:
    """What goes down is not what went up, and intervals that share no month are two."""
    (born,) = night_of([], [finding(6)], NIGHT)
    for other in (finding(6, direction="down", rate_ratio=0.5), finding(9)):
        tracked = night_of([born], [other], NIGHT + dt.timedelta(days=1))
        assert sorted(turn for row in tracked for turn in row.turns) == ["detected", "withdrawn"]
        assert len({row.changepoint_id for row in tracked}) == 2


def test_two_new_ones_of_a_night_have_two_ids() -> None:
    """Two changes of one series in one direction are told apart."""
    tracked = night_of([], [finding(2), finding(9)], NIGHT)
    assert len({row.changepoint_id for row in tracked}) == len({row.event_id for row in tracked}) == 2


def test_it_is_confirmed_after_three_months_and_once() -> None:
    """Still found 90 days later it is confirmed, and that is said once."""
    (born,) = night_of([], [finding()], NIGHT)
    states = []
    row = born
    for days in (89, 90, 91):
        (row,) = night_of([row], [finding()], NIGHT + dt.timedelta(days=days))
        states.append((row.state, row.turns))
    assert states == [("detected", ()), ("confirmed", ("confirmed",)), ("confirmed", ())]


def test_what_is_no_longer_found_is_withdrawn_once_and_may_return() -> None:
    """Withdrawal is said once; the same change found again is the same changepoint."""
    (born,) = night_of([], [finding()], NIGHT)
    (gone,) = night_of([born], [], NIGHT + dt.timedelta(days=1))
    (still_gone,) = night_of([gone], [], NIGHT + dt.timedelta(days=2))
    (back,) = night_of([still_gone], [finding()], NIGHT + dt.timedelta(days=3), HISTORY)
    assert (gone.state, gone.turns, still_gone.turns) == ("withdrawn", ("withdrawn",), ())
    assert (back.state, back.turns, back.changepoint_id) == ("detected", ("detected",), born.changepoint_id)
    assert back.is_news and back.first_announced_on == NIGHT


def test_lost_ones_are_the_living_that_nothing_continues() -> None:
    """A withdrawn one is not lost again."""
    one, other = night_of([], [finding(2), finding(9)], NIGHT)
    assert [row.changepoint_id for row in find_lost([one, other], [finding(2)])] == [other.changepoint_id]
    assert find_lost([replace(one, state="withdrawn")], []) == []


def test_changepoints_of_one_time_and_direction_are_one_event() -> None:
    """Intervals up to two months apart are one event; further apart, or the other way, they are not."""
    found = [finding(3, series_id="a"), finding(5, series_id="b"), finding(9, series_id="c")]
    found += [finding(3, series_id="d", direction="down")]
    rows = [row for one in found for row in track([], [one], NIGHT, "m", lambda _: NEWS)]
    events = {row.finding.series_id: row.event_id for row in group_events("parks", rows, NIGHT)}
    assert events["a"] == events["b"]
    assert len({events["a"], events["c"], events["d"]}) == 3


def test_a_later_series_joins_the_event_that_is_there() -> None:
    """A nested series that follows nights later belongs to the event that was told, and is told with it."""
    (first,) = night_of([], [finding(3, series_id="a")], NIGHT)
    first = replace(first, is_told=True, turns=())
    later = track([], [finding(4, series_id="b")], NIGHT + dt.timedelta(days=5), "m", lambda _: NEWS)
    joined = group_events("parks", [first, *later], NIGHT + dt.timedelta(days=5))
    assert {row.event_id for row in joined} == {first.event_id} and all(row.is_told for row in joined)


def test_news_never_joins_history() -> None:
    """A new change beside an old one of the back-file is an event of its own."""
    (old,) = night_of([], [finding(3, series_id="a")], NIGHT, HISTORY)
    later = track([], [finding(4, series_id="b")], NIGHT, "m", lambda _: NEWS)
    assert len({row.event_id for row in group_events("parks", [old, *later], NIGHT)}) == 2
