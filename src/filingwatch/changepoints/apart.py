"""The world or the pipeline: changepoints of one series that was counted in two ways.

The old way is the count as it would be had model, labels, watch and sources stayed as they were. What both ways show
happened in the world; what one way alone shows is the doing of the pipeline. How the old way is counted, and what
changed, belongs to `jobs.pipeline`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from filingwatch.changepoints.months import month_number
from filingwatch.changepoints.tracking import Finding

Kind = Literal["world", "pipeline", "hidden", "altered"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one way of counting shows: the changepoints that are `sure`, and `faint` ones that only a lower bar shows.

    The lower bar makes two ways that differ by little agree: only what the other way does not show at all is laid to
    the pipeline. A look with the lower bar shows the sure ones as well; they need not be taken out of `faint`.
    """

    sure: Sequence[Finding]
    faint: Sequence[Finding] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """One changepoint with what it is.

    `world`: both ways show it. `altered`: both do, and of sizes whose 95 % intervals do not meet, so that the pipeline
    has a share in it. `pipeline`: the new way alone. `hidden`: the old way alone.
    """

    kind: Kind
    new: Finding | None
    old: Finding | None


def tell_apart(new: Seen, old: Seen) -> list[Verdict]:
    """One verdict for every changepoint that either way is sure of, in the order of their months.

    The same changepoint means: the same direction, and intervals that share a month. Pairs are made one to one, sure
    ones before the others and near ones before far ones, so that a shift of the world and one of the pipeline a few
    months apart are never taken for each other's twin.
    """
    news, olds = _list_both(new), _list_both(old)
    pairs = _pair(news, olds)
    verdicts = []
    for place, (finding, is_sure) in enumerate(news):
        other = pairs.get(place)
        if is_sure or (other is not None and olds[other][1]):
            verdicts.append(_judge(finding, None if other is None else olds[other][0]))
    known = set(pairs.values())
    verdicts += [
        Verdict("hidden", None, finding)
        for place, (finding, is_sure) in enumerate(olds)
        if is_sure and place not in known
    ]
    return sorted(verdicts, key=_month_of)


def _list_both(seen: Seen) -> list[tuple[Finding, bool]]:
    """Every changepoint of one way once, with whether it is sure."""
    faint = list(seen.faint)
    for finding in seen.sure:
        same = [one for one in faint if _are_one(one, finding)]
        if same:
            faint.remove(min(same, key=lambda one: _apart(one, finding)))
    return [(finding, True) for finding in seen.sure] + [(finding, False) for finding in faint]


def _pair(news: Sequence[tuple[Finding, bool]], olds: Sequence[tuple[Finding, bool]]) -> dict[int, int]:
    """The place in `olds` of the twin of each place in `news` that has one."""
    candidates = sorted(
        ((not sure_a) + (not sure_b), _apart(a, b), place_a, place_b)
        for place_a, (a, sure_a) in enumerate(news)
        for place_b, (b, sure_b) in enumerate(olds)
        if _are_one(a, b)
    )
    pairs: dict[int, int] = {}
    for *_, place_a, place_b in candidates:
        if place_a not in pairs and place_b not in pairs.values():
            pairs[place_a] = place_b
    return pairs


def _judge(new: Finding, old: Finding | None) -> Verdict:
    if old is None:
        return Verdict("pipeline", new, None)
    is_altered = new.rate_ratio_low > old.rate_ratio_high or old.rate_ratio_low > new.rate_ratio_high
    return Verdict("altered" if is_altered else "world", new, old)


def _are_one(a: Finding, b: Finding) -> bool:
    return a.direction == b.direction and a.month_low <= b.month_high and b.month_low <= a.month_high


def _apart(a: Finding, b: Finding) -> int:
    return abs(month_number(a.month) - month_number(b.month))


def _month_of(verdict: Verdict) -> tuple[int, str]:
    finding = verdict.new or verdict.old
    return (month_number(finding.month) if finding else 0, verdict.kind)
