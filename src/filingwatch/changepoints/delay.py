"""The delay law: how much of a month can have been reported by now, and how well that is known.

The counts that it is learned from belong to `triangle`, what it says of a month's final count to `nowcast`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from filingwatch.changepoints.model import Array
from filingwatch.changepoints.months import elapsed_share, last_day, month_number
from filingwatch.changepoints.triangle import LONGEST_DELAY, STRETCH, Days, Reports, month_start, observed_until

__all__ = ["LONGEST_DELAY", "DelayLaw", "Reports", "learn_law", "month_start", "observed_until"]

WINDOW = 24
"""The law is learned from the reports of at least so many months: offices change their pace."""
LONGEST_WINDOW = 48
"""A series with few reports looks back further, by whole years, but no further than this."""
ENOUGH = 1500.0
"""With so many reports a window is long enough: chance is then smaller than what offices change in a year."""
STRENGTH = 50.0
"""A small group borrows from its parent as if it had seen so many of the parent's filings at every delay."""
UNKNOWN_ERROR = 0.5
"""Relative error of what nothing is known about."""
_MATURE = 0.8
_COMPLETE = 0.95
_REPLAYS = 14
_DOUBTED = 1.3
_SEEN = 30.0
_RARE = 1e-4


@dataclass(frozen=True, slots=True)
class DelayLaw:
    """Share of a month's filings that is reported by age, and the relative standard error of that share.

    `share[a]` holds when all reports of the a-th month after the filing month are in; it rises to 1, never 0.
    `error` never rises with age. What is wrong at one age is wrong at all younger ones: the covariance of the
    relative errors of two ages is the square of the older age's error.
    """

    share: Array
    error: Array

    def at(self, months: Days, day: dt.date) -> tuple[Array, Array]:
        """Share and its relative error for these filing months at the end of a day (0 for months to come).

        Within a month the share is taken to rise evenly; how far that can be wrong is part of the error.
        """
        age = month_number(day) - months
        part = elapsed_share(day)
        full = self._of(self.share, age - 1, before=0.0)
        rise = self._of(self.share, age, before=0.0) - full
        share = full + part * rise
        uneven = part * (1 - part) * rise / np.maximum(share, 1e-9)
        unknown = max(UNKNOWN_ERROR, float(self.error[0]))
        error = part * self._of(self.error, age, unknown) + (1 - part) * self._of(self.error, age - 1, unknown)
        return share, np.hypot(error, uneven)

    @staticmethod
    def _of(row: Array, age: Days, before: float) -> Array:
        return np.where(age < 0, before, row[np.clip(age, 0, LONGEST_DELAY)])


def learn_law(reports: Reports, until: dt.date, parent: DelayLaw | None = None) -> DelayLaw:
    """The delay law as it could be known at the end of a day, from the complete months of reports before it.

    The hazard of a delay is its share among all filings reported with that delay or a shorter one. It looks back
    from the report, so that neither growth nor a sudden rise of filings bends it. Without data a delay has its
    parent's hazard, without parent 0.

    The error has four parts. Chance: the sum of h / ((1 - h) n) over all later delays (Greenwood's formula looking
    backwards), times what reports scatter more than by chance. What the parent does not know, as far as it is
    borrowed from. What a short history cannot show. And how far past months missed the law of their time.
    """
    first, _ = reports.triangle
    end = month_number(until) + (until == last_day(month_number(until))) - first
    window = _window(reports, end)
    reported, at_risk = _within(reports, end, window)
    hazard, chance = _hazards(reported, at_risk, parent)
    share = _shares(hazard)
    scatter = _scatter(reports, hazard, end, window)
    variance = scatter * _later(chance) + _inherited(at_risk, parent)
    return DelayLaw(share, np.sqrt(variance + _instability(reports, share, scatter, end, window)))


def _window(reports: Reports, end: int) -> int:
    """The fewest whole years of report months before `end` that hold enough reports."""
    years = np.arange(WINDOW, LONGEST_WINDOW + 1, 12)
    so_far = reports.running_total
    at = np.clip(np.append(end, end - years), 0, len(so_far) - 1)
    inside = so_far[at[0]] - so_far[at[1:]]
    return int(years[min(int(np.searchsorted(inside, ENOUGH)), len(years) - 1)])


def _within(reports: Reports, end: int | Days, window: int) -> tuple[Array, Array]:
    """Reports and number at risk by delay in the `window` report months before each `end`."""
    reported, at_risk = reports.running
    high, low = (np.clip(edge, 0, len(reported) - 1) for edge in (end, np.subtract(end, window)))
    return reported[high] - reported[low], at_risk[high] - at_risk[low]


