"""Who hears of what: from what happened to changepoints tonight to the alerts of the night. Pure.

People hear once of each event that is news and large and sure enough, and hear when it moved or went away. History is
never sent. How an alert reads belongs to `render`; how it travels to `outbox`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from filingwatch.alerts import Alert
from filingwatch.alerts.render import describe_event
from filingwatch.changepoints.grouping import leader_of
from filingwatch.changepoints.tracking import Tracked, name_id
from filingwatch.watch import AlertRule

News = Literal["detected", "moved", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Member:
    """A changepoint with what a reader needs to know of its series. `newest` maps the newest months (2026-03) to the
    share of their filings that can have been published; `filings` is the size of the series."""

    tracked: Tracked
    label: str
    filings: int
    is_synthetic: bool
    newest: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Vintage:
    """What the night knew: its run and day, and the model that judged, with the threshold of announcing in `method`."""

    run_id: str
    as_of: str
    model_id: str
    method: Mapping[str, Any]


def judge_events(watch: str, members: Iterable[Member], rule: AlertRule, vintage: Vintage) -> list[Alert]:
    """At most one alert for each event, in the order of their ids; equal nights give equal alerts."""
    events: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        events[member.tracked.event_id].append(member)
    alerts = []
    for event_id, group in sorted(events.items()):
        news = judge_event(group, rule)
        if news is not None:
            alerts.append(_alert(watch, event_id, news, group, rule, vintage))
    return alerts


def judge_event(members: Sequence[Member], rule: AlertRule) -> News | None:
    """What is to be told of one event, or None.

    An event that was not large or sure enough when it was found is told when it becomes so. It is withdrawn when its
    last living member is, and told again when it returns; it moved when one of those it was told by did.
    """
    rows = [member.tracked for member in members]
    if not any(row.is_news for row in rows):
        return None
    turns = {turn for row in rows for turn in row.turns}
    alive = [row for row in rows if row.state != "withdrawn"]
    has_returned = bool(alive) and all("detected" in row.turns for row in alive)
    if has_returned or not any(row.is_told for row in rows):
        return "detected" if any(is_worth_telling(row, rule) for row in alive) else None
    if not alive:
        return "withdrawn" if "withdrawn" in turns else None
    moved = any("moved" in row.turns and is_worth_telling(row, rule) for row in alive)
    return "moved" if moved else None


def is_worth_telling(row: Tracked, rule: AlertRule) -> bool:
    """Whether one changepoint passes the watch's rule: large enough, upwards or downwards, and sure enough."""
    size = abs(math.log(row.finding.rate_ratio))
    return size >= math.log(rule.least_rate_ratio) and row.finding.probability >= rule.least_probability


def leading_member(members: Sequence[Member], rule: AlertRule) -> Member:
    """The member that speaks for an event: alive and passing the rule, then where the change is at least largest.

    Effects within the same power of two count as equal; then a series that the watch names speaks before a topic that
    a rule named, and the larger before the smaller.
    """
    return max(
        members,
        key=lambda member: (
            member.tracked.state != "withdrawn",
            is_worth_telling(member.tracked, rule),
            math.floor(_least_effect(member.tracked) / math.log(2)),
            "/topic=" not in member.tracked.finding.series_id,
            member.filings,
            member.tracked.changepoint_id,
        ),
    )


def _least_effect(row: Tracked) -> float:
    """The end of the interval of the log rate ratio that lies nearer to no change, away from none."""
    low, high = math.log(row.finding.rate_ratio_low), math.log(row.finding.rate_ratio_high)
    return low if row.finding.direction == "up" else -high


def _alert(
    watch: str, event_id: str, news: News, members: Sequence[Member], rule: AlertRule, vintage: Vintage
) -> Alert:
    lead = leading_member(members, rule)
    ordered = [lead, *sorted((m for m in members if m is not lead), key=lambda m: m.tracked.finding.series_id)]
    subject, body = describe_event(news, ordered, vintage)
    # an event is first told once; it may move, go and return more than once, and each is a message of its own
    is_first = not any(member.tracked.is_told for member in members)
    occasion = "" if is_first else vintage.as_of
    return Alert(
        alert_id=name_id(event_id, news, occasion),
        audience="monitor",
        watch=watch,
        event=news,
        subject=subject,
        body=body,
        evidence=_evidence(event_id, ordered, rule, vintage),
        is_synthetic=any(member.is_synthetic for member in members),
    )


def _evidence(event_id: str, members: Sequence[Member], rule: AlertRule, vintage: Vintage) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "run_id": vintage.run_id,
        "as_of": vintage.as_of,
        "model_id": vintage.model_id,
        "method": dict(vintage.method),
        "threshold": vintage.method.get("threshold"),
        "false_announcements_per_series_year": vintage.method.get("false_announcements_per_series_year"),
        "rule": rule.model_dump(mode="json"),
        "leader": leader_of([member.tracked for member in members]).changepoint_id,
        "members": [_evidence_of(member) for member in members],
    }


def _evidence_of(member: Member) -> dict[str, Any]:
    row, finding = member.tracked, member.tracked.finding
    return {
        "changepoint_id": row.changepoint_id,
        "series_id": finding.series_id,
        "label": member.label,
        "state": row.state,
        "direction": finding.direction,
        "month": finding.month.isoformat(),
        "month_interval": [finding.month_low.isoformat(), finding.month_high.isoformat()],
        "rate_ratio": finding.rate_ratio,
        "rate_ratio_interval": [finding.rate_ratio_low, finding.rate_ratio_high],
        "growth_change": finding.growth_change,
        "probability": finding.probability,
        "evidence": finding.evidence,
        "firm_evidence": finding.firm_evidence,
        "first_announced_on": row.first_announced_on.isoformat(),
        "filing_count": member.filings,
        "completeness": dict(member.newest),
    }
