"""Events: changepoints of several series that are one thing are told as one. Pure.

A cell of a watch and its sub-cells count the same filings, and one cause moves many cells at once. What belongs here is
which changepoints are one event; identity over nights belongs to `tracking`, who hears of it to `alerts.doctrine`.

The law of an event: one direction; news or history, never both; real or invented filings, never both; at most one
living changepoint of each series. An event keeps its id, and no two events are ever made one, since people know them
by their ids.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from filingwatch.changepoints.months import month_number
from filingwatch.changepoints.tracking import Tracked, name_id

SLACK_MONTHS = 2
"""Changepoints whose date intervals come this near are one event, whatever their series count."""
NESTED_SLACK_MONTHS = 6
"""So are those of a cell and its sub-cells when they come this near: the smaller one is dated by fewer filings."""
_SYNTHETIC = "synthetic"


def group_events(watch: str, tracked: Iterable[Tracked], on: dt.date) -> list[Tracked]:
    """The same changepoints, each new one with its event, in the order in which they were given.

    New ones are taken upstream first, so that a pool opens the event that its sub-cells then join. A changepoint joins
    the event whose leader is near, or in which it is nested with a living member that is near; of several, one in which
    it is nested, then the one whose leader is nearest. So no chain of neighbours can make one event of two years.
    The answer does not depend on the order of the rows.
    """
    rows = list(tracked)
    events: dict[str, list[Tracked]] = defaultdict(list)
    for row in rows:
        if row.event_id:
            events[row.event_id].append(row)
    joined: dict[str, Tracked] = {}
    for row in sorted((row for row in rows if not row.event_id), key=_upstream_first):
        event_id = _event_of(row, events) or name_id(watch, "event", on, row.changepoint_id)
        is_told = any(member.is_told for member in events[event_id])
        joined[row.changepoint_id] = replace(row, event_id=event_id, is_told=is_told)
        events[event_id].append(joined[row.changepoint_id])
    return [joined.get(row.changepoint_id, row) for row in rows]


def leader_of(members: Sequence[Tracked]) -> Tracked:
    """The member that stands for an event: alive, then of the most comprehensive series, then dated most precisely."""
    return min(members, key=lambda row: (row.state == "withdrawn", *_upstream_first(row)))


def cell_of(series_id: str) -> dict[str, frozenset[str]]:
    """What a series is restricted to, such as {"office": {"CN"}}; nothing for all filings of a watch."""
    parts = [part.partition("=") for part in series_id.split("/")[1:]]
    return {dimension: frozenset(values.split("+")) for dimension, equals, values in parts if equals}


def are_nested(one: str, other: str) -> bool:
    """Whether every filing of one series counts in the other as well, by their ids."""
    a, b = cell_of(one), cell_of(other)
    return _realm(one) == _realm(other) and (_holds(a, b) or _holds(b, a))


def _holds(outer: dict[str, frozenset[str]], inner: dict[str, frozenset[str]]) -> bool:
    return all(dimension in inner and inner[dimension] <= values for dimension, values in outer.items())


def _upstream_first(row: Tracked) -> tuple[int, int, float, dt.date, str]:
    """Comprehensive series before their parts, then what is dated precisely before what is vague, then by evidence."""
    found = row.finding
    width = month_number(found.month_high) - month_number(found.month_low)
    return len(cell_of(found.series_id)), width, -(found.evidence or 0.0), found.month, row.changepoint_id


def _event_of(row: Tracked, events: dict[str, list[Tracked]]) -> str | None:
    """The event that a new changepoint joins, or None."""
    options = []
    for event_id, members in events.items():
        alive = [member for member in members if member.state != "withdrawn"]
        if not alive or not all(_may_share(row, member) for member in alive):
            continue
        is_nested = any(_is_nested_near(row, member) for member in alive)
        leader = leader_of(alive)
        if is_nested or _gap(row, leader) <= SLACK_MONTHS:
            distance = abs(month_number(row.finding.month) - month_number(leader.finding.month))
            options.append((not is_nested, distance, event_id))
    return min(options)[2] if options else None


def _may_share(row: Tracked, member: Tracked) -> bool:
    a, b = row.finding, member.finding
    return (
        a.direction == b.direction
        and row.is_news == member.is_news
        and a.series_id != b.series_id
        and _realm(a.series_id) == _realm(b.series_id)
    )


def _is_nested_near(row: Tracked, member: Tracked) -> bool:
    return are_nested(row.finding.series_id, member.finding.series_id) and _gap(row, member) <= NESTED_SLACK_MONTHS


def _gap(one: Tracked, other: Tracked) -> int:
    """Months from the interval of one to that of the other; 0 or less when they share a month."""
    a, b = one.finding, other.finding
    return max(
        month_number(a.month_low) - month_number(b.month_high), month_number(b.month_low) - month_number(a.month_high)
    )


def _realm(series_id: str) -> tuple[str, bool]:
    parts = series_id.split("/")
    return parts[0], parts[-1] == _SYNTHETIC
