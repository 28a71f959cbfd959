"""The count model: log-linear segments with exposure, month effects, and how far counts scatter.

Within a segment the mean of period t is exposure * month effect * exp(level + growth * t). Counts are weighted by
w = 1 / (inflation * (1 + a * mean)), which gives a Poisson likelihood the variance mean + a * mean^2 and allows for
correlated neighbours. A weak prior holds the growth of short segments near zero. Where segments lie belongs to
`search`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

GROWTH_SCALE = 0.5 / 12
"""Scale of the prior of growth (log per month): half a logarithm a year. Long segments do not feel it."""
MOST_GROWTH = 1.5 / 12
"""Growth is looked for within +- this (log per month); 1.5 a year is more than a fourfold rate."""
_MONTHS = 12
_LONGEST_MEMORY = 0.6
_USUAL_OVERDISPERSION = 0.1
_MOST_OVERDISPERSION = 10.0


@dataclass(frozen=True, slots=True)
class Fit:
    """Log-linear fits, one per row of the weights: level (log rate at time 0), growth per month, their covariance
    and the weighted log-likelihood (up to a constant that is the same for every fit of the same counts)."""

    level: Array
    growth: Array
    level_variance: Array
    growth_variance: Array
    covariance: Array
    likelihood: Array

    def variance_at(self, time: float) -> Array:
        """Variance of the log rate at a time."""
        return self.level_variance + 2 * time * self.covariance + time**2 * self.growth_variance


def fit(counts: Array, offset: Array, weights: Array, time: Array, *, has_growth: bool = True) -> Fit:
    """The most likely log-linear rate for each row of `weights` (shape rows x periods; weight 0 leaves one out).

    A row without any count has the rate of half a count: its logarithm must exist.
    """
    weights = np.atleast_2d(weights)
    total = weights @ counts
    first = weights @ (counts * time)
    growth = np.zeros(len(weights))
    for _ in range(30 if has_growth else 0):
        mass = weights * offset * np.exp(np.outer(growth, time))
        sums = np.maximum(mass.sum(axis=1), 1e-300)
        centre = mass @ time / sums
        spread = np.maximum(mass @ time**2 / sums - centre**2, 0)
        slope = first - total * centre - growth / GROWTH_SCALE**2
        step = slope / (total * spread + GROWTH_SCALE**-2)
        step = np.clip(step, -0.05, 0.05)
        growth = np.clip(growth + step, -MOST_GROWTH, MOST_GROWTH)
        if np.all(np.abs(step) < 1e-10):
            break
    mass = weights * offset * np.exp(np.outer(growth, time))
    sums = np.maximum(mass.sum(axis=1), 1e-300)
    centre = mass @ time / sums
    spread = np.maximum(mass @ time**2 / sums - centre**2, 0)
    level = np.log(np.maximum(total, 0.5) / sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        likelihood = np.where(total > 0, total * np.log(total / sums) - total, 0.0) + growth * first
    likelihood -= growth**2 / (2 * GROWTH_SCALE**2)
    information = np.maximum(total, 0.5)
    growth_variance = 1 / (information * spread + GROWTH_SCALE**-2) if has_growth else np.zeros(len(weights))
    return Fit(
        level, growth, 1 / information + centre**2 * growth_variance, growth_variance, -centre * growth_variance,
        likelihood,
    )  # fmt: skip


def smooth_rate(counts: Array, offset: Array, used: NDArray[np.bool_], window: int = 13) -> Array:
    """A moving rate: counts over exposure in a centred window that holds every month of the year alike."""
    kernel = np.ones(window)
    kernel[0] = kernel[-1] = 0.5
    size = max(len(counts), window)
    pad = size - len(counts)
    above = np.convolve(np.pad(np.where(used, counts, 0.0), (0, pad)), kernel, mode="same")[: len(counts)]
    below = np.convolve(np.pad(np.where(used, offset, 0.0), (0, pad)), kernel, mode="same")[: len(counts)]
    overall = counts[used].sum() / max(offset[used].sum(), 1e-300)
    # half a month of the overall rate keeps an empty stretch from becoming an impossible one
    share = 0.5 * offset[used].mean()
    return (above + share * overall) / (below + share)


def month_effects(counts: Array, mean: Array, weights: Array, month: NDArray[np.int64]) -> Array:
    """Twelve factors around 1: what each month of the year brings against `mean`, which knows no months.

    Shrunk towards 1 as far as their spread can be chance, so a series without a season gets none. Less than two
    whole years give no effects.
    """
    ones = np.ones(_MONTHS)
    used = weights > 0
    if np.bincount(month[used], minlength=_MONTHS).min() < 2:
        return ones
    seen = np.bincount(month, weights * counts, _MONTHS)
    due = np.bincount(month, weights * mean, _MONTHS)
    if due.min() <= 0 or seen.sum() <= 0:
        return ones
    seen = seen * due.sum() / seen.sum()
    by_chance = np.mean(1 / due)
    real = np.mean((seen / due - 1) ** 2) - by_chance
    if real <= 0.1 * by_chance:
        return ones
    strength = 1 / real
    factors = (seen + strength) / (due + strength)
    return factors / np.exp(np.mean(np.log(factors)))


def overdispersion(counts: Array, mean: Array, used: NDArray[np.bool_], parameters: float) -> float:
    """The a of variance = mean + a * mean^2, from squared deviations weighed by what each can tell; never below 0.

    Pearson's statistic would let a single count where next to none is expected decide for all.
    """
    y, m = counts[used], mean[used]
    squares = (y - m) ** 2 * len(y) / max(len(y) - parameters, 1.0)
    a = _USUAL_OVERDISPERSION
    for _ in range(10):
        weight = 1 / (1 + a * m) ** 2
        a = max(float((weight * (squares - m)).sum() / max((weight * m**2).sum(), 1e-9)), 0.0)
    return min(a, _MOST_OVERDISPERSION)


def correlation(counts: Array, mean: Array, a: float, used: NDArray[np.bool_]) -> float:
    """Correlation of neighbouring months around the mean, as far as it cannot be chance; from 0 to 0.6."""
    m = np.maximum(mean, 1e-9)
    residual = np.where(used, (counts - m) / np.sqrt(m + a * m**2), np.nan)
    pairs = residual[1:] * residual[:-1]
    known = np.isfinite(pairs)
    if known.sum() < 24:
        return 0.0
    value = pairs[known].mean() / max(np.nanmean(residual**2), 1e-9)
    return float(np.clip(value, 0.0, _LONGEST_MEMORY)) if value > 1 / np.sqrt(known.sum()) else 0.0


def weigh(mean: Array, used: NDArray[np.bool_], a: float, rho: float, uncertainty: Array) -> Array:
    """Weight of each period: 0 where it is not judged, 1 for a plain Poisson count.

    `uncertainty` is the relative standard error of the exposure.
    """
    inflation = (1 + rho) / (1 - rho)
    return np.where(used, 1 / (inflation * (1 + (a + uncertainty**2) * np.maximum(mean, 0))), 0.0)
