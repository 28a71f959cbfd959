"""The exact search: the cost of every possible segment at once, and the best way to cut a series into segments.

The cost of a segment is minus its weighted log-likelihood at its own best level and growth (see `model`). How month
effects and scatter are found, and what a cut means, belongs to `detection`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filingwatch.changepoints.model import GROWTH_SCALE, MOST_GROWTH, Array

Indices = NDArray[np.int64]

_STEP = 0.02 / 12
_NEWTON_STEPS = 15
_LONGEST_STEP = 40


@dataclass(frozen=True, slots=True)
class Costs:
    """`matrix[i, j]` is the cost of the segment of periods i to j (excluded); infinite where it is not allowed."""

    matrix: Array

    @property
    def size(self) -> int:
        return len(self.matrix) - 1


def segment_costs(
    counts: Array,
    offset: Array,
    weights: Array,
    *,
    least_length: int,
    least_information: float,
    information: Array,
    has_growth: bool = True,
) -> Costs:
    """The cost of every segment with enough judged periods and enough information (summed over its periods).

    Exact but for the fourth-order rest of a step of at most one hundredth of yearly growth (below 0.03 for 200 months
    of 400 counts): sums over exp(growth * t) are kept for a table of growths, and all segments run Newton's method on
    that table at the same time.
    """
    n = len(counts)
    matrix = np.full((n + 1, n + 1), np.inf)
    judged = _prefix((weights > 0).astype(float))
    known = _prefix(np.where(weights > 0, information, 0.0))
    start, stop = np.triu_indices(n + 1, k=least_length)
    allowed = (judged[stop] - judged[start] >= least_length) & (known[stop] - known[start] >= least_information)
    start, stop = start[allowed], stop[allowed]
    time = np.arange(n) - (n - 1) / 2
    totals, firsts = _prefix(weights * counts), _prefix(weights * counts * time)
    total = totals[stop] - totals[start]
    first = firsts[stop] - firsts[start]
    mass = weights * offset
    if has_growth:
        value = _GrowthTables(mass, time).best_likelihood(start, stop, total, first)
    else:
        flat = _prefix(mass)
        value = _level_likelihood(total, flat[stop] - flat[start])
    matrix[start, stop] = -value
    return Costs(matrix)


def partition(costs: Costs, penalty: float, most_changes: int | None = None) -> list[int]:
    """The first periods of the second, third, ... segment of the cheapest cut; empty when one segment is best.

    Each change costs `penalty`. Empty as well when no segmentation is allowed at all.
    """
    n = costs.size
    layers = [costs.matrix[0]]
    origins: list[Indices] = []
    if most_changes is None:
        return _unbounded(costs, penalty)
    for _ in range(most_changes):
        options = layers[-1][:, None] + costs.matrix + penalty
        origins.append(np.argmin(options, axis=0))
        layers.append(np.min(options, axis=0))
    ends = np.array([layer[n] for layer in layers])
    if not np.isfinite(ends).any():
        return []
    cuts, stop = [], n
    for layer in range(int(np.argmin(ends)), 0, -1):
        stop = int(origins[layer - 1][stop])
        cuts.append(stop)
    return cuts[::-1]


def date_weights(costs: Costs, before: int, after: int) -> Array:
    """Log-likelihood ratio of a change at each period of the stretch [before, after) against none in it."""
    inside = np.arange(before, after)
    whole = costs.matrix[before, after]
    with np.errstate(invalid="ignore"):
        gain = whole - costs.matrix[before, inside] - costs.matrix[inside, after]
    return np.where(np.isfinite(gain), gain, -np.inf)


def _unbounded(costs: Costs, penalty: float) -> list[int]:
    n = costs.size
    best = np.full(n + 1, np.inf)
    best[0] = -penalty
    origin = np.zeros(n + 1, dtype=np.int64)
    for stop in range(1, n + 1):
        options = best[:stop] + costs.matrix[:stop, stop] + penalty
        origin[stop] = np.argmin(options)
        best[stop] = options[origin[stop]]
    if not np.isfinite(best[n]):
        return []
    cuts, stop = [], n
    while (stop := int(origin[stop])) > 0:
        cuts.append(stop)
    return cuts[::-1]


def _prefix(values: Array) -> Array:
    return np.concatenate([[0.0], np.cumsum(values)])


class _GrowthTables:
    """Running sums of offset * exp(growth * t) * t^k, k = 0 to 3, for a fine grid of growths."""

    def __init__(self, offset: Array, time: Array) -> None:
        half = round(MOST_GROWTH / _STEP)
        self.zero = half
        self.growth = np.arange(-half, half + 1) * _STEP
        mass = offset * np.exp(np.outer(self.growth, time))
        # sums run from the small end: differences of large sums would lose the small terms
        rising = self.growth >= 0
        self.sums = tuple(self._running(mass * time**power, rising) for power in range(4))

    @staticmethod
    def _running(mass: Array, rising: NDArray[np.bool_]) -> Array:
        table = np.zeros((mass.shape[0], mass.shape[1] + 1))
        table[rising, 1:] = np.cumsum(mass[rising], axis=1)
        table[~rising, :-1] = -np.cumsum(mass[~rising, ::-1], axis=1)[:, ::-1]
        return table

    def best_likelihood(self, start: Indices, stop: Indices, total: Array, first: Array) -> Array:
        """Best likelihood over level and growth, by Newton's method on the table and a last step off it."""
        last = len(self.growth) - 1
        at = np.full(len(start), self.zero)
        moving = np.arange(len(start))
        for _ in range(_NEWTON_STEPS):
            slope, bend, _ = self._shape(at[moving], start[moving], stop[moving], total[moving], first[moving])
            move = np.clip(np.rint(slope / bend / _STEP), -_LONGEST_STEP, _LONGEST_STEP).astype(np.int64)
            following = np.clip(at[moving] + move, 0, last)
            changed = following != at[moving]
            at[moving] = following
            moving = moving[changed]
            if not len(moving):
                break
        slope, bend, mass = self._shape(at, start, stop, total, first)
        growth = self.growth[at]
        value = _level_likelihood(total, mass) + growth * first - growth**2 / (2 * GROWTH_SCALE**2)
        step = np.clip(slope / bend, -_STEP, _STEP)
        step = np.where(((at == 0) & (step < 0)) | ((at == last) & (step > 0)), 0.0, step)
        return value + slope * step - bend * step**2 / 2 - self._skew(at, start, stop, total) * step**3 / 6

    def _skew(self, at: Indices, start: Indices, stop: Indices, total: Array) -> Array:
        """Minus the third derivative of the likelihood at these growths."""
        mass, *moments = (table[at, stop] - table[at, start] for table in self.sums)
        one, two, three = (moment / np.maximum(mass, 1e-300) for moment in moments)
        return total * (three - 3 * one * two + 2 * one**3)

    def _shape(
        self, at: Indices, start: Indices, stop: Indices, total: Array, first: Array
    ) -> tuple[Array, Array, Array]:
        """Slope of the likelihood at these growths, minus its second derivative, and the sum of offset * exp(.)."""
        width = self.sums[0].shape[1]
        right, left = at * width + stop, at * width + start
        mass, one, two = (np.take(table, right) - np.take(table, left) for table in self.sums[:3])
        mass = np.maximum(mass, 1e-300)
        centre = one / mass
        spread = np.maximum(two / mass - centre**2, 0)
        return first - total * centre - self.growth[at] / GROWTH_SCALE**2, total * spread + GROWTH_SCALE**-2, mass


def _level_likelihood(total: Array, mass: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, total * np.log(total / np.maximum(mass, 1e-300)) - total, 0.0)
