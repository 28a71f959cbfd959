"""Month effects, scatter and segments need each other: here they are estimated in turn until the segments stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from filingwatch.changepoints import model, noise, search
from filingwatch.changepoints.model import Array
from filingwatch.changepoints.noise import Scatter

Family = Literal["auto", "poisson", "negbin", "gaussian"]

GROWTH_SCALE = 0.3
"""Standard deviation of the prior of yearly log growth in a segment. Long segments do not feel it."""
_MOST_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Options:
    """What the search is held to; `detection.detect` says what each means."""

    family: Family
    threshold: float
    search_penalty: float
    least_length: int
    least_information: float
    least_exposure: float
    most_changes: int | None
    has_month_effects: bool
    has_growth: bool
    guards_spikes: bool
    periods_per_year: float


@dataclass(frozen=True, slots=True)
class Series:
    """One checked series: values (0 where not judged), exposure with its relative error, place in the year (0 to
    `seasons` - 1), which periods are judged, and whether the values are counts. Real values are kept in units of
    their own spread (`unit`) around their mean (`origin`)."""

    counts: Array
    exposure: Array
    doubt: Array
    month: NDArray[np.int64]
    used: NDArray[np.bool_]
    seasons: int = 12
    is_count: bool = True
    origin: float = 0.0
    unit: float = 1.0

    @property
    def time(self) -> Array:
        """Periods from the middle of the series, the clock of every fit."""
        return np.arange(len(self.counts)) - (len(self.counts) - 1) / 2

    @property
    def apart_doubt(self) -> Array:
        """The error of the exposures beyond what all of them share, which only moves the level."""
        squares = self.doubt**2
        return np.sqrt(np.maximum(squares - squares[self.used].min(initial=np.inf), 0.0))

    def without(self, periods: Sequence[int]) -> Series:
        """The same series with these periods not judged."""
        used = self.used.copy()
        used[list(periods)] = False
        return replace(self, counts=np.where(used, self.counts, 0.0), used=used)


@dataclass(frozen=True, slots=True)
class State:
    """One answer: month effects (factors, or summands for real values), scatter, costs, cuts and the fitted mean."""

    effects: Array
    scatter: Scatter
    costs: search.Costs
    cuts: tuple[int, ...]
    mean: Array

    def bounds(self) -> list[tuple[int, int]]:
        """Segments as half-open stretches."""
        return list(pairwise([0, *self.cuts, len(self.mean)]))


def settle(series: Series, options: Options) -> State:
    """Rounds of estimation until the cuts stay the same; if they never do, the cut with the fewest changes."""
    effects, mean = _first_guess(series, options)
    segments = max(int(series.used.sum()) // 24, 1)
    rounds: list[State] = []
    for _ in range(_MOST_ROUNDS):
        state = _cut(series, effects, mean, segments, options)
        if rounds and rounds[-1].cuts == state.cuts:
            return state
        rounds.append(state)
        mean, segments = state.mean, len(state.cuts) + 1
        effects = _month_effects(series, mean, effects, state.scatter, options)
    return min(rounds[1:], key=lambda state: len(state.cuts))


def fitted_mean(series: Series, effects: Array, costs: search.Costs, cuts: Sequence[int]) -> Array:
    """The mean of every period for given cuts."""
    line = np.zeros(len(series.counts))
    for start, stop in pairwise([0, *cuts, len(line)]):
        level, growth = costs.fit(start, stop)
        line[start:stop] = level + growth * series.time[start:stop]
    if series.is_count:
        return series.exposure * effects[series.month] * np.exp(np.clip(line, -50, 50))
    return line + effects[series.month]


def _first_guess(series: Series, options: Options) -> tuple[Array, Array]:
    """Month effects and mean from a moving rate, which follows any change within half a year."""
    if not series.is_count:
        return _first_real_guess(series, options)
    effects = np.ones(series.seasons)
    # the second pass frees the moving rate of the season at the edges of the series and beside gaps
    for _ in range(2):
        offset = series.exposure * effects[series.month]
        rate = model.smooth_rate(series.counts, offset, series.used)
        effects = _from_mean(series, series.exposure * rate, series.used.astype(float), options)
    offset = series.exposure * effects[series.month]
    return effects, offset * model.smooth_rate(series.counts, offset, series.used)


def _first_real_guess(series: Series, options: Options) -> tuple[Array, Array]:
    effects = np.zeros(series.seasons)
    for _ in range(2):
        smooth = model.smooth_values(series.counts - effects[series.month], series.used)
        effects = _from_mean(series, smooth, series.used.astype(float), options)
    return effects, model.smooth_values(series.counts - effects[series.month], series.used) + effects[series.month]


def _month_effects(series: Series, mean: Array, effects: Array, scatter: Scatter, options: Options) -> Array:
    if series.is_count:
        return _from_mean(series, mean / effects[series.month], _weigh(series, mean, scatter), options)
    return _from_mean(series, mean - effects[series.month], series.used.astype(float), options)


def _from_mean(series: Series, mean: Array, weights: Array, options: Options) -> Array:
    if not options.has_month_effects:
        return np.ones(series.seasons) if series.is_count else np.zeros(series.seasons)
    if series.is_count:
        return model.month_effects(series.counts, mean, weights, series.month, series.seasons)
    return model.real_month_effects(series.counts - mean, weights, series.month, series.seasons)


def _weigh(series: Series, mean: Array, scatter: Scatter) -> Array:
    if not series.is_count:
        return series.used / (scatter.variance * scatter.inflation)
    spread = scatter.variance * scatter.inflation + series.apart_doubt**2
    return np.where(series.used, 1 / (1 + spread * np.maximum(mean, 0)), 0.0)


def estimate_scatter(series: Series, effects: Array, mean: Array, segments: int, options: Options) -> Scatter:
    """The scatter around a mean of so many segments."""
    taken = series.seasons - 1 if np.ptp(effects) > 0 else 0
    if not series.is_count:
        return noise.estimate_real_scatter(series.counts, mean, series.used, segments, taken)
    is_poisson = options.family == "poisson"
    return noise.estimate_scatter(
        series.counts, mean, series.used, series.apart_doubt, segments, taken, is_poisson=is_poisson
    )


def _cut(series: Series, effects: Array, mean: Array, segments: int, options: Options) -> State:
    scatter = estimate_scatter(series, effects, mean, segments, options)
    costs = _costs(series, effects, _weigh(series, mean, scatter), mean, options)
    cuts = tuple(search.partition(costs, options.search_penalty, options.most_changes))
    return State(effects, scatter, costs, cuts, fitted_mean(series, effects, costs, cuts))


def _costs(series: Series, effects: Array, weights: Array, mean: Array, options: Options) -> search.Costs:
    scale = GROWTH_SCALE / options.periods_per_year
    if not series.is_count:
        values = np.where(series.used, series.counts - effects[series.month], 0.0)
        slope = 4 * scale
        return search.square_costs(
            values, weights, least_length=options.least_length, slope_scale=slope, has_growth=options.has_growth
        )
    offset = series.exposure * effects[series.month]
    rate = series.counts[series.used].sum() / max(offset[series.used].sum(), 1e-300)
    return search.segment_costs(
        series.counts,
        offset,
        weights,
        least_length=options.least_length,
        least_information=options.least_information,
        information=series.counts + offset * rate,
        growth_scale=scale,
        has_growth=options.has_growth,
    )
