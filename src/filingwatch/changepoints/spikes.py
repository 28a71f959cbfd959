"""Single extreme months: they are named and set aside, since one month is no new regime."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from filingwatch.changepoints import model
from filingwatch.changepoints.model import Array
from filingwatch.changepoints.settling import Options, Series, State

_NEIGHBOURS = 6
_EXTREME = 9.0
_UNUSUAL = 3.0
_SCATTER = 0.1
_MOST_SUSPECTS = 6
_YEARS_OF_A_SEASON = 3


def isolated(series: Series) -> list[int]:
    """Months far above the half year before and after them whose direct neighbours are not unusual themselves.

    A month that starts a new regime is not isolated as soon as the next one is known.
    """
    periods = np.flatnonzero(series.used)
    if len(periods) < 2 * _NEIGHBOURS:
        return []
    counts, exposure = series.counts[periods], series.exposure[periods]
    season = _usual_season(counts / exposure, series.month[periods])
    due = _nearby(counts / (exposure * season)) * exposure * season
    score = (counts - due) / np.sqrt(due + _SCATTER * due**2 + 1)
    before = np.r_[-np.inf, score[:-1]]
    after = np.r_[score[1:], -np.inf]
    return periods[(score > _EXTREME) & (before < _UNUSUAL) & (after < _UNUSUAL)].tolist()


def _nearby(rate: Array) -> Array:
    """The mean rate of the half year before and after each period, without itself and without the highest."""
    padded = np.pad(rate, _NEIGHBOURS, constant_values=np.nan)
    windows = np.delete(np.lib.stride_tricks.sliding_window_view(padded, 2 * _NEIGHBOURS + 1), _NEIGHBOURS, axis=1)
    known = np.isfinite(windows).sum(axis=1)
    return (np.nansum(windows, axis=1) - np.nanmax(windows, axis=1)) / np.maximum(known - 1, 1)


def _usual_season(rate: Array, month: NDArray[np.int64]) -> Array:
    """How far each period's month of the year usually stands above the others: by the median of the years, which one
    extreme month cannot move; never below 1."""
    ratio = rate / np.maximum(_nearby(rate), 1e-9)
    usual = np.ones(12)
    for each in np.unique(month):
        years = ratio[month == each]
        if len(years) >= _YEARS_OF_A_SEASON:
            usual[each] = max(float(np.median(years)), 1.0)
    return usual[month]


def carrier(series: Series, state: State, options: Options) -> int | None:
    """The month that carries a changepoint alone: without it less than half of the needed evidence is left."""
    edges = [0, *state.cuts, len(series.counts)]
    for before, cut, after in zip(edges[:-2], edges[1:-1], edges[2:], strict=True):
        suspects = _suspects(series, state, before, after)
        left = _gain_without(series, state, before, cut, after, suspects, options.has_growth)
        if left.min() < options.penalty / 2:
            return int(suspects[np.argmin(left)])
    return None


def _suspects(series: Series, state: State, start: int, stop: int) -> NDArray[np.int64]:
    """The months of a stretch that fit a single segment worst."""
    found = state.fit_stretch(series, start, stop)
    inside = np.arange(start, stop)
    inside = inside[series.used[inside]]
    mean = state.offset[inside] * np.exp(found.level[0] + found.growth[0] * series.time[inside])
    misfit = np.abs(series.counts[inside] - mean) * np.sqrt(state.weights[inside] / np.maximum(mean, 1e-9))
    return inside[np.argsort(-misfit)[:_MOST_SUSPECTS]]


def _gain_without(
    series: Series, state: State, before: int, cut: int, after: int, suspects: NDArray[np.int64], has_growth: bool
) -> Array:
    """Log-likelihood that the changepoint gains when each suspect in turn is left out."""
    place = np.arange(before, after)
    kept = np.where(suspects[:, None] == place, 0.0, state.weights[place])

    def likelihood(weights: Array) -> Array:
        return model.fit(
            series.counts[place], state.offset[place], weights, series.time[place], has_growth=has_growth
        ).likelihood

    older = place < cut
    return likelihood(np.where(older, kept, 0.0)) + likelihood(np.where(older, 0.0, kept)) - likelihood(kept)
