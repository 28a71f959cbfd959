"""When to stop reading: the advice that a recall target is reached at a confidence, and how far off it is.

Here belongs the rule. Which documents are read next belongs to `queueing`, estimates on drawn documents to `quality`.

**The rule.** Documents are read likeliest first. Of those that were chosen by rank take the last k labels, of which x
are relevant; drawn ones, and those that came from elsewhere, say nothing of the ranking. The unread documents are
thinner in relevant ones than that stretch: at most `thinning` times as dense. So the unread count for `thinning` times
their number, the stretch is taken as a random sample of both together, and an exact (hypergeometric) test asks whether
as few as x would be seen if one more than the target allows were unread. Stop when for some k it says no, at one minus
the confidence. With `thinning` 1 this is the rule of Callaghan & Mueller-Hansen (2020, Systematic Reviews 9:273); the
remainder of a ranked list is thinner than its last stretch, which is why that rule reads on for long.

**What is promised.** No rule on ranked reading is safe by design: a group of relevant documents that resembles nothing
known lies at the end of every ranking. `thinning` was chosen on simulated screens so that at least 95 % of
them reach the target, and judged on screens of other sets (`tests/benchmarks/README.md`); looking at `look_points` is
part of that. Only the documents drawn at random promise by design, and with few of them little. They hold a veto: when
they show, at the same confidence, that more is missed than the target allows, the advice is to go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from filingwatch.relevance.quality import Stratum, draw_relevant

_STRETCHES = 60
_NOTHING_READ = "Too early to tell: nothing has been read yet."


@dataclass(frozen=True, slots=True)
class StopSettings:
    """`recall_target` at `confidence`. `thinning` was chosen on simulated screens at 0.95 and 0.95. A stretch is at
    least `least_stretch` labels long, and so many pass between two looks, or `look_share` of those read."""

    recall_target: float = 0.95
    confidence: float = 0.95
    thinning: float = 0.6
    least_stretch: int = 10
    look_share: float = 0.01
    seed: int = 2015


@dataclass(frozen=True, slots=True)
class Advice:
    """Whether to stop, and what is likely unread.

    `upper_missed` is the most relevant documents that the rule believes unread, `expected_missed` how many it expects;
    `recall_low` is what of all relevant ones is found if the most are missed. `audit_upper` is the most by the drawn
    documents alone, None where none were given. `more_labels_estimate` is 0 when it is time to stop.
    """

    stop: bool
    recall_low: float
    expected_missed: float
    upper_missed: int
    unread: int
    more_labels_estimate: int
    words: str
    audit_upper: float | None = None


def advise(
    labels: Sequence[bool] | np.ndarray,
    *,
    unread: int,
    is_ranked: Sequence[bool] | np.ndarray | None = None,
    strata: Sequence[Stratum] | None = None,
    settings: StopSettings | None = None,
) -> Advice:
    """The advice after these labels, which stand in the order in which they were given, the newest last.

    `is_ranked` marks those that were read because of their score (`queueing.RANKED`); all of them when not given.
    `unread` documents have no label. `strata` are those of `quality.cut_strata` over all documents; without them no
    drawn document can veto.
    """
    settings = settings or StopSettings()
    known = np.asarray(labels, dtype=bool)
    found, read, ranked = int(known.sum()), len(known), _take_ranked(known, is_ranked)
    if not unread:
        return Advice(True, 1.0, 0.0, 0, 0, 0, f"All {read:,} documents are read.", None if strata is None else 0.0)
    if not found:
        words = f"Too early to tell: none of {read:,} documents read is relevant yet." if read else _NOTHING_READ
        return Advice(False, 0.0, float(unread), unread, unread, unread, words)
    if not len(ranked):
        words = f"Too early to tell: none of {read:,} documents read was chosen by its rank."
        return Advice(False, found / (found + unread), float(unread), unread, unread, unread, words)
    lengths, hits = _cut_stretches(ranked, settings)
    is_reached = _is_reached(lengths, hits, found, unread, settings)
    upper, best = _find_upper(lengths, hits, unread, settings)
    rate = settings.thinning * (hits[best] + 0.5) / lengths[best]
    expected = float(min(rate * unread, upper))
    audit_upper, is_vetoed = _ask_drawn(strata, found, settings)
    stop = is_reached and not is_vetoed
    more = 0 if stop else _estimate_more(ranked, found, unread, rate, settings)
    words = _say(stop, is_vetoed, found, upper, unread, more, settings)
    return Advice(stop, found / (found + upper), expected, upper, unread, more, words, audit_upper)


def find_stop(
    labels: np.ndarray,
    ends: Sequence[int],
    *,
    is_ranked: Sequence[bool] | np.ndarray | None = None,
    settings: StopSettings | None = None,
) -> int:
    """After how many labels of a whole reading order the rule first says stop, looking after so many (`ends`)."""
    settings = settings or StopSettings()
    known = np.asarray(labels, dtype=bool)
    for end in ends:
        found = int(known[:end].sum())
        ranked = _take_ranked(known[:end], None if is_ranked is None else is_ranked[:end])
        if not found or not len(ranked) or end >= len(known):
            continue
        lengths, hits = _cut_stretches(ranked, settings)
        if _is_reached(lengths, hits, found, len(known) - end, settings):
            return int(end)
    return len(known)


def look_points(first: int, total: int, settings: StopSettings | None = None) -> list[int]:
    """After how many labels the rule is asked, from `first` on: often enough that no batch is read for nothing."""
    settings = settings or StopSettings()
    points, point = [], first
    while point < total:
        points.append(point)
        point += max(settings.least_stretch, int(settings.look_share * point))
    return points


def _take_ranked(known: np.ndarray, is_ranked: Sequence[bool] | np.ndarray | None) -> np.ndarray:
    return known if is_ranked is None else known[np.asarray(is_ranked, dtype=bool)]


def _may_miss(found: int, settings: StopSettings) -> int:
    """How many relevant documents may be unread when so many are found."""
    return int(np.floor(found * (1 - settings.recall_target) / settings.recall_target + 1e-9))


def _is_reached(lengths: np.ndarray, hits: np.ndarray, found: int, unread: int, settings: StopSettings) -> bool:
    return bool(
        np.any(_doubt(lengths, hits, _may_miss(found, settings) + 1, unread, settings) < 1 - settings.confidence)
    )


def _doubt(
    lengths: np.ndarray, hits: np.ndarray, left: int | np.ndarray, unread: int | np.ndarray, settings: StopSettings
) -> np.ndarray:
    """How likely each stretch would hold as few relevant ones if `left` were unread."""
    from scipy.stats import hypergeom

    weight = np.maximum(np.round(settings.thinning * np.asarray(unread)), 1)
    # more than are there to be left is not in doubt
    doubt = hypergeom.cdf(hits, lengths + weight, np.minimum(hits + left, lengths + weight), lengths)
    return np.where(np.asarray(left) > unread, 0.0, doubt)


def _find_upper(lengths: np.ndarray, hits: np.ndarray, unread: int, settings: StopSettings) -> tuple[int, int]:
    """The fewest left that no stretch leaves in doubt, less one; and the stretch that says so."""
    low, high = 0, unread
    while low < high:
        middle = (low + high) // 2
        if np.any(_doubt(lengths, hits, middle + 1, unread, settings) < 1 - settings.confidence):
            high = middle
        else:
            low = middle + 1
    return low, int(np.argmin(_doubt(lengths, hits, low + 1, unread, settings)))


def _cut_stretches(known: np.ndarray, settings: StopSettings) -> tuple[np.ndarray, np.ndarray]:
    """Lengths of stretches that end with the newest label, and how many relevant ones each holds."""
    least = min(settings.least_stretch, len(known))
    lengths = np.unique(np.geomspace(least, len(known), _STRETCHES).astype(np.int64))
    before = np.concatenate([[0], np.cumsum(known)])
    return lengths, before[-1] - before[len(known) - lengths]


def _ask_drawn(strata: Sequence[Stratum] | None, found: int, settings: StopSettings) -> tuple[float | None, bool]:
    """The most that is unread by the drawn documents, and whether they show that it is too much."""
    if strata is None:
        return None, False
    most = np.quantile(draw_relevant(strata, upper=True, seed=settings.seed).sum(axis=1), settings.confidence)
    least = np.quantile(draw_relevant(strata, upper=False, seed=settings.seed).sum(axis=1), 1 - settings.confidence)
    return float(most), bool(least > _may_miss(found, settings))


def _estimate_more(ranked: np.ndarray, found: int, unread: int, rate: float, settings: StopSettings) -> int:
    """How many more labels until the rule holds, if relevant ones come at `rate` now and thin out with the rank."""
    read = len(ranked)
    lengths, hits = _cut_stretches(ranked, settings)
    for step in np.unique(np.geomspace(1, unread, 60).astype(np.int64)).tolist():
        fresh = int(rate * read * np.log1p(step / read))
        longer, more = np.append(lengths, 0) + step, np.append(hits, 0) + min(fresh, step)
        if _is_reached(longer, more, found + fresh, unread - step, settings):
            return step
    return unread


def _say(stop: bool, is_vetoed: bool, found: int, upper: int, unread: int, more: int, settings: StopSettings) -> str:
    target = f"{settings.recall_target:.0%}"
    if stop:
        return (
            f"You can stop: {found:,} relevant found, at most {upper:,} likely left among {unread:,} unread "
            f"(recall {target} at confidence {settings.confidence:.0%})."
        )
    if is_vetoed:
        return f"Go on: documents drawn at random show that more than {1 - settings.recall_target:.0%} is still missed."
    return (
        f"Go on: up to {upper:,} relevant may be left among {unread:,} unread; about {more:,} more labels for {target}."
    )
