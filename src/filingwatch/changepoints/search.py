"""The exact search: the best way to cut a series into segments for an additive cost, by pruned dynamic programming.

The cost of a segment is minus its weighted log-likelihood at its own best level and growth (see `model`), or, for
real values, its weighted sum of squares. How month effects and scatter are found, and what a cut means, belongs
elsewhere.

Method: optimal partitioning with the pruning of Killick, Fearnhead and Eckley (2012); a start is dropped only when no
later end can make it best, minimum lengths and the prior of growth included. Sloping segments of real values are not
pruned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filingwatch.changepoints.model import Array

_STEPS_A_YEAR = 0.03
_MOST_GROWTH_A_YEAR = 1.5
_USUAL_SCALE = 0.3
_NEWTON_STEPS = 15
_LONGEST_STEP = 40
_NEAR = 0.2
"""A start that may be as near as this to the best one is looked at: the rest of a step is not exact."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What is needed for the cost of any segment: running sums over the periods.

    `judged` and `information` decide which segments are allowed: `least_length` judged periods and
    `least_information`. `tables` holds sums of offset * exp(growth * t) * t^k by growth, edge and k (counts), or of
    squares and products by edge (real values, `is_count` false). `least` are running sums of what every period costs at
    its own best rate: no segment can cost less for holding it.
    """

    tables: Array
    growths: Array
    totals: Array
    firsts: Array
    judged: Array
    information: Array
    least_length: int
    least_information: float
    growth_scale: float
    is_count: bool
    least: Array

    @property
    def size(self) -> int:
        return len(self.totals) - 1

    @property
    def _plain(self) -> tuple:
        return (
            self.tables, self.growths, self.totals, self.firsts, self.judged, self.information,
            float(self.least_length), self.least_information, self.growth_scale, self.is_count,
        )  # fmt: skip

    def cost(self, start: int, stop: int) -> float:
        """The cost of the segment of periods start to stop (excluded); infinite where it is not allowed."""
        return float(_segment_cost(start, stop, len(self.growths) // 2, *self._plain)[0])

    def fit(self, start: int, stop: int) -> tuple[float, float]:
        """Level (at time 0) and growth per period at which a segment costs least."""
        level, growth = _segment_fit(start, stop, *self._plain)
        return float(level), float(growth)

    def matrix(self) -> Array:
        """The cost of every segment: [i, j] is that of periods i to j (excluded)."""
        return _all_costs(*self._plain)


def segment_costs(
    counts: Array,
    offset: Array,
    weights: Array,
    *,
    least_length: int,
    least_information: float,
    information: Array,
    growth_scale: float,
    has_growth: bool = True,
) -> Costs:
    """Costs of segments of counts: Poisson with exposure `offset`, weighted, with a prior of growth around 0.

    Exact but for the fourth-order rest of a step of at most 0.015 of yearly growth: sums over
    exp(growth * t) are kept for a table of growths, each segment climbs by Newton's method on it and takes the last
    bit of a step off it by a series. `growth_scale` is the standard deviation of growth per period.
    """
    time = np.arange(len(counts)) - (len(counts) - 1) / 2
    periods = _USUAL_SCALE / growth_scale
    half = round(_MOST_GROWTH_A_YEAR / _STEPS_A_YEAR) if has_growth else 0
    growths = np.arange(-half, half + 1) * (_STEPS_A_YEAR / periods)
    tables = _growth_tables(weights * offset, time, growths)
    return Costs(
        tables, growths, _prefix(weights * counts), _prefix(weights * counts * time),
        _prefix((weights > 0).astype(float)), _prefix(np.where(weights > 0, information, 0.0)),
        least_length, least_information, growth_scale, True, _prefix(_saturated(counts, offset, weights)),
    )  # fmt: skip


def square_costs(
    values: Array, weights: Array, *, least_length: int, slope_scale: float, has_growth: bool = True
) -> Costs:
    """Costs of segments of real values: half the weighted squares around the best line, weights being 1 / variance."""
    time = np.arange(len(values)) - (len(values) - 1) / 2
    sums = [_prefix(weights * part) for part in (np.ones_like(time), time, time**2, values, values * time, values**2)]
    judged = _prefix((weights > 0).astype(float))
    tables = np.stack(sums, axis=1)[None, :, :]
    growths = np.zeros(3 if has_growth else 1)
    return Costs(
        np.ascontiguousarray(tables), growths, sums[3], sums[4], judged, judged, least_length, 0.0, slope_scale, False,
        np.zeros(len(values) + 1),
    )  # fmt: skip


def partition(costs: Costs, penalty: float, most_changes: int | None = None) -> list[int]:
    """The first periods of the second, third, ... segment of the cheapest cut; empty when one segment is best.

    Each change costs `penalty`. Empty as well when no segmentation is allowed at all.
    """
    if most_changes is not None:
        return _bounded(costs.matrix(), penalty, most_changes)
    return _walk_back(_best_origins(penalty, costs.least, *costs._plain))


def date_weights(costs: Costs, before: int, after: int) -> Array:
    """Log-likelihood ratio of a change at each period of the stretch [before, after) against none in it."""
    return _date_gains(before, after, *costs._plain)


def _bounded(matrix: Array, penalty: float, most_changes: int) -> list[int]:
    layers, origins = [matrix[0]], []
    for _ in range(most_changes):
        options = layers[-1][:, None] + matrix + penalty
        origins.append(np.argmin(options, axis=0))
        layers.append(np.min(options, axis=0))
    ends = np.array([layer[-1] for layer in layers])
    if not np.isfinite(ends).any():
        return []
    cuts, stop = [], len(matrix) - 1
    for layer in range(int(np.argmin(ends)), 0, -1):
        stop = int(origins[layer - 1][stop])
        cuts.append(stop)
    return cuts[::-1]


def _walk_back(origin: Sequence[int] | NDArray[np.int64]) -> list[int]:
    cuts, stop = [], len(origin) - 1
    while (stop := int(origin[stop])) > 0:
        cuts.append(stop)
    return cuts[::-1]


def _saturated(counts: Array, offset: Array, weights: Array) -> Array:
    """The weighted cost of each count alone at the rate that fits it best."""
    known = (weights > 0) & (counts > 0) & (offset > 0)
    rate = np.where(known, counts / np.where(known, offset, 1.0), 1.0)
    return np.where(known, weights * counts * (1 - np.log(rate)), 0.0)


def _prefix(values: Array) -> Array:
    return np.concatenate([[0.0], np.cumsum(values)])


@njit(cache=True)
def _growth_tables(mass, time, growths):
    size, rows = len(mass), len(growths)
    tables = np.zeros((rows, size + 1, 4))
    middle = rows // 2
    for side in (1, -1):
        step = np.exp(side * (growths[middle + 1] - growths[middle]) * time) if rows > 1 else np.ones(size)
        factors = mass.copy()
        for row in range(middle, rows) if side == 1 else range(middle - 1, -1, -1):
            if row != middle:
                factors *= step
            # sums run from the small end: differences of large sums would lose the small terms
            if side == 1:
                for at in range(size):
                    value = factors[at]
                    for power in range(4):
                        tables[row, at + 1, power] = tables[row, at, power] + value
                        value *= time[at]
            else:
                for at in range(size - 1, -1, -1):
                    value = factors[at]
                    for power in range(4):
                        tables[row, at, power] = tables[row, at + 1, power] - value
                        value *= time[at]
    return tables


@njit(cache=True)
def _segment_cost(
    start, stop, row, tables, growths, totals, firsts, judged, information, least_length, least_information, scale,
    is_count,
):  # fmt: skip
    """Cost, and the row of the growth table at which it was found, so that the next segment can begin there."""
    if judged[stop] - judged[start] < least_length or information[stop] - information[start] < least_information:
        return np.inf, row
    if not is_count:
        return _square_cost(start, stop, tables, scale, len(growths) > 1), row
    total, first = totals[stop] - totals[start], firsts[stop] - firsts[start]
    last = len(growths) - 1
    if last == 0:
        mass = max(tables[0, stop, 0] - tables[0, start, 0], 1e-300)
        return (total - total * np.log(total / mass) if total > 0 else 0.0), row
    step, ridge = growths[1] - growths[0], 1 / scale**2
    mass, centre, square, slope, bend, rest = 1.0, 0.0, 0.0, 0.0, 1.0, 0.0
    low, high = -1, last + 1
    for _ in range(_NEWTON_STEPS):
        mass = max(tables[row, stop, 0] - tables[row, start, 0], 1e-300)
        inverse = 1 / mass
        centre = (tables[row, stop, 1] - tables[row, start, 1]) * inverse
        square = (tables[row, stop, 2] - tables[row, start, 2]) * inverse
        slope = first - total * centre - growths[row] * ridge
        bend = total * max(square - centre * centre, 0.0) + ridge
        rest = slope / bend
        if -step / 2 <= rest <= step / 2:
            break
        # the likelihood has one peak: its slope tells on which side, and a step beyond what is known is halved
        if rest > 0:
            low = row
        else:
            high = row
        move = min(max(int(np.rint(rest / step)), -_LONGEST_STEP), _LONGEST_STEP)
        following = min(max(row + move, 0), last)
        if (following <= low and low != row) or (following >= high and high != row):
            following = (low + high) // 2
        if following == row:
            break
        row = following
    rest = min(max(rest, -step), step)
    if (row == 0 and rest < 0) or (row == last and rest > 0):
        rest = 0.0
    cube = (tables[row, stop, 3] - tables[row, start, 3]) / mass
    value = (total * np.log(total / mass) - total if total > 0 else 0.0) + growths[row] * first
    value -= growths[row] * growths[row] * ridge / 2
    skew = total * (cube - 3 * centre * square + 2 * centre * centre * centre)
    return -(value + rest * (slope - rest * (bend / 2 + skew * rest / 6))), row


@njit(cache=True)
def _square_cost(start, stop, tables, scale, has_growth):
    weight, time, times, value, product, square = (
        tables[0, stop, 0] - tables[0, start, 0], tables[0, stop, 1] - tables[0, start, 1],
        tables[0, stop, 2] - tables[0, start, 2], tables[0, stop, 3] - tables[0, start, 3],
        tables[0, stop, 4] - tables[0, start, 4], tables[0, stop, 5] - tables[0, start, 5],
    )  # fmt: skip
    left = square - value**2 / weight
    if has_growth:
        left -= (product - time * value / weight) ** 2 / (times - time**2 / weight + 1 / scale**2)
    return max(left, 0.0) / 2


@njit(cache=True)
def _segment_fit(
    start, stop, tables, growths, totals, firsts, judged, information, least_length, least_information, scale, is_count
):
    if not is_count:
        weight, time, times, value, product = (
            tables[0, stop, 0] - tables[0, start, 0], tables[0, stop, 1] - tables[0, start, 1],
            tables[0, stop, 2] - tables[0, start, 2], tables[0, stop, 3] - tables[0, start, 3],
            tables[0, stop, 4] - tables[0, start, 4],
        )  # fmt: skip
        growth = 0.0
        if len(growths) > 1:
            growth = (product - time * value / weight) / (times - time**2 / weight + 1 / scale**2)
        return value / weight - growth * time / weight, growth
    total, first = totals[stop] - totals[start], firsts[stop] - firsts[start]
    row = _segment_cost(
        start, stop, len(growths) // 2, tables, growths, totals, firsts, judged, information, 0.0, 0.0, scale, is_count
    )[1]
    mass = max(tables[row, stop, 0] - tables[row, start, 0], 1e-300)
    growth = growths[row]
    shift = 0.0
    if len(growths) > 1:
        centre = (tables[row, stop, 1] - tables[row, start, 1]) / mass
        spread = max((tables[row, stop, 2] - tables[row, start, 2]) / mass - centre**2, 0.0)
        step = growths[1] - growths[0]
        rest = (first - total * centre - growth / scale**2) / (total * spread + 1 / scale**2)
        rest = min(max(rest, -step), step)
        if (row == 0 and rest < 0) or (row == len(growths) - 1 and rest > 0):
            rest = 0.0
        growth += rest
        # the sum of offset * exp(growth * t) a little off the table
        shift = rest * centre + rest**2 * spread / 2
    return np.log(max(total, 0.5) / mass) - shift, growth


@njit(cache=True)
def _best_origins(
    penalty,
    least,
    tables,
    growths,
    totals,
    firsts,
    judged,
    information,
    least_length,
    least_information,
    scale,
    is_count,
):
    size = len(totals) - 1
    best = np.full(size + 1, np.inf)
    best[0] = -penalty
    origin = np.zeros(size + 1, np.int64)
    starts = np.zeros(size + 1, np.int64)
    rows = np.full(size + 1, len(growths) // 2)
    dropped_by = np.full(size + 1, -1)
    alive = 1
    # two segments of one growth pay its prior twice: so much less may a cut of one segment save; slopes of real values
    # have no bound, so that none of their starts is ever dropped
    slack = growths[-1] ** 2 / (2 * scale**2) if is_count else np.inf
    if len(growths) == 1:
        slack = 0.0
    # what a segment cost when it was looked at last, less what its periods cost at least
    known = np.full(size + 1, -np.inf)
    for stop in range(1, size + 1):
        for turn in range(alive + 1):
            # the best start of the last period goes first: beside it most others need no look
            place = turn - 1
            start = starts[place] if turn > 0 else origin[stop - 1]
            if turn > 0 and best[start] + known[start] + least[stop] + penalty >= best[stop] + _NEAR:
                continue
            cost, rows[start] = _segment_cost(
                start, stop, rows[start], tables, growths, totals, firsts, judged, information, least_length,
                least_information, scale, is_count,
            )  # fmt: skip
            if np.isfinite(cost):
                known[start] = cost - least[stop]
            if best[start] + cost + penalty < best[stop]:
                best[stop] = best[start] + cost + penalty
                origin[stop] = start
        kept = 0
        for place in range(alive):
            start = starts[place]
            lower = best[start] + known[start] + least[stop]
            if dropped_by[start] < 0 and lower >= best[stop] + slack + _NEAR:
                dropped_by[start] = stop
            by = dropped_by[start]
            # the start is beaten by `by` only in segments that may begin there
            is_beaten = (
                by >= 0
                and judged[stop] - judged[by] >= least_length
                and information[stop] - information[by] >= least_information
            )
            if not is_beaten:
                starts[kept] = start
                kept += 1
        alive = kept
        if np.isfinite(best[stop]):
            starts[alive] = stop
            alive += 1
    if not np.isfinite(best[size]):
        origin[size] = 0
    return origin


@njit(cache=True)
def _date_gains(
    before, after, tables, growths, totals, firsts, judged, information, least_length, least_information, scale,
    is_count,
):  # fmt: skip
    middle = len(growths) // 2
    gains = np.full(after - before, -np.inf)
    whole = _segment_cost(
        before, after, middle, tables, growths, totals, firsts, judged, information, least_length,
        least_information, scale, is_count,
    )[0]  # fmt: skip
    left, right = middle, middle
    for cut in range(before + 1, after):
        one, left = _segment_cost(
            before, cut, left, tables, growths, totals, firsts, judged, information, least_length,
            least_information, scale, is_count,
        )  # fmt: skip
        other, right = _segment_cost(
            cut, after, right, tables, growths, totals, firsts, judged, information, least_length,
            least_information, scale, is_count,
        )  # fmt: skip
        if np.isfinite(one) and np.isfinite(other):
            gains[cut - before] = whole - one - other
    return gains


@njit(cache=True)
def _all_costs(tables, growths, totals, firsts, judged, information, least_length, least_information, scale, is_count):
    size = len(totals) - 1
    matrix = np.full((size + 1, size + 1), np.inf)
    for start in range(size):
        row = len(growths) // 2
        for stop in range(start + 1, size + 1):
            matrix[start, stop], row = _segment_cost(
                start, stop, row, tables, growths, totals, firsts, judged, information, least_length,
                least_information, scale, is_count,
            )  # fmt: skip
    return matrix
