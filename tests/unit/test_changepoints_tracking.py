"""Identity over nights: matching, states, the two thresholds, and withdrawal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from filingwatch.changepoints.grouping import group_events
from filingwatch.changepoints.tracking import Dating, Finding, Tracked, stand, track

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
        evidence=20.0,
        firm_evidence=10.0,
    )
    return replace(plain, **changed)


def is_sure(found: Finding) -> bool:
    """The bar of these tests: evidence of 12."""
    return found.evidence >= 12


def night_of(known: Sequence[Tracked], found: Sequence[Finding], on: dt.date, dating: Dating = NEWS) -> list[Tracked]:
    """One night of one series, with its events."""
    tracked = track(known, found, on, f"model of {on}", lambda _: dating, is_sure)
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


def test_a_new_one_needs_the_evidence_to_be_announced() -> None:
    """What is found but not sure enough leaves no trace; on the night on which it is, it is new."""
    assert night_of([], [finding(evidence=11.9)], NIGHT) == []
    (born,) = night_of([], [finding(evidence=12.0)], NIGHT + dt.timedelta(days=1))
    assert born.turns == ("detected",) and born.first_announced_on == NIGHT + dt.timedelta(days=1)


def test_a_known_one_stays_while_it_is_found_at_all() -> None:
    """Announced, it continues with less evidence than a new one needs; gone, it needs all of it to return."""
    (born,) = night_of([], [finding()], NIGHT)
    (weak,) = night_of([born], [finding(evidence=9.5)], NIGHT + dt.timedelta(days=1))
    (gone,) = night_of([weak], [], NIGHT + dt.timedelta(days=2))
    (still,) = night_of([gone], [finding(evidence=9.5)], NIGHT + dt.timedelta(days=3))
    (back,) = night_of([still], [finding(evidence=12.5)], NIGHT + dt.timedelta(days=4))
    assert [row.turns for row in (weak, gone, still, back)] == [(), ("withdrawn",), (), ("detected",)]
    assert weak.finding.evidence == 9.5 and still.finding.evidence == 9.5 and still.state == "withdrawn"
    assert len({row.changepoint_id for row in (born, weak, gone, still, back)}) == 1


def test_the_nearest_pairs_are_matched_whatever_the_order() -> None:
    """Of two findings that could be the known one the nearer is; the other is new and steals no identity."""
    (born,) = night_of([], [finding(6, low=4, high=8)], NIGHT)
    for found in ([finding(3, low=2, high=5), finding(6)], [finding(6), finding(3, low=2, high=5)]):
        tracked = night_of([born], found, NIGHT + dt.timedelta(days=1))
        ids = {row.finding.month.month: row.changepoint_id for row in tracked}
        assert ids[6] == born.changepoint_id != ids[3] and len(tracked) == 2


def test_time_alone_confirms_and_does_nothing_else() -> None:
    """A series that says the same needs no look to grow older."""
    (born,) = night_of([], [finding()], NIGHT)
    days = [NIGHT + dt.timedelta(days=number) for number in (1, 89, 90)]
    assert [stand(born, day).turns for day in days] == [(), (), ("confirmed",)]
    looked = night_of([born], [finding()], days[2])
    assert [replace(stand(born, days[2]), model_id=looked[0].model_id)] == looked
    gone = replace(born, state="withdrawn")
    assert stand(gone, days[2]) == replace(gone, turns=())
