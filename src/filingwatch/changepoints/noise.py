"""How far a series scatters around its mean: variance of the log rate beyond chance, and correlation of neighbours.

Both come from a posterior on a grid, so that a short series falls back on what is usual and does not take a lucky calm
for certainty. Where the mean lies belongs to `settling` and `refitting`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from filingwatch.changepoints import likelihood
from filingwatch.changepoints.model import Array

VARIANCES = np.array([0.004, 0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.22, 0.35, 0.6, 1.0, 2.0, 4.0])
"""From 0.004 on: no real rate is steady to better than six percent a month, and what small steps a perfect Poisson
series could prove nobody needs to know."""
CORRELATIONS = np.arange(9) / 10
USUAL_VARIANCE = 0.08
"""Of monthly filings; negative binomial of size 12."""
_VARIANCE_WIDTH = 1.2
_USUAL_CORRELATION = 0.2
_CORRELATION_WIDTH = 0.2
_LEAST_SURE = 0.2


@dataclass(frozen=True, slots=True)
class Scatter:
    """`variance` of the log rate beyond chance (of the values themselves for real ones), and the `correlation` of
    neighbouring periods in it."""

    variance: float
    correlation: float

    @property
    def inflation(self) -> float:
        """What correlation multiplies the variance of a long mean by."""
        return (1 + self.correlation) / (1 - self.correlation)


def estimate_scatter(
    counts: Array, mean: Array, used: Array, doubt: Array, segments: int, effects: int, *, is_poisson: bool = False
) -> Scatter:
    """Posterior means of variance and correlation; periods whose exposure is badly known do not judge.

    The mean has taken a level and a growth for each of the `segments`, and so many month `effects`, from the data.
    """
    if is_poisson:
        return Scatter(0.0, 0.0)
    judging = np.asarray(used & (doubt < _LEAST_SURE), dtype=float)
    periods = judging.sum()
    if periods < 3:
        return Scatter(USUAL_VARIANCE, 0.0)
    eaten = periods / max(periods - 2 * segments - effects, 0.4 * periods)
    seen = _as_seen(CORRELATIONS, segments / periods)
    table = likelihood.scatter_posterior(counts, mean, judging, VARIANCES, seen, _LOG_PRIOR, eaten)
    weight = np.exp(table - table.max())
    weight /= weight.sum()
    variance = float((weight.sum(axis=1) * VARIANCES).sum())
    inflated = float((weight * VARIANCES[:, None] * (1 + CORRELATIONS) / (1 - CORRELATIONS)).sum()) / variance
    return Scatter(variance, (inflated - 1) / (inflated + 1))


def estimate_real_scatter(values: Array, mean: Array, used: Array, segments: int, effects: int) -> Scatter:
    """The same for real values in units of their spread: variance of the residuals and their correlation."""
    left = np.where(used, values - mean, np.nan)
    periods = int(used.sum())
    free = max(periods - 2 * segments - effects, 0.4 * periods, 1.0)
    squares = np.nanmean(left**2) * periods
    variance = max(float(squares / free), likelihood.LEAST_REAL_VARIANCE)
    pairs = left[1:] * left[:-1]
    known = np.isfinite(pairs)
    if known.sum() < 6 or variance <= likelihood.LEAST_REAL_VARIANCE:
        return Scatter(variance, 0.0)
    seen = pairs[known].mean() / (squares / periods)
    error = 1 / np.sqrt(known.sum())
    chance = -0.5 * ((seen - _as_seen(CORRELATIONS, segments / periods)) / error) ** 2 + _LOG_PRIOR_CORRELATION
    weight = np.exp(chance - chance.max())
    return Scatter(variance, float((weight * CORRELATIONS).sum() / weight.sum()))


def _as_seen(correlation: Array, segments_per_period: float) -> Array:
    """What is left of a correlation around fitted lines, which follow the slow part of it (Kendall's bias)."""
    return np.clip(correlation - (2 + 4 * correlation) * segments_per_period, -0.5, 0.95)


_LOG_PRIOR_CORRELATION = -(((CORRELATIONS - _USUAL_CORRELATION) / _CORRELATION_WIDTH) ** 2) / 2
_LOG_PRIOR = -((np.log(VARIANCES / USUAL_VARIANCE) / _VARIANCE_WIDTH) ** 2)[:, None] / 2 + _LOG_PRIOR_CORRELATION
