"""The mean of a series before its segments are known: moving rates and month effects, for counts and for real values.

Where segments lie belongs to `search`, how far values scatter to `noise`, the full likelihood to `likelihood`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


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


def smooth_values(values: Array, used: NDArray[np.bool_], window: int = 13) -> Array:
    """A moving mean of real values in a centred window that holds every month of the year alike."""
    return smooth_rate(values, np.ones(len(values)), used, window)


def month_effects(counts: Array, mean: Array, weights: Array, month: NDArray[np.int64], seasons: int = 12) -> Array:
    """One factor around 1 for each month of the year: what it brings against `mean`, which knows no months.

    Shrunk towards 1 as far as their spread can be chance, so a series without a season gets none. Less than two
    whole years give no effects.
    """
    ones = np.ones(seasons)
    used = weights > 0
    if np.bincount(month[used], minlength=seasons).min() < 2:
        return ones
    seen = np.bincount(month, weights * counts, seasons)
    due = np.bincount(month, weights * mean, seasons)
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


def real_month_effects(residual: Array, weights: Array, month: NDArray[np.int64], seasons: int = 12) -> Array:
    """The same for real values: one summand around 0 for each month of the year, shrunk as far as it can be chance."""
    zeros = np.zeros(seasons)
    used = weights > 0
    years = np.bincount(month[used], minlength=seasons)
    if years.min() < 2:
        return zeros
    means = np.bincount(month[used], residual[used], seasons) / years
    within = np.sum((residual[used] - means[month[used]]) ** 2) / max(used.sum() - seasons, 1)
    by_chance = float(np.mean(within / years))
    real = float(np.mean((means - means.mean()) ** 2)) - by_chance
    if real <= 0.1 * by_chance:
        return zeros
    return (means - means.mean()) * (real / (real + within / years))
