"""The full model of a series with given changepoints: its columns, its priors, and fits of it.

It has one level and growth, a step and a change of growth at every changepoint, month effects, and the error of the
exposure, which is one for all young months (the delay law is wrong for all of them in one way). The likelihood itself
belongs to `likelihood`, which changepoints hold to `refitting`.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Literal

import numpy as np

from filingwatch.changepoints import likelihood
from filingwatch.changepoints.model import Array
from filingwatch.changepoints.noise import Scatter
from filingwatch.changepoints.settling import GROWTH_SCALE, Options, Series

Turn = Literal["level", "growth", "both"]

GROWTH_CHANGE_SCALE = 0.2
"""Standard deviation of the prior of a change of yearly log growth."""
_STEP_SCALE = 3.0
_LEVEL_PRECISION = 1e-4
_LEAST_MONTH_SPREAD = 0.05
_LAW_PARTS = 6


@dataclass(frozen=True, slots=True)
class Turning:
    """A changepoint in the model: its first period and what changes there."""

    index: int
    kind: Turn = "both"


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fit of the full model: log-likelihood, coefficients, their information, and where the columns of each turning
    are."""

    value: float
    coefficients: Array
    information: Array
    places: tuple[tuple[int, ...], ...]

    def error(self, contrast: Array) -> float:
        """Standard error of a sum of coefficients."""
        return float(np.sqrt(max(contrast @ np.linalg.solve(self.information, contrast), 0.0)))


class FullModel:
    """The full model of one series with its scatter; fits any set of changepoints."""

    def __init__(self, series: Series, options: Options, effects: Array, scatter: Scatter) -> None:
        self.series, self.options, self.scatter = series, options, scatter
        self._years = series.time / options.periods_per_year
        self._used = series.used.astype(float)
        self._shared, self._precision = self._nuisance(effects)
        self._offset = np.log(np.maximum(series.exposure, 1e-12))
        self._start = np.array([self._first_level()])

    def with_scatter(self, scatter: Scatter) -> FullModel:
        """The same model with another scatter."""
        other = copy(self)
        other.scatter = scatter
        return other

    def fit(self, turnings: Sequence[Turning], without: Sequence[int] = ()) -> Fitted:
        """The most likely coefficients, some periods left out."""
        columns, precision, places = self._columns(turnings)
        used = self._used
        if len(without):
            used = used.copy()
            used[list(without)] = 0.0
        if self.series.is_count:
            start = np.zeros(columns.shape[1])
            start[: len(self._start)] = self._start
            value, found, information = likelihood.log_likelihood(
                self.series.counts, self._offset, used, columns, precision, start,
                self.scatter.variance, self.scatter.correlation,
            )  # fmt: skip
            # the next fit of other changepoints is near
            self._start = found[: self._shared.shape[1]]
        else:
            value, found, information, _ = likelihood.normal_log_likelihood(
                self.series.counts, used, columns, precision, self.scatter.correlation
            )
        return Fitted(value, found, information, places)

    def score(self, turnings: Sequence[Turning]) -> tuple[Array, Array]:
        """About what a step and a bend at each period would add to these changepoints."""
        columns, precision, _ = self._columns(turnings)
        if not self.series.is_count:
            return likelihood.score_normal_turns(
                self.series.counts, self._used, columns, precision, self.scatter.correlation,
                self.options.periods_per_year,
            )  # fmt: skip
        start = np.zeros(columns.shape[1])
        start[: len(self._start)] = self._start
        return likelihood.score_turns(
            self.series.counts, self._offset, self._used, columns, precision, start, self.scatter.variance,
            self.scatter.correlation, (self._scaled(_STEP_SCALE), self._scaled(GROWTH_CHANGE_SCALE)),
            self.options.periods_per_year,
        )  # fmt: skip

    def mean(self, fitted: Fitted, turnings: Sequence[Turning]) -> Array:
        """The mean of every period; the counts of the judged ones add up to it."""
        columns, _, _ = self._columns(turnings)
        line = columns @ fitted.coefficients
        if not self.series.is_count:
            return line
        mean = np.exp(np.clip(line + self._offset, -50, 50))
        judged = self.series.used
        return mean * self.series.counts[judged].sum() / max(mean[judged].sum(), 1e-300)

    def _first_level(self) -> float:
        used = self.series.used
        total = max(self.series.counts[used].sum(), 0.5)
        return float(np.log(total / max(self.series.exposure[used].sum(), 1e-300)))

    def _columns(self, turnings: Sequence[Turning]) -> tuple[Array, Array, tuple[tuple[int, ...], ...]]:
        shared = self._shared.shape[1]
        width = shared + sum(2 if turning.kind == "both" else 1 for turning in turnings)
        columns = np.zeros((len(self._years), width))
        columns[:, :shared] = self._shared
        precision = np.empty(width)
        precision[:shared] = self._precision
        places, at = [], shared
        for turning in turnings:
            first = at
            if turning.kind != "growth":
                columns[turning.index :, at] = 1.0
                precision[at] = self._scaled(_STEP_SCALE)
                at += 1
            if turning.kind != "level":
                periods = len(self._years) - turning.index
                columns[turning.index :, at] = np.arange(periods) / self.options.periods_per_year
                precision[at] = self._scaled(GROWTH_CHANGE_SCALE)
                at += 1
            places.append(tuple(range(first, at)))
        return columns, precision, tuple(places)

    def _scaled(self, scale: float) -> float:
        """Prior precision: on the log scale for counts; real values know no usual size and are hardly held."""
        return scale**-2 if self.series.is_count else 1e-3

    def _nuisance(self, effects: Array) -> tuple[Array, Array]:
        series = self.series
        columns = [np.ones(len(series.counts))]
        precision = [_LEVEL_PRECISION]
        if self.options.has_growth:
            columns.append(self._years)
            precision.append(self._scaled(GROWTH_SCALE))
        if self.options.has_month_effects and np.ptp(effects) > 0:
            usual = np.log(effects) if series.is_count else effects
            spread = max(float(np.mean(usual**2)), _LEAST_MONTH_SPREAD**2 if series.is_count else 1e-300)
            columns += list((series.month[:, None] == np.arange(series.seasons)).T.astype(float))
            precision += [1 / spread if series.is_count else self.scatter.variance / spread] * series.seasons
        law = law_columns(series.apart_doubt, series.used) if series.is_count else []
        return np.column_stack(columns + law), np.array(precision + [1.0] * len(law))


def law_columns(doubt: Array, used: Array) -> list[Array]:
    """The error of the exposures as a few independent standard normal effects.

    The share that is missing is a product of later and later delays, so errors are one random walk from the old months
    to the young ones: the covariance of two months is the variance of the older. Its range is cut into parts, each a
    column.
    """
    variance = np.where(used, doubt**2, 0.0)
    most = variance.max(initial=0.0)
    if most < 1e-4:
        return []
    edges = np.append(0.0, np.geomspace(most / 2 ** (_LAW_PARTS - 1), most, _LAW_PARTS))
    widths = np.diff(edges)
    parts = np.clip(variance[:, None] - edges[:-1], 0.0, widths) / np.sqrt(widths)
    return [part for part in parts.T if part.any()]
