"""How good probabilistic counts were, against what came to be: interval scores, coverage, bias and PIT.

Arrays of truths have any shape; quantiles have one more axis in front, one row per level.
"""

from __future__ import annotations

import numpy as np

from filingwatch.changepoints.model import Array

LEVELS: tuple[float, ...] = (
    0.01, 0.025, *(round(0.05 * step, 2) for step in range(1, 20)), 0.975, 0.99,
)  # fmt: skip
"""The 23 quantile levels of the forecast hubs, symmetric around the median."""


def weighted_interval_score(quantiles: Array, truth: Array, levels: tuple[float, ...] = LEVELS) -> Array:
    """The weighted interval score of each forecast, in the unit of the counts; 0 is perfect.

    Twice the mean pinball loss over the levels, which is the score of Bracher, Ray, Gneiting & Reich (2021) when
    levels are symmetric and hold the median.
    """
    level = np.asarray(levels).reshape((-1,) + (1,) * np.ndim(truth))
    missed = np.asarray(truth) - quantiles
    return 2 * np.maximum(level * missed, (level - 1) * missed).mean(axis=0)


def coverage(low: Array, high: Array, truth: Array) -> float:
    """Share of truths within their interval, ends included; NaN without any."""
    inside = (truth >= low) & (truth <= high)
    return float(np.mean(inside)) if np.size(inside) else float("nan")


def relative_bias(mean: Array, truth: Array) -> float:
    """How much more was forecast than came, as a share of what came; NaN where nothing came."""
    total = np.sum(truth)
    return float(np.sum(mean) / total - 1) if total > 0 else float("nan")


def randomised_pit(below: Array, upto: Array, rng: np.random.Generator) -> Array:
    """A draw between the chance of less than the truth and of at most the truth: even on (0, 1) if calibrated.

    Czado, Gneiting & Held (2009) discuss it for counts.
    """
    return below + rng.uniform(size=np.shape(below)) * (upto - below)


def pit_distance(pit: Array, bins: int = 10) -> float:
    """Largest distance between the share of PIT values in a bin and an even share; 0 is perfectly even."""
    counted = np.histogram(pit, bins=bins, range=(0.0, 1.0))[0]
    return float(np.abs(counted / max(counted.sum(), 1) - 1 / bins).max())
