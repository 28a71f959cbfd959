"""How much of a month can have been published by now: the reporting triangle and the delay law learned from it.

A report is a count with two clocks: the month it is about (filing) and the day it became known (earliest
publication). Here belong the triangle and the law. What a series looks like on a given day belongs to `replaying`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filingwatch.changepoints.model import Array
from filingwatch.changepoints.months import elapsed_share, first_day, last_day, month_number
from filingwatch.errors import BadInput

LONGEST_DELAY = 120
"""Months after which a filing that will ever be published is taken to be."""
WINDOW = 36
"""The law is learned from the reports of so many months: offices change their pace."""
STRENGTH = 50.0
"""A small group borrows from its parent as if it had seen so many of the parent's filings at every delay."""
_UNKNOWN_ERROR = 0.5
_MATURE = 0.8
_REPLAYED_MONTHS = 96
_SILENCE = 10.0

Days = NDArray[np.int64]
_EPOCH = dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Reports:
    """Counts by reference month (as month number) and day of report (as proleptic ordinal); any order."""

    month: Days
    day: Days
    count: Array

    @classmethod
    def from_frame(cls, frame: pl.DataFrame) -> Reports:
        """From columns reference_month, count and report_date (or report_month, taken as its first day).

        Raises:
            BadInput: a column is missing, or a count is negative or missing.
        """
        report = next((name for name in ("report_date", "report_month") if name in frame.columns), None)
        missing = {"reference_month", "count"} - set(frame.columns)
        if report is None or missing:
            wanted = "reference_month, count and report_date (or report_month)"
            raise BadInput(f"A triangle needs the columns {wanted}; this has {', '.join(frame.columns) or 'none'}.")
        known = frame.drop_nulls(["reference_month", report])
        count = known["count"].cast(pl.Float64).to_numpy()
        if not np.all(count >= 0):
            raise BadInput("A triangle holds counts of 0 or more; aggregate corrections before giving it.")
        reference = known["reference_month"].cast(pl.Date)
        number = (reference.dt.year().cast(pl.Int64) * 12 + reference.dt.month() - 1).to_numpy()
        day = known[report].cast(pl.Date).cast(pl.Int32).cast(pl.Int64).to_numpy() + _EPOCH
        return cls(number, day, count)

    def known_by(self, day: dt.date) -> Reports:
        """What had been reported at the end of that day."""
        known = self.day <= day.toordinal()
        return Reports(self.month[known], self.day[known], self.count[known])

    @cached_property
    def observed(self) -> tuple[dt.date, float] | None:
        """The last day of any report, and reports per day in the year before it; None without reports."""
        if not self.count.sum() > 0:
            return None
        last = int(self.day[self.count > 0].max())
        return dt.date.fromordinal(last), float(self.count[self.day > last - 365].sum()) / 365

    @cached_property
    def triangle(self) -> tuple[int, Array]:
        """First reference month, and counts by reference month and delay in months (0 to the longest)."""
        if not len(self.month):
            return 0, np.zeros((0, LONGEST_DELAY + 1))
        reported = _months_of_days(self.day)
        delay = np.clip(reported - self.month, 0, LONGEST_DELAY)
        first = int(self.month.min())
        rows = int(self.month.max()) - first + 1
        flat = np.bincount((self.month - first) * (LONGEST_DELAY + 1) + delay, self.count, rows * (LONGEST_DELAY + 1))
        return first, flat.reshape(rows, LONGEST_DELAY + 1)


def observed_until(reports: Reports, as_of: dt.date) -> dt.date:
    """The day until which the source can have told us: `as_of`, or its last report when it has fallen silent.

    Filings that stop do not silence publication: those of the last year and a half still appear. A flow that breaks
    off at once (ten reports overdue) is a source that ended, such as an export made on that day.
    """
    known = reports.known_by(as_of)
    if known.observed is None:
        return as_of
    last, per_day = known.observed
    return last if (as_of - last).days * per_day > _SILENCE else as_of


