"""Identity: the same changepoint keeps its id from night to night, and every turn of its life has a name.

Here belong matching, states and events of one look against what was known before. Which of them people hear of
belongs to `alerts.doctrine`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from filingwatch.changepoints.months import month_number

Mode = Literal["careful", "paper"]
State = Literal["detected", "confirmed", "withdrawn"]
Turn = Literal["detected", "confirmed", "moved", "withdrawn"]

CONFIRMED_AFTER_DAYS = 90
"""A changepoint that is still found so long after it was first announced is confirmed."""
EVENT_SLACK_MONTHS = 2
"""Changepoints whose date intervals come this near are one event."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A changepoint of one series on one night; months are first days. See `records.Changepoint` for the numbers."""

    series_id: str
    mode: Mode
    month: dt.date
    month_low: dt.date
    month_high: dt.date
    direction: Literal["up", "down"]
    rate_ratio: float
    rate_ratio_low: float
    rate_ratio_high: float
    growth_change: float | None
    probability: float


@dataclass(frozen=True, slots=True)
class Tracked:
    """A finding with its identity. `turns` are what happened to it tonight; empty when nothing did.

    `is_told` says that its event was told to people; `model_id` names the run that gave the numbers.
    """

    finding: Finding
    changepoint_id: str
    state: State
    first_announced_on: dt.date
    would_have_been_announced_on: dt.date | None
    is_news: bool
    event_id: str
    is_told: bool
    model_id: str
    turns: tuple[Turn, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Dating:
    """Whether a new changepoint is news, and since when it could have been known."""

    is_news: bool
    since: dt.date | None


def track(
    known: Sequence[Tracked],
    found: Sequence[Finding],
    on: dt.date,
    model_id: str,
    date_it: Callable[[Finding], Dating],
) -> list[Tracked]:
    """Tonight's state of every changepoint of one series and mode: matched, new, withdrawn or left as it was.

    Give it only series that were judged tonight: what is not found counts as withdrawn.
    """
    left = list(known)
    tracked = []
    for finding in found:
        before = _same_as(finding, left)
        if before is None:
            tracked.append(_announce(finding, on, model_id, date_it(finding)))
        else:
            left.remove(before)
            tracked.append(_continue(before, finding, on, model_id))
    return tracked + [_withdraw(before) for before in left]


def find_lost(known: Sequence[Tracked], found: Sequence[Finding]) -> list[Tracked]:
    """The living changepoints that none of tonight's findings continues."""
    left = list(known)
    for finding in found:
        before = _same_as(finding, left)
        if before is not None:
            left.remove(before)
    return [row for row in left if row.state != "withdrawn"]


def name_id(*parts: object) -> str:
    """A short id that depends on the parts alone."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:16]


def group_events(watch: str, tracked: Iterable[Tracked], on: dt.date) -> list[Tracked]:
    """The same changepoints, each new one with its event.

    Changepoints of one direction whose intervals nearly meet are one event; a new one joins an event that is already
    there. News never joins history, or it would never be told.
    """
    rows = list(tracked)
    settled = [row for row in rows if row.event_id]
    fresh = sorted((row for row in rows if not row.event_id), key=lambda row: (row.finding.month, row.changepoint_id))
    for row in fresh:
        event = next((other for other in settled if other.state != "withdrawn" and _is_one_event(row, other)), None)
        event_id = event.event_id if event else name_id(watch, "event", on, row.changepoint_id)
        told = event is not None and event.is_told
        settled.append(replace(row, event_id=event_id, is_told=told))
    return settled


def _same_as(finding: Finding, known: Sequence[Tracked]) -> Tracked | None:
    alike = [
        row
        for row in known
        if row.finding.direction == finding.direction
        and row.finding.month_low <= finding.month_high
        and row.finding.month_high >= finding.month_low
    ]
    # a living one before a withdrawn one, then the nearest
    return min(
        alike,
        key=lambda row: (row.state == "withdrawn", abs(_apart(row.finding.month, finding.month)), row.changepoint_id),
        default=None,
    )


def _announce(finding: Finding, on: dt.date, model_id: str, dating: Dating) -> Tracked:
    changepoint_id = name_id(finding.series_id, finding.mode, finding.direction, finding.month, on)
    return Tracked(
        finding, changepoint_id, "detected", on, dating.since, dating.is_news, "", False, model_id, ("detected",)
    )  # fmt: skip


def _continue(before: Tracked, finding: Finding, on: dt.date, model_id: str) -> Tracked:
    if before.state == "withdrawn":
        return replace(before, finding=finding, state="detected", model_id=model_id, turns=("detected",))
    turns: list[Turn] = []
    if not before.finding.month_low <= finding.month <= before.finding.month_high:
        turns.append("moved")
    state: State = before.state
    if state == "detected" and (on - before.first_announced_on).days >= CONFIRMED_AFTER_DAYS:
        turns.append("confirmed")
        state = "confirmed"
    return replace(before, finding=finding, state=state, model_id=model_id, turns=tuple(turns))


def _withdraw(before: Tracked) -> Tracked:
    if before.state == "withdrawn":
        return replace(before, turns=())
    return replace(before, state="withdrawn", turns=("withdrawn",))


def _is_one_event(one: Tracked, other: Tracked) -> bool:
    a, b = one.finding, other.finding
    return (
        a.direction == b.direction
        and one.is_news == other.is_news
        and _apart(a.month_low, b.month_high) <= EVENT_SLACK_MONTHS
        and _apart(b.month_low, a.month_high) <= EVENT_SLACK_MONTHS
    )


def _apart(later: dt.date, earlier: dt.date) -> int:
    return month_number(later) - month_number(earlier)