def _hazards(reported: Array, at_risk: Array, parent: DelayLaw | None = None) -> tuple[Array, Array]:
    """The reverse hazard of each delay, and the relative variance by chance that it adds to the share before it."""
    if parent is not None:
        inherited = 1 - np.append(0.0, parent.share[:-1]) / parent.share
        reported, at_risk = reported + STRENGTH * inherited, at_risk + STRENGTH
    # half a filing stands for what was not seen: no share is 0, none is known to be
    earlier = np.maximum(at_risk - reported, 0.5)
    at_risk = np.maximum(at_risk, earlier)
    return 1 - earlier / at_risk, 1 / earlier - 1 / at_risk


def _shares(hazard: Array) -> Array:
    logs = np.log1p(-hazard)
    return np.exp(_later(logs))


def _later(row: Array) -> Array:
    """Sums over all later delays."""
    sums = np.zeros_like(row)
    sums[..., :-1] = row[..., :0:-1].cumsum(axis=-1)[..., ::-1]
    return sums


def _inherited(at_risk: Array, parent: DelayLaw | None) -> Array:
    """What the parent does not know, as far as it is borrowed from; without parent, what no history could show.

    A history that is shorter than some years does not show how late reports can be.
    """
    if parent is not None:
        weight = STRENGTH / (at_risk + STRENGTH)
        steps = np.append(0.0, -np.diff(parent.error**2))
        return _later(weight**2 * steps) + parent.error[-1] ** 2 * weight[-1] ** 2
    seen = np.flatnonzero(at_risk >= _SEEN)
    longest = int(seen[-1]) if len(seen) else 0
    return np.full(LONGEST_DELAY + 1, (UNKNOWN_ERROR * np.exp(-max(longest - 24, 0) / 12)) ** 2)


def _scatter(reports: Reports, hazard: Array, end: int, window: int) -> float:
    """How much more the reports of single months scatter around the law than by chance: 1 or more."""
    rows = np.clip(np.arange(end - window, end + 1), 0, len(reports.running[0]) - 1)
    told = np.flatnonzero(hazard > _RARE)
    reported, at_risk = (np.diff(table[np.ix_(rows, told)], axis=0) for table in reports.running)
    due = hazard[told] * at_risk
    by_chance = (due * (1 - hazard[told])).sum()
    if by_chance < _SEEN:
        return 1.0
    return max(1.0, float(((reported - due) ** 2).sum() / by_chance) * window / (window - 1))


def _instability(reports: Reports, share: Array, scatter: float, end: int, window: int) -> Array:
    """Relative variance of the share, beyond chance, between a law and the months that came after it.

    The law of every sixth past month is held against what the half-year that reached an age from then on came to, as
    far as it is mature now. What is hardly more than its own chance error is not believed. Never rises with age.
    """
    variance = np.zeros_like(share)
    if len(reports.known) < STRETCH:
        return variance
    final = _final(reports.known, share, end)
    past = end - STRETCH * np.arange(1, _REPLAYS + 1)
    reported, at_risk = _within(reports, past, window)
    is_learned = at_risk[:, min(int(np.searchsorted(share, _COMPLETE)), LONGEST_DELAY)] >= _SEEN
    hazard, chance = _hazards(reported, at_risk)
    ages = np.arange(min(int(np.searchsorted(share, 1 - _RARE)), LONGEST_DELAY) + 1)
    first = past[:, None] - 1 - ages
    inside = (first >= 0) & (first < len(final)) & is_learned[:, None]
    first = np.where(inside, first, 0)
    law, doubt = _shares(hazard)[:, ages], scatter * _later(chance)[:, ages]
    due = np.where(inside, law * final[first], 0.0)
    seen = np.where(due > 0, reports.known_of_stretch[first, ages], 0.0)
    expected = due * (1 - law) + due**2 * doubt
    excess = ((seen - due) ** 2 - expected).sum(axis=0) - _DOUBTED * np.sqrt(2 * (expected**2).sum(axis=0))
    found = np.maximum(excess, 0) / np.maximum((due**2).sum(axis=0), 1e-9)
    variance[ages] = np.maximum.accumulate(found[::-1])[::-1]
    return variance


def _final(known: Array, share: Array, end: int) -> Array:
    """What each half-year of reference months came to in the end; 0 for those that are not mature yet."""
    row = np.arange(len(known))
    age = np.clip(end - 1 - row, -1, LONGEST_DELAY)
    is_mature = (age >= 0) & (share[age] >= _MATURE)
    final = np.where(is_mature, known[row, age] / share[age], 0.0)
    sums, whole = (np.append(0.0, row.cumsum()) for row in (final, is_mature.astype(float)))
    return np.where(whole[STRETCH:] - whole[:-STRETCH] == STRETCH, sums[STRETCH:] - sums[:-STRETCH], 0.0)
