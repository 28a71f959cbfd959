"""From the changepoints that hold to what is told of them: dates with intervals, ratios, kinds, probabilities."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np

from filingwatch.changepoints import calibration, monitoring, search
from filingwatch.changepoints.full_model import FullModel, Turning
from filingwatch.changepoints.model import Array
from filingwatch.changepoints.months import month_name
from filingwatch.changepoints.records import Changepoint, Segment
from filingwatch.changepoints.refitting import Refit
from filingwatch.changepoints.settling import Options, Series, State

_SURE = 1.959964
_COMPARED_MONTHS = 12
_WIDEST_BEND = 36


def changepoints(
    series: Series, state: State, refit: Refit, options: Options, start: dt.date | None
) -> tuple[Changepoint, ...]:
    """Every changepoint with what is known of it, oldest first."""
    edges = [0, *(turning.index for turning in refit.turnings), len(series.counts)]
    return tuple(
        _changepoint(series, state, refit, place, edges[place], edges[place + 2], options, start)
        for place in range(len(refit.held))
    )


def segments(series: Series, refit: Refit, options: Options) -> tuple[Segment, ...]:
    """The segments, oldest first."""
    turnings, found = refit.turnings, refit.fitted.coefficients
    growth = float(found[1]) if options.has_growth else 0.0
    level = float(found[0])
    base_growth, told = growth, []
    edges = [0, *(turning.index for turning in turnings), len(series.counts)]
    for place, (start, stop) in enumerate(pairwise(edges)):
        if place:
            steps = _parts(refit, place - 1)
            level += steps[0]
            growth += steps[1]
        at = level + base_growth * float(series.time[start]) / options.periods_per_year
        at += sum(
            _parts(refit, earlier)[1] * (start - turnings[earlier].index) / options.periods_per_year
            for earlier in range(place)
        )
        start_level = float(np.exp(min(at, 700.0))) if series.is_count else series.origin + series.unit * at
        told.append(Segment(start, stop, start_level, series.unit * growth))
    return tuple(told)


def _parts(refit: Refit, place: int) -> tuple[float, float]:
    """Step and change of yearly growth of a changepoint."""
    kind, at = refit.turnings[place].kind, refit.fitted.places[place]
    values = [float(refit.fitted.coefficients[column]) for column in at]
    return {"level": (values[0], 0.0), "growth": (0.0, values[0])}[kind] if kind != "both" else (values[0], values[1])


def _changepoint(
    series: Series, state: State, refit: Refit, place: int, before: int, after: int, options: Options,
    start: dt.date | None,
) -> Changepoint:  # fmt: skip
    held = refit.held[place]
    index = held.turning.index
    dates, gains = _date_gains(state, refit, place, before, after)
    low, high = _credible(dates, gains)
    low, high = min(low, index), max(high, index)
    compared = np.flatnonzero(series.used[index:after])[:_COMPARED_MONTHS]
    middle = float(compared.mean()) / options.periods_per_year if len(compared) else 0.0
    contrast = np.zeros(len(refit.fitted.coefficients))
    growth = np.zeros(len(contrast))
    at = list(refit.fitted.places[place])
    if held.turning.kind != "growth":
        contrast[at.pop(0)] = 1.0
    if held.turning.kind != "level":
        contrast[at[0]] = middle
        growth[at[0]] = 1.0
    change, error = _estimate(refit, contrast)
    bend, bend_error = _estimate(refit, growth)
    ratio, interval = _as_ratio(series, refit, compared + index, change, error)
    return Changepoint(
        index=index,
        period=None if start is None else month_name(start, index),
        interval=(low, high),
        period_interval=None if start is None else (month_name(start, low), month_name(start, high)),
        kind=held.turning.kind,
        direction="up" if change >= 0 else "down",
        rate_ratio=ratio,
        rate_ratio_interval=interval,
        growth_change=series.unit * bend,
        growth_change_interval=(series.unit * (bend - _SURE * bend_error), series.unit * (bend + _SURE * bend_error)),
        probability=_probability(held.evidence, gains),
        evidence=held.evidence,
        firm_evidence=held.firm_evidence,
        surcharge=monitoring.surcharge(
            judged_after=int(series.used[index:].sum()),
            others=[other.evidence for other in refit.held if other is not held],
        ),
    )


def _estimate(refit: Refit, contrast: Array) -> tuple[float, float]:
    return float(contrast @ refit.fitted.coefficients), refit.fitted.error(contrast)


def _as_ratio(
    series: Series, refit: Refit, compared: Array, change: float, error: float
) -> tuple[float, tuple[float, float]]:
    """New over old. Of real values it is taken of the means, and has no meaning where the old one is not positive."""
    ends = (change - _SURE * error, change + _SURE * error)
    if series.is_count:
        return float(np.exp(change)), (float(np.exp(max(ends[0], -700))), float(np.exp(min(ends[1], 700))))
    change, ends = series.unit * change, (series.unit * ends[0], series.unit * ends[1])
    old = series.origin + series.unit * float(refit.mean[compared].mean()) - change if len(compared) else 0.0
    if old <= 0:
        return float("nan"), (float("nan"), float("nan"))
    return (old + change) / old, ((old + ends[0]) / old, (old + ends[1]) / old)


def _date_gains(state: State, refit: Refit, place: int, before: int, after: int) -> tuple[Array, Array]:
    """Periods at which the changepoint might lie, and the log-likelihood of each up to a constant."""
    turning = refit.held[place].turning
    if turning.kind != "growth":
        gains = search.date_weights(state.costs, before, after)
        if not np.isfinite(gains[turning.index - before]):
            # too few counts for two segments of the search: the full likelihood has found this one
            gains = np.where(np.arange(before, after) == turning.index, 0.0, -np.inf)
        return np.arange(before, after), gains
    low, high = max(before + 2, turning.index - _WIDEST_BEND), min(after - 2, turning.index + _WIDEST_BEND + 1)
    dates = np.arange(min(low, turning.index), max(high, turning.index + 1))
    return dates, np.array([_bend_value(refit.model, refit.turnings, place, int(date)) for date in dates])


def _bend_value(model: FullModel, turnings: list[Turning], place: int, date: int) -> float:
    return model.fit([*turnings[:place], Turning(date, "growth"), *turnings[place + 1 :]]).value


def _credible(dates: Array, gains: Array) -> tuple[int, int]:
    """First and last date of the middle 95 % of the likelihood."""
    share = np.cumsum(np.exp(gains - gains.max()))
    share /= share[-1]
    return int(dates[np.searchsorted(share, 0.025)]), int(dates[np.searchsorted(share, 0.975)])


def _probability(evidence: float, gains: Array) -> float:
    dates = np.log(np.exp(gains - gains.max()).sum())
    log_odds = evidence + dates - calibration.PRIOR
    return float(1 / (1 + np.exp(-np.clip(log_odds, -700, 700))))
