"""Identity: the same changepoint keeps its id from night to night, and every turn of its life has a name.

Here belong matching and states of one look against what was known before. Which changepoints are one event belongs to
`grouping`, which of them people hear of to `alerts.doctrine`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from filingwatch.changepoints.months import month_number

Mode = Literal["careful", "paper"]
State = Literal["detected", "confirmed", "withdrawn"]
Turn = Literal["detected", "confirmed", "moved", "withdrawn"]

CONFIRMED_AFTER_DAYS = 90
"""A changepoint that is still found so long after it was first announced is confirmed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A changepoint of one series on one night; months are first days. See `records.Changepoint` for the numbers.

    Evidence is None for what was found before it was kept. The surcharge decides on the night of the look and is not
    kept.
    """

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
    evidence: float | None = None
    firm_evidence: float | None = None
    surcharge: float = 0.0


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
    is_sure: Callable[[Finding], bool],
) -> list[Tracked]:
    """Tonight's state of every changepoint of one series and mode: matched, new, withdrawn or left as it was.

    What is not known yet, or was withdrawn, has to be sure to be announced; what was announced stays while it is found
    at all, so that one at the edge does not come and go. Give it only series that were judged tonight: what is not
    found counts as withdrawn.
    """
    matched = _match(known, found)
    tracked = []
    for index, finding in enumerate(found):
        before = matched.get(index)
        if before is not None and before.state != "withdrawn":
            tracked.append(_continue(before, finding, on, model_id))
        elif is_sure(finding):
            tracked.append(
                _return(before, finding, model_id) if before else _announce(finding, on, model_id, date_it(finding))
            )
    continued = {row.changepoint_id for row in tracked}
    return tracked + [_withdraw(before) for before in known if before.changepoint_id not in continued]


def stand(known: Tracked, on: dt.date) -> Tracked:
    """A changepoint of a series that says the same as when it was looked at last: only time has gone by."""
    if known.state == "detected" and _is_due(known, on):
        return replace(known, state="confirmed", turns=("confirmed",))
    return replace(known, turns=())


def name_id(*parts: object) -> str:
    """A short id that depends on the parts alone."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:16]


def _match(known: Sequence[Tracked], found: Sequence[Finding]) -> dict[int, Tracked]:
    """Which finding (by its index) is which known changepoint: the same direction, and intervals that share a month.

    A living one before a withdrawn one, then the nearest; each is matched once.
    """
    pairs = sorted(
        (row.state == "withdrawn", abs(_apart(row.finding.month, finding.month)), row.changepoint_id, index, at)
        for index, finding in enumerate(found)
        for at, row in enumerate(known)
        if row.finding.direction == finding.direction
        and row.finding.month_low <= finding.month_high
        and row.finding.month_high >= finding.month_low
    )
    matched: dict[int, Tracked] = {}
    taken: set[int] = set()
    for *_, index, at in pairs:
        if index not in matched and at not in taken:
            matched[index] = known[at]
            taken.add(at)
    return matched


def _announce(finding: Finding, on: dt.date, model_id: str, dating: Dating) -> Tracked:
    changepoint_id = name_id(finding.series_id, finding.mode, finding.direction, finding.month, on)
    return Tracked(
        finding, changepoint_id, "detected", on, dating.since, dating.is_news, "", False, model_id, ("detected",)
    )  # fmt: skip


def _return(before: Tracked, finding: Finding, model_id: str) -> Tracked:
    return replace(before, finding=finding, state="detected", model_id=model_id, turns=("detected",))


def _continue(before: Tracked, finding: Finding, on: dt.date, model_id: str) -> Tracked:
    turns: list[Turn] = []
    if not before.finding.month_low <= finding.month <= before.finding.month_high:
        turns.append("moved")
    state: State = before.state
    if state == "detected" and _is_due(before, on):
        turns.append("confirmed")
        state = "confirmed"
    return replace(before, finding=finding, state=state, model_id=model_id, turns=tuple(turns))


def _withdraw(before: Tracked) -> Tracked:
    if before.state == "withdrawn":
        return replace(before, turns=())
    return replace(before, state="withdrawn", turns=("withdrawn",))


def _is_due(row: Tracked, on: dt.date) -> bool:
    return (on - row.first_announced_on).days >= CONFIRMED_AFTER_DAYS


def _apart(later: dt.date, earlier: dt.date) -> int:
    return month_number(later) - month_number(earlier)
