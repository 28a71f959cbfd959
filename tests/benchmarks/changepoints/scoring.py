"""When an announcement is right, and how certain a rate is: the definitions behind every sequential figure.

Months are counted from the start of the world. How worlds are made belongs to `worlds`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import chi2

from filingwatch.changepoints import Changepoint, Look
from filingwatch.changepoints.monitoring import is_announced
from filingwatch.changepoints.months import month_number
from tests.benchmarks.changepoints.worlds import START, Truth

TOLERANCE = 6
"""A date this many months from the true one is right, also where its interval does not hold the true one."""


class Announced(NamedTuple):
    """A changepoint that a look announced first: at the end of month `look`, dated to `index` within `low` to `high`
    (both included)."""

    look: int
    index: int
    low: int
    high: int
    direction: str

    def touches(self, month: int) -> bool:
        """Whether its date interval, or its date give or take the tolerance, holds a month."""
        return self.low <= month <= self.high or abs(self.index - month) <= TOLERANCE

    def is_same(self, other: Announced) -> bool:
        """Whether two looks speak of one change."""
        return self.direction == other.direction and self.low <= other.high and self.high >= other.low

    def fits(self, truth: Truth) -> bool:
        """Right: the direction of a true change, a date that touches it, and no look from before it."""
        return self.direction == truth.direction and self.look >= truth.index and self.touches(truth.index)


class Judged(NamedTuple):
    """The announcements of one series against its truth. `waits` has, for each true change, the months from its first
    day to the look that announced it (announced at the end of its own month: 1; never: infinity)."""

    waits: tuple[float, ...]
    true: int
    false: int


def list_announced(looks: Iterable[Look]) -> list[Announced]:
    """Everything that the looks of a replay announced, at the threshold of a single series."""
    return [_announced(look, one) for look in looks for one in look.announced]


def announce(looks: Iterable[Look], threshold: float) -> list[Announced]:
    """What the same looks announce at another threshold: each change once, known again by its direction and by date
    intervals that meet."""
    told: list[Announced] = []
    for look in looks:
        sure = [_announced(look, one) for one in look.detection.changepoints if is_announced(one, threshold)]
        told += [one for one in sure if not any(one.is_same(before) for before in told)]
    return told


def _announced(look: Look, one: Changepoint) -> Announced:
    first = month_number(START)
    shift = month_number(look.start) - first
    low, high = one.interval
    return Announced(month_number(look.as_of) - first, one.index + shift, low + shift, high + shift, one.direction)


def judge(announced: Sequence[Announced], truths: Sequence[Truth]) -> Judged:
    """Each announcement is true or false; one that repeats a change that was announced before is true."""
    waits = tuple(
        min((one.look - truth.index + 1.0 for one in announced if one.fits(truth)), default=math.inf)
        for truth in truths
    )
    true = sum(any(one.fits(truth) for truth in truths) for one in announced)
    return Judged(waits, true, len(announced) - true)


def upper_limit(count: int, years: float) -> float:
    """Exact one-sided 95 % upper limit of a Poisson rate, for so many events in so many years."""
    return float(chi2.ppf(0.95, 2 * count + 2) / 2 / years)


def median(waits: Sequence[float]) -> float:
    """Median of waits, where never is infinitely long; the upper one of the middle two."""
    return float(np.sort(waits)[len(waits) // 2]) if len(waits) else math.nan


def share_within(waits: Sequence[float], months: float) -> float:
    """Share of waits of at most so many months."""
    return float(np.mean(np.asarray(waits) <= months)) if len(waits) else math.nan
