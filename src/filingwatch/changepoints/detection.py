"""`detect`: the one door to the detector. It checks the series, sets spikes aside, and tells what was found.

The model belongs to `model`, the search to `search`, how they are brought to agree to `settling`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

import numpy as np
from numpy.typing import ArrayLike

from filingwatch.changepoints import calibration, describing, spikes
from filingwatch.changepoints.model import Array
from filingwatch.changepoints.monitoring import FIRM
from filingwatch.changepoints.records import Detection, Method, Verdict
from filingwatch.changepoints.refitting import Refit, refit
from filingwatch.changepoints.settling import Family, Options, Series, State, settle
from filingwatch.errors import BadInput

NAME = "piecewise log-linear counts"
VERSION = 2
_MOST_SPIKES = 8
_MOST_COUNT = 1e12
"""Beyond, single counts vanish in the rounding of the likelihood."""
_MOST_VALUE = 1e100


def detect(
    values: ArrayLike,
    *,
    exposure: ArrayLike | None = None,
    uncertainty: ArrayLike | None = None,
    start: dt.date | None = None,
    family: Family = "auto",
    threshold: float = calibration.ONE_LOOK,
    least_length: int = 3,
    least_information: float = 10.0,
    least_exposure: float = 0.05,
    most_changes: int | None = None,
    has_month_effects: bool = True,
    has_growth: bool = True,
    guards_spikes: bool = True,
    periods_per_year: float = 12.0,
) -> Detection:
    """Lasting changes of the rate in a series of counts or of the level in real values. "No change" is an answer.

    Args:
        values: counts (or real values) of consecutive periods; NaN where nothing is known.
        exposure: what multiplies the expected count of each month, such as the share reported by now. Months below
            `least_exposure` are too young and are not judged.
        uncertainty: relative standard error of the exposure of each month.
        start: the first month; gives months their names and the month effects their January.
        family: "negbin" estimates the overdispersion, "poisson" has none, "gaussian" is for shares and other real
            values. "auto" is "negbin" (which is Poisson where counts scatter no more than by chance) for whole numbers
            of 0 or more, else "gaussian".
        threshold: evidence, in log-likelihood, that a changepoint must have; the default is calibrated for one look,
            see `calibration`.
        least_length: judged months that a segment must have.
        least_information: counts that a segment must have, seen plus expected without any change.
        least_exposure: from which exposure on a month is judged.
        most_changes: at most so many changepoints; None for any number.
        has_month_effects: estimate a factor for each month of the year.
        has_growth: let each segment grow or fall steadily; otherwise its rate is constant.
        guards_spikes: set one or two extreme months aside and name them.
        periods_per_year: 12 for months, 4 for quarters, 1 for years; the scale of growth and of the season.

    Raises:
        BadInput: values or exposures cannot be counts or exposures; the message names the first such period.
    """
    if family not in ("auto", "poisson", "negbin", "gaussian"):
        raise BadInput(f"There is no family {family!r}; use auto, poisson, negbin or gaussian.")
    options = Options(
        family, threshold, calibration.SEARCHED * threshold, least_length, least_information, least_exposure,
        most_changes, has_month_effects, has_growth, guards_spikes, periods_per_year,
    )  # fmt: skip
    series = _checked(values, exposure, uncertainty, start, options)
    if not np.isfinite(_array(values)).any():
        return _nothing("no data", series, options)
    if series.used.sum() < 2 * least_length:
        return _nothing("too young to judge", series, options)
    set_aside = spikes.isolated(series) if guards_spikes else []
    series = series.without(set_aside)
    state, found = _look(series, options)
    while guards_spikes and len(set_aside) < _MOST_SPIKES:
        carriers = _carriers(found)
        if not carriers:
            break
        set_aside += carriers
        series = series.without(carriers)
        state, found = _look(series, options)
    changepoints = describing.changepoints(series, state, found, options, start)
    return Detection(
        verdict="changed" if changepoints else "no change",
        changepoints=changepoints,
        segments=describing.segments(series, found, options),
        spikes=tuple(sorted(set_aside)),
        expected=tuple((series.origin + series.unit * found.mean).tolist()),
        method=Method(
            NAME, VERSION, asdict(options), round(found.model.scatter.variance * series.unit**2, 9),
            round(found.model.scatter.correlation, 6), tuple((series.unit * state.effects).tolist()),
        ),
    )  # fmt: skip


def _look(series: Series, options: Options) -> tuple[State, Refit]:
    state = settle(series, options)
    return state, refit(series, state, options)


def _carriers(found: Refit) -> list[int]:
    """The months that carry the least firm changepoint alone: they are a spike as long as nothing else says shift."""
    weak = [held for held in found.held if held.firm_evidence < FIRM and held.helpers]
    return list(min(weak, key=lambda held: held.firm_evidence).helpers) if weak else []


def _checked(
    values: ArrayLike,
    exposure: ArrayLike | None,
    uncertainty: ArrayLike | None,
    start: dt.date | None,
    options: Options,
) -> Series:
    row = _array(values)
    if row.ndim != 1:
        raise BadInput(f"A series is one row of values; this has {row.ndim} dimensions.")
    _refuse(np.isinf(row), row, "a value", "finite, or NaN where nothing is known")
    known = row[np.isfinite(row)]
    is_count = options.family != "gaussian" and not (
        options.family == "auto" and exposure is None and (np.any(known < 0) or np.any(known != np.rint(known)))
    )
    if is_count:
        _refuse(row < 0, row, "a count", "0 or more, or NaN where nothing is known")
    most = _MOST_COUNT if is_count else _MOST_VALUE
    _refuse(np.abs(row) > most, row, "a value", f"at most {most:.0e}; count in a larger unit")
    share = np.ones(len(row)) if exposure is None else _array(exposure)
    doubt = np.zeros(len(row)) if uncertainty is None else _array(uncertainty)
    for name, given in (("exposure", share), ("uncertainty", doubt)):
        if given.shape != row.shape:
            raise BadInput(f"There are {len(row)} values and {given.size} of {name}; give one for each value.")
        _refuse(~np.isfinite(given) | (given < 0), given, f"an {name}", "a number of 0 or more")
    used = np.isfinite(row) & (share >= options.least_exposure) & (share > 0)
    seasons = {12: 12, 4: 4}.get(round(options.periods_per_year), 1)
    first = (start.month - 1) * seasons // 12 if start else 0
    place = (np.arange(len(row)) + first) % seasons
    origin, unit = 0.0, 1.0
    if not is_count and used.any():
        origin, unit = float(row[used].mean()), float(row[used].std()) or 1.0
        row = (row - origin) / unit
    return Series(np.where(used, row, 0.0), share, doubt, place, used, seasons, is_count, origin, unit)


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
