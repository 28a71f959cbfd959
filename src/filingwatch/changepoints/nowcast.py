"""Nowcast: what a month will come to when all its reports are in, with how well that is known.

A month has a prior level, from the other months of the series, and what was reported of it. Given both, what is
still missing is negative binomial. How far the prior can be trusted, and how wide intervals must be, is read off
replayed nowcasts of the series' own past. The delay law belongs to `delay`, scores to `scores`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import nbinom

from filingwatch.changepoints.delay import DelayLaw
from filingwatch.changepoints.model import Array
from filingwatch.changepoints.months import last_day, month_number
from filingwatch.changepoints.triangle import LONGEST_DELAY, Days, Reports

LawAt = Callable[[dt.date], DelayLaw]

MEMORY = 12.0
"""Months after which what a month says about the level weighs a third."""
OLDEST = 60
"""Months older than this are taken as complete."""
REPLAYS = 24
STEP = 3
"""Past looks lie so many months apart."""
LEAST_HISTORY = 36
"""A series shorter than so many months has nothing to replay."""
_COMPLETE = 0.97
_ALMOST = 0.9995
_USUAL_VARIANCE = 0.1
_LEAST_VARIANCE = 0.002
_USUAL_LOOKS = 0.5
_BANDS = (0.1, 0.5, 0.9)
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(7)


@dataclass(frozen=True, slots=True)
class Nowcast:
    """What is missing of each month, newest month last: negative binomial with this mean and size.

    `months` are month numbers, `known` what is reported, `share` what can be reported by now.
    """

    months: Days
    known: Array
    share: Array
    missing: Array
    size: Array

    @property
    def mean(self) -> Array:
        """Expected final count."""
        return self.known + self.missing

    @property
    def median(self) -> Array:
        """Median of the final count."""
        return self.quantiles([0.5])[0]

    def quantiles(self, levels: ArrayLike) -> Array:
        """Quantiles of the final count, one row per level."""
        level = np.asarray(levels, dtype=float)[:, None]
        drawn = nbinom.ppf(level, self.size, self.size / (self.size + np.maximum(self.missing, 1e-12)))
        return self.known + np.where(self.missing > 0, drawn, 0.0)

    def interval(self, chance: float = 0.9) -> tuple[Array, Array]:
        """Central interval of the final count."""
        low, high = self.quantiles([(1 - chance) / 2, (1 + chance) / 2])
        return low, high

    def chances(self, final: Array) -> tuple[Array, Array]:
        """Chance of less than these final counts, and of at most these."""
        odds = self.size / (self.size + np.maximum(self.missing, 1e-12))
        upto = nbinom.cdf(final - self.known, self.size, odds)
        return nbinom.cdf(final - self.known - 1, self.size, odds), upto


def chain_ladder(said: Nowcast) -> Nowcast:
    """The same months by known / share, without any level and with nothing learned from past errors: a yardstick."""
    missing = said.known * (1 - said.share) / said.share
    return Nowcast(said.months, said.known, said.share, missing, np.maximum(said.known, 0.5))


@dataclass(frozen=True, slots=True)
class _Past:
    """One past look by age: what was known and can have been, what the level says, and what came (NaN: not yet)."""

    known: Array
    share: Array
    error: Array
    level: Array
    final: Array


def nowcast(reports: Reports, until: dt.date, law_at: LawAt, *, expected: ArrayLike | None = None) -> Nowcast:
    """The final counts of the last months before the end of a day, from the months of reports complete by then.

    `law_at` gives the delay law of a day. `expected` are final counts that a model of the series expects for the
    months, newest last (NaN: unknown); without it the level is a mean of the other months, recent ones first, times
    a factor for the month of the year.

    Months that are complete are not in the answer; it is empty when all are, or nothing was ever reported.
    """
    end = month_number(until) + (until == last_day(month_number(until)))
    first, _ = reports.triangle
    if not len(reports.known) or end <= first:
        return _answer(first, *(np.zeros(0),) * 4)
    law = law_at(last_day(end - 1))
    ages = min(int(np.searchsorted(law.share, _ALMOST)), OLDEST, end - first)
    if not ages:
        return _answer(end, *(np.zeros(0),) * 4)
    now = _look(reports, end - first, law, ages, law)
    past = [
        _look(reports, end - first - STEP * back, law_at(last_day(end - 1 - STEP * back)), ages, law, end - first)
        for back in range(1, REPLAYS + 1)
        if end - first - STEP * back >= LEAST_HISTORY
    ]
    factor, variance = _trust(past, ages)
    level = now.level * factor
    if expected is not None:
        given = np.full(ages, np.nan)
        row = np.asarray(expected, dtype=float)[::-1][:ages]
        given[: len(row)] = row
        level = np.where(np.isfinite(given), given, level)
    missing, scatter = still_missing(now.known, now.share, now.error, level, variance)
    scatter = scatter * _widening(now.share, past, factor, variance)
    return _answer(end, now.known, now.share, missing, scatter)


def _answer(end: int, known: Array, share: Array, missing: Array, variance: Array) -> Nowcast:
    variance = np.maximum(variance, missing * 1.0001)
    size = np.where(missing > 0, missing**2 / np.maximum(variance - missing, 1e-12), 1.0)
    rows = (known, np.minimum(share, 1.0), missing, np.maximum(size, 1e-9))
    return Nowcast(end - 1 - np.arange(len(known))[::-1], *(row[::-1] for row in rows))


def _look(reports: Reports, end: int, law: DelayLaw, ages: int, now_law: DelayLaw, now: int | None = None) -> _Past:
    """What was known at the end of the month before row `end`, and what it came to by row `now`; newest month first."""
    known = np.zeros((end, LONGEST_DELAY + 1))
    known[: len(reports.known)] = reports.known[:end]
    row, first = np.arange(end), reports.triangle[0]
    age = np.minimum(end - 1 - row, LONGEST_DELAY)
    count, share = known[row, age], law.share[age]
    season = _season(count, share, (first + row) % 12)
    weight = np.exp(-(end - 1 - row) / MEMORY)
    due = weight * share * season
    others = np.maximum((weight * count).sum() - weight * count, 0.5)
    level = season * others / np.maximum(due.sum() - due, 1e-9)
    final = np.full(end, np.nan)
    if now is not None:
        later = np.minimum(now - 1 - row, LONGEST_DELAY)
        is_known = now_law.share[later] >= _COMPLETE
        final[is_known] = (known[row, later] / now_law.share[later])[is_known]
    rows = ((count, 0.0), (share, 1.0), (law.error[age], 0.0), (level, 1.0), (final, np.nan))
    return _Past(*(_newest(values, ages, otherwise) for values, otherwise in rows))


def _newest(row: Array, ages: int, otherwise: float) -> Array:
    """The last entries, newest first, filled up to so many."""
    last = row[::-1][:ages]
    return np.append(last, np.full(ages - len(last), otherwise))


def _season(count: Array, share: Array, month: Days) -> Array:
    """Factor of each month for its month of the year, from complete months; shrunk as far as it can be chance."""
    used = share >= _COMPLETE
    ones = np.ones(len(count))
    if np.bincount(month[used], minlength=12).min() < 2:
        return ones
    kernel = np.r_[0.5, np.ones(11), 0.5]
    trend = np.convolve(np.where(used, count, 0.0), kernel, "same") / np.maximum(
        np.convolve(used, kernel, "same"), 1e-9
    )
    ratio = np.where(used, count / np.maximum(trend, 1e-9), 0.0)
    years = np.bincount(month[used], minlength=12)
    factor = np.bincount(month, ratio, 12) / years
    by_chance = ((ratio - factor[month]) ** 2)[used].sum() / (used.sum() - 12) / years.mean()
    real = max(float(np.mean((factor - 1) ** 2)) - by_chance, 0.0)
    return 1 + real / max(real + by_chance, 1e-9) * (factor[month] - 1)


def _trust(past: list[_Past], ages: int) -> tuple[Array, Array]:
    """By age, the factor by which past levels missed on average, and the relative variance that is left then."""
    final = np.array([look.final for look in past]).reshape(-1, ages)
    due = np.where(np.isfinite(final), np.array([look.level for look in past]).reshape(-1, ages), 0.0)
    came = np.where(np.isfinite(final), final, 0.0)
    looks = _near((due > 0).sum(axis=0) + 0.0) / 5
    typical = max(float(due.sum() / max((due > 0).sum(), 1)), 1e-9)
    spare = _USUAL_LOOKS * typical
    factor = (_near(came.sum(axis=0)) / 5 + spare) / (_near(due.sum(axis=0)) / 5 + spare)
    due = due * factor
    beyond = _near(((came - due) ** 2 - due).sum(axis=0))
    own = np.maximum(beyond / np.maximum(_near((due**2).sum(axis=0)), 1e-9), _LEAST_VARIANCE)
    own = np.maximum(own * looks / np.maximum(looks - 1, 0.5), _LEAST_VARIANCE)
    logs = (looks * np.log(own) + _USUAL_LOOKS * np.log(_USUAL_VARIANCE)) / (looks + _USUAL_LOOKS)
    return factor, np.exp(logs)


def _near(row: Array) -> Array:
    """Sums over the two ages on either side."""
    return np.convolve(np.pad(row, 2, mode="edge"), np.ones(5), "valid")


def still_missing(known: Array, share: Array, error: Array, level: Array, variance: Array) -> tuple[Array, Array]:
    """Mean and variance of what is still missing.

    The rate of a month is gamma around its level with relative `variance`; what is known of the month is Poisson
    with the reported share of it, which is lognormal around the law's.
    """
    size, level = 1 / variance[..., None], np.maximum(level, 1e-9)[..., None]
    known = known[..., None]
    error = np.minimum(error, 1.0)[..., None]
    p = np.minimum(share[..., None] * np.exp(error * _NODES - error**2 / 2), 1.0)
    chance = np.log(_WEIGHTS) + known * np.log(p) - (size + known) * np.log(size / level + p)
    weight = np.exp(chance - chance.max(axis=-1, keepdims=True))
    weight /= weight.sum(axis=-1, keepdims=True)
    mean = (1 - p) * (size + known) / (size / level + p)
    square = mean + mean**2 / (size + known) + mean**2
    missing = (weight * mean).sum(axis=-1)
    return missing, (weight * square).sum(axis=-1) - missing**2


def _widening(share: Array, past: list[_Past], level_factor: Array, variance: Array) -> Array:
    """How many times the stated variance past nowcasts missed by, for months of like share."""
    if not past:
        return np.ones(len(share))
    columns = [
        np.array(rows) for rows in zip(*((p.known, p.share, p.error, p.level, p.final) for p in past), strict=True)
    ]
    known, reported, error, level, final = columns
    missing, scatter = still_missing(
        known, reported, error, level * level_factor, np.broadcast_to(variance, known.shape)
    )
    told = np.isfinite(final)
    missed = np.where(told, (np.where(told, final, 0.0) - known - missing) ** 2 / np.maximum(scatter, 1e-9), 0.0)
    band = np.digitize(reported, _BANDS)
    by_band = [np.where(band == one, missed, 0.0).sum() for one in range(len(_BANDS) + 1)]
    number = [(told & (band == one)).sum() for one in range(len(_BANDS) + 1)]
    scale = (np.array(by_band) + 30.0) / (np.array(number) + 30.0)
    return np.clip(scale, 0.6, 6.0)[np.digitize(share, _BANDS)]
