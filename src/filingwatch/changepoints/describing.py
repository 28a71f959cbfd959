"""From the found segments to what is told of them: dates with intervals, ratios, kinds, probabilities."""

from __future__ import annotations

import datetime as dt

import numpy as np

from filingwatch.changepoints import search
from filingwatch.changepoints.model import Array, Fit
from filingwatch.changepoints.months import month_name
from filingwatch.changepoints.records import Changepoint, Kind, Segment
from filingwatch.changepoints.settling import Options, Series, State

_SURE = 1.959964
_COMPARED_MONTHS = 12


def changepoints(series: Series, state: State, options: Options, start: dt.date | None) -> tuple[Changepoint, ...]:
    """Every changepoint with what is known of it, oldest first."""
    edges = [0, *state.cuts, len(series.counts)]
    return tuple(
        _changepoint(series, state, options, start, before, cut, after)
        for before, cut, after in zip(edges[:-2], edges[1:-1], edges[2:], strict=True)
    )


def segments(series: Series, state: State, options: Options) -> tuple[Segment, ...]:
    """The segments, oldest first."""
    told = []
    for start, stop in state.bounds():
        found = state.fit_stretch(series, start, stop, has_growth=options.has_growth)
        level = np.exp(found.level[0] + found.growth[0] * series.time[start])
        told.append(Segment(start, stop, float(level), float(12 * found.growth[0])))
    return tuple(told)


def _changepoint(
    series: Series, state: State, options: Options, start: dt.date | None, before: int, cut: int, after: int
) -> Changepoint:
    gains = search.date_weights(state.costs, before, after)
    low, high = (before + edge for edge in _credible(gains))
    low, high = min(low, cut), max(high, cut)
    old = state.fit_stretch(series, before, cut, has_growth=options.has_growth)
    new = state.fit_stretch(series, cut, after, has_growth=options.has_growth)
    compared = np.flatnonzero(series.used[cut:after])[:_COMPARED_MONTHS] + cut
    middle = float(series.time[compared].mean())
    ratio, error = _difference(old, new, middle)
    step, step_error = _difference(old, new, float(series.time[cut]) - 0.5)
    growth = float(new.growth[0] - old.growth[0])
    growth_error = float(np.sqrt(new.growth_variance[0] + old.growth_variance[0]))
    return Changepoint(
        index=cut,
        period=None if start is None else month_name(start, cut),
        interval=(low, high),
        period_interval=None if start is None else (month_name(start, low), month_name(start, high)),
        kind=_kind(step / step_error, growth / growth_error if growth_error else 0.0),
        direction="up" if ratio >= 0 else "down",
        rate_ratio=float(np.exp(ratio)),
        rate_ratio_interval=(float(np.exp(ratio - _SURE * error)), float(np.exp(ratio + _SURE * error))),
        growth_change=12 * growth,
        growth_change_interval=(12 * (growth - _SURE * growth_error), 12 * (growth + _SURE * growth_error)),
        probability=_probability(gains, options.penalty),
        evidence=float(gains.max()),
        firm_evidence=float(gains.max()),
    )


def _difference(old: Fit, new: Fit, time: float) -> tuple[float, float]:
    """Difference of two log rates at a time, and its standard error."""
    value = (new.level[0] + new.growth[0] * time) - (old.level[0] + old.growth[0] * time)
    return float(value), float(np.sqrt(old.variance_at(time)[0] + new.variance_at(time)[0]))


def _kind(step: float, growth: float) -> Kind:
    """By which of the two differences stands out of its error, both in standard errors."""
    if abs(growth) < _SURE:
        return "level"
    return "both" if abs(step) >= _SURE else "growth"


def _credible(gains: Array) -> tuple[int, int]:
    """First and last place of the middle 95 % of the likelihood."""
    share = np.cumsum(np.exp(gains - gains.max()))
    share /= share[-1]
    return int(np.searchsorted(share, 0.025)), int(np.searchsorted(share, 0.975))


def _probability(gains: Array, penalty: float) -> float:
    log_odds = gains.max() + np.log(np.exp(gains - gains.max()).sum()) - penalty
    return float(1 / (1 + np.exp(-np.clip(log_odds, -700, 700))))
