"""Two ways of counting one series: what is the world's, what is the pipeline's."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from filingwatch.changepoints.apart import Seen, tell_apart
from filingwatch.changepoints.tracking import Finding


def shift(
    month: str, direction: str = "up", ratio: float = 2.0, *, low: str | None = None, high: str | None = None
) -> Finding:
    """A changepoint at a month (2014-06), certain to the month unless an interval is given."""
    at, first, last = (dt.date.fromisoformat(f"{day or month}-01") for day in (month, low, high))
    return Finding("s", "careful", at, first, last, direction, ratio, ratio * 0.8, ratio * 1.25, None, 0.99)


def kinds(new: Seen, old: Seen) -> list[str]:
    return [verdict.kind for verdict in tell_apart(new, old)]


def test_what_both_ways_show_is_of_the_world() -> None:
    """Months need not be the same, intervals have to meet; the numbers of both ways are kept."""
    new, old = shift("2014-06", low="2014-04", high="2014-07"), shift("2014-04", low="2014-02", high="2014-04")
    (verdict,) = tell_apart(Seen([new]), Seen([old]))
    assert (verdict.kind, verdict.new, verdict.old) == ("world", new, old)
    assert kinds(Seen([shift("2014-06")]), Seen([shift("2014-07")])) == ["pipeline", "hidden"]


def test_what_one_way_alone_shows_is_of_the_pipeline() -> None:
    """Only in the new way: made by it. Only in the old way: hidden by the new one. Directions are never mixed up."""
    assert kinds(Seen([shift("2014-06")]), Seen([])) == ["pipeline"]
    assert kinds(Seen([]), Seen([shift("2014-06")])) == ["hidden"]
    assert kinds(Seen([shift("2014-06", "up")]), Seen([shift("2014-06", "down", 0.5)])) == ["hidden", "pipeline"]
    assert tell_apart(Seen([]), Seen([])) == []


def test_a_faint_trace_in_the_other_way_is_enough() -> None:
    """What one way is sure of and the other shows below its bar is the world's; two faint ones are nothing."""
    assert kinds(Seen([shift("2014-06")]), Seen([], [shift("2014-06")])) == ["world"]
    assert kinds(Seen([], [shift("2014-06")]), Seen([shift("2014-06")])) == ["world"]
    assert kinds(Seen([], [shift("2014-06")]), Seen([], [shift("2014-06")])) == []


def test_a_shift_of_the_world_and_one_of_the_pipeline_are_told_apart() -> None:
    """Of two changepoints near each other only one has its twin in the old way, though its interval meets both."""
    world, pipeline = shift("2014-01", low="2013-11", high="2014-04"), shift("2014-04", low="2014-03", high="2014-05")
    old = shift("2014-01", low="2013-10", high="2014-05")
    found = tell_apart(Seen([world, pipeline]), Seen([old]))
    assert [(verdict.kind, verdict.new) for verdict in found] == [("world", world), ("pipeline", pipeline)]


def test_a_second_look_at_the_same_shift_lends_no_second_twin() -> None:
    """A look with a lower bar shows the sure ones again, perhaps a month off: they count once."""
    old = shift("2014-01", low="2013-10", high="2014-05")
    again = replace(old, month=dt.date(2014, 2, 1))
    new = [shift("2014-01"), shift("2014-04")]
    assert kinds(Seen(new), Seen([old], [again])) == ["world", "pipeline"]


def test_a_shift_that_the_pipeline_makes_larger_is_altered() -> None:
    """Found both ways, with sizes whose intervals do not meet: the shift is the world's, its size is not."""
    assert kinds(Seen([shift("2014-06", ratio=4.0)]), Seen([shift("2014-06", ratio=2.0)])) == ["altered"]
    assert kinds(Seen([shift("2014-06", ratio=2.4)]), Seen([shift("2014-06", ratio=2.0)])) == ["world"]
