"""`detect`: the one door to the detector. It checks the series, sets spikes aside, and tells what was found.

The model belongs to `model`, the search to `search`, how they are brought to agree to `settling`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

import numpy as np
from numpy.typing import ArrayLike

from filingwatch.changepoints import describing, spikes
from filingwatch.changepoints.calibration import PENALTY
from filingwatch.changepoints.model import Array
from filingwatch.changepoints.records import Detection, Method, Verdict
from filingwatch.changepoints.settling import Family, Options, Series, settle
from filingwatch.errors import BadInput

NAME = "piecewise log-linear counts"
VERSION = 1
_MOST_SPIKES = 8


def detect(
    values: ArrayLike,
    *,
    exposure: ArrayLike | None = None,
    uncertainty: ArrayLike | None = None,
    start: dt.date | None = None,
    family: Family = "auto",
    penalty: float = PENALTY,
    least_length: int = 3,
    least_information: float = 10.0,
    least_exposure: float = 0.05,
    most_changes: int | None = None,
    has_month_effects: bool = True,
    has_growth: bool = True,
    guards_spikes: bool = True,
) -> Detection:
    """Lasting changes of the rate in a series of monthly counts. "No change" is an answer.

    Args:
        values: counts of consecutive months, 0 or more; NaN where nothing is known.
        exposure: what multiplies the expected count of each month, such as the share reported by now. Months below
            `least_exposure` are too young and are not judged.
        uncertainty: relative standard error of the exposure of each month.
        start: the first month; gives months their names and the month effects their January.
        family: "negbin" estimates the overdispersion, "poisson" has none, "auto" is "negbin" (which is Poisson where
            the counts scatter no more than by chance).
        penalty: cost of a changepoint in log-likelihood; the default is calibrated, see `calibration`.
        least_length: judged months that a segment must have.
        least_information: counts that a segment must have, seen plus expected without any change.
        least_exposure: from which exposure on a month is judged.
        most_changes: at most so many changepoints; None for any number.
        has_month_effects: estimate a factor for each month of the year.
        has_growth: let each segment grow or fall steadily; otherwise its rate is constant.
        guards_spikes: set single extreme months aside and name them.

    Raises:
        BadInput: values or exposures cannot be counts or exposures; the message names the first such period.
    """
    if family not in ("auto", "poisson", "negbin"):
        raise BadInput(f"There is no family {family!r}; use auto, poisson or negbin.")
    options = Options(
        family, penalty, least_length, least_information, least_exposure, most_changes, has_month_effects, has_growth,
        guards_spikes,
    )  # fmt: skip
    series = _checked(values, exposure, uncertainty, start, least_exposure)
    if not np.isfinite(_array(values)).any():
        return _nothing("no data", series, options)
    if series.used.sum() < 2 * least_length:
        return _nothing("too young to judge", series, options)
    found: list[int] = []
    if guards_spikes:
        found += spikes.isolated(series)
        series = series.without(found)
    state = settle(series, options)
    while guards_spikes and len(found) < _MOST_SPIKES:
        spike = spikes.carrier(series, state, options)
        if spike is None:
            break
        found.append(spike)
        series = series.without([spike])
        state = settle(series, options)
    changepoints = describing.changepoints(series, state, options, start)
    return Detection(
        verdict="changed" if changepoints else "no change",
        changepoints=changepoints,
        segments=describing.segments(series, state, options),
        spikes=tuple(sorted(found)),
        expected=tuple(state.mean.tolist()),
        method=Method(
            NAME, VERSION, asdict(options), round(state.overdispersion, 6), round(state.correlation, 6),
            tuple(state.effects.tolist()),
        ),
    )  # fmt: skip


def _checked(
    values: ArrayLike, exposure: ArrayLike | None, uncertainty: ArrayLike | None, start: dt.date | None, least: float
) -> Series:
    counts = _array(values)
    if counts.ndim != 1:
        raise BadInput(f"A series is one row of counts; this has {counts.ndim} dimensions.")
    _refuse(counts < 0, counts, "a count", "0 or more, or NaN where nothing is known")
    _refuse(np.isinf(counts), counts, "a count", "finite")
    share = np.ones(len(counts)) if exposure is None else _array(exposure)
    doubt = np.zeros(len(counts)) if uncertainty is None else _array(uncertainty)
    for name, row in (("exposure", share), ("uncertainty", doubt)):
        if row.shape != counts.shape:
            raise BadInput(f"There are {len(counts)} values and {row.size} of {name}; give one for each value.")
        _refuse(~np.isfinite(row) | (row < 0), row, f"an {name}", "a number of 0 or more")
    used = np.isfinite(counts) & (share >= least) & (share > 0)
    month = (np.arange(len(counts)) + (start.month - 1 if start else 0)) % 12
    return Series(np.where(used, counts, 0.0), share, doubt, month, used)


def _array(values: ArrayLike) -> Array:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadInput(f"A series is a row of numbers: {error}.") from error


def _refuse(wrong: np.ndarray, row: Array, what: str, allowed: str) -> None:
    if wrong.any():
        at = int(np.argmax(wrong))
        raise BadInput(f"Period {at} (counted from 0) has {what} of {row[at]}; it must be {allowed}.")


def _nothing(verdict: Verdict, series: Series, options: Options) -> Detection:
    nan = (float("nan"),) * len(series.counts)
    return Detection(verdict, (), (), (), nan, Method(NAME, VERSION, asdict(options), 0.0, 0.0, (1.0,) * 12))
