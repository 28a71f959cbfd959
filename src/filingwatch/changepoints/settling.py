"""Month effects, scatter and segments need each other: here they are estimated in turn until the segments stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from filingwatch.changepoints import model, search
from filingwatch.changepoints.model import Array

Family = Literal["auto", "poisson", "negbin"]

_MOST_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Options:
    """What the search is held to; `detection.detect` says what each means."""

    family: Family
    penalty: float
    least_length: int
    least_information: float
    least_exposure: float
    most_changes: int | None
    has_month_effects: bool
    has_growth: bool
    guards_spikes: bool


@dataclass(frozen=True, slots=True)
class Series:
    """One checked series: counts (0 where not judged), exposure with its relative error, month of the year (0 to 11),
    and which periods are judged."""

    counts: Array
    exposure: Array
    doubt: Array
    month: NDArray[np.int64]
    used: NDArray[np.bool_]

    @property
    def time(self) -> Array:
        """Months from the middle of the series, the clock of every fit."""
        return np.arange(len(self.counts)) - (len(self.counts) - 1) / 2

    def without(self, periods: Sequence[int]) -> Series:
        """The same series with these periods not judged."""
        used = self.used.copy()
        used[list(periods)] = False
        return replace(self, counts=np.where(used, self.counts, 0.0), used=used)


@dataclass(frozen=True, slots=True)
class State:
    """One answer: month effects, scatter, weights, exposure times month effect, costs, cuts and the fitted mean."""

    effects: Array
    overdispersion: float
    correlation: float
    weights: Array
    offset: Array
    costs: search.Costs
    cuts: tuple[int, ...]
    mean: Array

    def bounds(self) -> list[tuple[int, int]]:
        """Segments as half-open stretches."""
        edges = [0, *self.cuts, len(self.mean)]
        return list(pairwise(edges))

    def fit_stretch(self, series: Series, start: int, stop: int, *, has_growth: bool = True) -> model.Fit:
        """The fit of one stretch of the series."""
        inside = (np.arange(len(series.counts)) >= start) & (np.arange(len(series.counts)) < stop)
        return model.fit(
            series.counts, self.offset, np.where(inside, self.weights, 0.0), series.time, has_growth=has_growth
        )


def settle(series: Series, options: Options) -> State:
    """Rounds of estimation until the cuts stay the same; if they never do, the cut with the fewest changes."""
    effects, mean = _first_guess(series, options)
    parameters = series.used.sum() / 12
    rounds: list[State] = []
    for _ in range(_MOST_ROUNDS):
        state = _cut(series, effects, mean, parameters, options)
        if rounds and rounds[-1].cuts == state.cuts:
            return state
        rounds.append(state)
        mean = state.mean
        effects = _month_effects(series, mean / effects[series.month], state.weights, options)
        parameters = 2 * (len(state.cuts) + 1)
    return min(rounds[1:], key=lambda state: len(state.cuts))


def _first_guess(series: Series, options: Options) -> tuple[Array, Array]:
    """Month effects and mean from a moving rate, which follows any change within half a year."""
    effects = np.ones(12)
    # the second pass frees the moving rate of the season at the edges of the series and beside gaps
    for _ in range(2):
        offset = series.exposure * effects[series.month]
        rate = model.smooth_rate(series.counts, offset, series.used)
        effects = _month_effects(series, series.exposure * rate, series.used.astype(float), options)
    offset = series.exposure * effects[series.month]
    return effects, offset * model.smooth_rate(series.counts, offset, series.used)


def _month_effects(series: Series, mean: Array, weights: Array, options: Options) -> Array:
    if not options.has_month_effects:
        return np.ones(12)
    return model.month_effects(series.counts, mean, weights, series.month)


def _cut(series: Series, effects: Array, mean: Array, parameters: float, options: Options) -> State:
    taken = parameters + (11 if np.ptp(effects) > 0 else 0)
    a = 0.0 if options.family == "poisson" else model.overdispersion(series.counts, mean, series.used, taken)
    rho = model.correlation(series.counts, mean, a, series.used)
    weights = model.weigh(mean, series.used, a, rho, series.doubt)
    offset = series.exposure * effects[series.month]
    plain = model.fit(series.counts, offset, weights, series.time, has_growth=options.has_growth)
    costs = search.segment_costs(
        series.counts,
        offset,
        weights,
        least_length=options.least_length,
        least_information=options.least_information,
        information=series.counts + offset * np.exp(plain.level[0] + plain.growth[0] * series.time),
        has_growth=options.has_growth,
    )
    cuts = tuple(search.partition(costs, options.penalty, options.most_changes))
    state = State(effects, a, rho, weights, offset, costs, cuts, mean)
    return replace(state, mean=_fitted(series, state, options))


def _fitted(series: Series, state: State, options: Options) -> Array:
    fitted = np.zeros(len(series.counts))
    for start, stop in state.bounds():
        found = state.fit_stretch(series, start, stop, has_growth=options.has_growth)
        inside = slice(start, stop)
        fitted[inside] = state.offset[inside] * np.exp(found.level[0] + found.growth[0] * series.time[inside])
    return fitted