@dataclass(frozen=True, slots=True)
class DelayLaw:
    """Share of a month's filings that is reported by age, and the relative standard error of that share.

    `share[a]` holds when all reports of the a-th month after the filing month are in; it rises to 1, never 0.
    """

    share: Array
    error: Array

    def at(self, months: Days, day: dt.date) -> tuple[Array, Array]:
        """Share and its relative error for these filing months at the end of a day (0 for months to come).

        Within a month the share is taken to rise evenly; how far that can be wrong is part of the error.
        """
        age = month_number(day) - months
        part = elapsed_share(day)
        full = self._of(self.share, age - 1, before=0.0)
        rise = self._of(self.share, age, before=0.0) - full
        share = full + part * rise
        uneven = part * (1 - part) * rise / np.maximum(share, 1e-9)
        return share, np.hypot(self._of(self.error, age, before=_UNKNOWN_ERROR), uneven)

    @staticmethod
    def _of(row: Array, age: Days, before: float) -> Array:
        return np.where(age < 0, before, row[np.clip(age, 0, LONGEST_DELAY)])


def learn_law(reports: Reports, until: dt.date, parent: DelayLaw | None = None) -> DelayLaw:
    """The delay law as it could be known at the end of a day, from the complete months of reports before it.

    The hazard of a delay is its share among all filings reported with that delay or a shorter one. It looks back
    from the report, so that neither growth nor a sudden rise of filings bends it. Without data a delay has its
    parent's hazard, without parent 0.
    """
    end = month_number(until) + (until == last_day(month_number(until)))
    first, counts = reports.triangle
    summed = counts.cumsum(axis=1)
    delays = np.arange(LONGEST_DELAY + 1)
    now, so_far = np.zeros(len(delays)), np.zeros(len(delays))
    for delay in delays:
        low, high = (max(month - delay - first, 0) for month in (end - WINDOW, end))
        now[delay] = counts[low:high, delay].sum()
        so_far[delay] = summed[low:high, delay].sum()
    borrowed = 0.0 if parent is None else STRENGTH
    inherited = np.zeros(len(delays)) if parent is None else _hazards(parent.share)
    hazard = (now + borrowed * inherited) / np.maximum(so_far + borrowed, 1e-9)
    later = np.cumprod((1 - np.minimum(hazard, 1 - 1e-9))[::-1])[::-1]
    share = np.append(later[1:], 1.0)
    return DelayLaw(share, _relative_errors(summed, share, end - 1 - first, parent))


def _hazards(share: Array) -> Array:
    return 1 - np.append(0.0, share[:-1]) / share


def _relative_errors(summed: Array, share: Array, newest: int, parent: DelayLaw | None) -> Array:
    """Beyond chance, how far past months stood from the law at each age, against what they came to in the end."""
    row = np.arange(max(newest - _REPLAYED_MONTHS, 0), min(newest + 1, len(summed)))
    row = row[share[np.clip(newest - row, 0, LONGEST_DELAY)] >= _MATURE]
    age = np.clip(newest - row, 0, LONGEST_DELAY)
    final = summed[row, age] / share[age]
    inside = age[:, None] >= np.arange(LONGEST_DELAY + 1)
    due = np.where(inside, final[:, None] * share, 0.0)
    excess = np.where(inside, (summed[row] - due) ** 2 - due * (1 - share), 0.0).sum(axis=0)
    squares = (due**2).sum(axis=0)
    enough = (inside.sum(axis=0) >= 12) & (due.sum(axis=0) >= 50)
    own = np.sqrt(np.maximum(excess, 0) / np.maximum(squares, 1e-9))
    otherwise = np.full(LONGEST_DELAY + 1, _UNKNOWN_ERROR) if parent is None else parent.error
    # beyond any age that was replayed next to nothing is missing, so little of it can be unknown
    return np.where(enough, np.minimum(own, 1.0), np.minimum(otherwise, np.maximum(1 - share, 0) + 0.05))


def _months_of_days(days: Days) -> Days:
    dates = (days - _EPOCH).astype("datetime64[D]")
    return dates.astype("datetime64[M]").astype(np.int64) + 1970 * 12


def month_start(day: dt.date) -> dt.date:
    """First day of the month of a day."""
    return first_day(month_number(day))
