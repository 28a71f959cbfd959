"""Single extreme months: they are named and set aside, since one month is no new regime."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from filingwatch.changepoints.likelihood import LEAST_REAL_VARIANCE
from filingwatch.changepoints.model import Array
from filingwatch.changepoints.settling import Series

_NEIGHBOURS = 6
_EXTREME = 9.0
_UNUSUAL = 3.0
_SCATTER = 0.1
_YEARS_OF_A_SEASON = 3


def isolated(series: Series) -> list[int]:
    """Months far above the half year before and after them whose direct neighbours are not unusual themselves.

    A month that starts a new regime is not isolated as soon as the next one is known.
    """
    periods = np.flatnonzero(series.used)
    if len(periods) < 2 * _NEIGHBOURS:
        return []
    if not series.is_count:
        return _isolated_values(series, periods)
    counts, exposure = series.counts[periods], series.exposure[periods]
    season = _usual_season(counts / exposure, series.month[periods])
    due = _nearby(counts / (exposure * season)) * exposure * season
    score = (counts - due) / np.sqrt(due + _SCATTER * due**2 + 1)
    before = np.r_[-np.inf, score[:-1]]
    after = np.r_[score[1:], -np.inf]
    return periods[(score > _EXTREME) & (before < _UNUSUAL) & (after < _UNUSUAL)].tolist()


def _isolated_values(series: Series, periods: NDArray[np.int64]) -> list[int]:
    """Values that stand far from the median of the half year around them, in units of their usual distance from it."""
    values = series.counts[periods]
    padded = np.pad(values, _NEIGHBOURS, constant_values=np.nan)
    windows = np.delete(np.lib.stride_tricks.sliding_window_view(padded, 2 * _NEIGHBOURS + 1), _NEIGHBOURS, axis=1)
    away = values - np.nanmedian(windows, axis=1)
    for month in np.unique(series.month[periods]):
        years = series.month[periods] == month
        if years.sum() >= _YEARS_OF_A_SEASON:
            away[years] -= np.median(away[years])
    usual = np.median(np.abs(away)) * 1.4826
    score = np.abs(away) / max(usual, np.sqrt(LEAST_REAL_VARIANCE))
    before = np.r_[np.inf, score[:-1]]
    after = np.r_[score[1:], np.inf]
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
    year = np.cumsum(np.r_[False, np.diff(month) <= 0])
    table = np.full((int(year[-1]) + 1, int(month.max()) + 1), np.inf)
    table[year, month] = ratio
    known = np.isfinite(table).sum(axis=0)
    table.sort(axis=0)
    at = np.arange(table.shape[1])
    # infinity stands where nothing is known and sorts last
    with np.errstate(invalid="ignore"):
        middle = (table[np.maximum(known - 1, 0) // 2, at] + table[known // 2 % len(table), at]) / 2
    usual = np.where(known >= _YEARS_OF_A_SEASON, np.maximum(middle, 1.0), 1.0)
    return usual[month]
