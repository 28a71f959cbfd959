"""The reporting triangle: counts with two clocks, the month they are about (filing) and the day they became known
(earliest publication).

What is learned from a triangle about delays belongs to `delay`, what a series looks like on a day to `replaying`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filingwatch.changepoints.model import Array
from filingwatch.changepoints.months import first_day, month_number
from filingwatch.errors import BadInput

LONGEST_DELAY = 120
"""Months after which a filing that will ever be published is taken to be."""
STRETCH = 6
"""Months that are held against a past law together."""
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
        """From columns reference_month, count and report_date (or report_month, taken as its last day).

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
        if not np.all((count >= 0) & np.isfinite(count)):
            raise BadInput("A triangle holds counts of 0 or more; aggregate corrections before giving it.")
        reference = known["reference_month"].cast(pl.Date)
        number = (reference.dt.year().cast(pl.Int64) * 12 + reference.dt.month() - 1).to_numpy()
        reported = known[report].cast(pl.Date)
        reported = reported.dt.month_end() if report == "report_month" else reported
        day = reported.cast(pl.Int32).cast(pl.Int64).to_numpy() + _EPOCH
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

    @cached_property
    def running(self) -> tuple[Array, Array]:
        """Running totals by report month and delay: what was reported, and the number at risk.

        Row i holds the report months before the i-th, counted from the first reference month. At risk of a delay are
        the filings of a month that were reported with that delay or a shorter one.
        """
        _, counts = self.triangle
        rows = len(counts)
        filed = np.arange(rows + LONGEST_DELAY)[:, None] - np.arange(LONGEST_DELAY + 1)
        inside = (filed >= 0) & (filed < rows)
        filed = np.clip(filed, 0, max(rows - 1, 0))
        totals = []
        for table in (counts, self.known):
            by_report = np.zeros((len(filed) + 1, LONGEST_DELAY + 1))
            if rows:
                by_report[1:] = np.where(inside, np.take_along_axis(table, filed, axis=0), 0.0)
            totals.append(by_report.cumsum(axis=0))
        return totals[0], totals[1]

    @cached_property
    def running_total(self) -> Array:
        """All reports before each report month, counted as in `running`."""
        return self.running[0].sum(axis=1)

    @cached_property
    def known(self) -> Array:
        """The triangle summed over delays: what was known of each reference month at each age."""
        return self.triangle[1].cumsum(axis=1)

    @cached_property
    def known_of_stretch(self) -> Array:
        """The same of each month and those after it in its half-year, each at that age."""
        known = self.known
        sums = np.concatenate([np.zeros((1, known.shape[1])), known.cumsum(axis=0)])
        return sums[STRETCH:] - sums[:-STRETCH]


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


def _months_of_days(days: Days) -> Days:
    dates = (days - _EPOCH).astype("datetime64[D]")
    return dates.astype("datetime64[M]").astype(np.int64) + 1970 * 12


def month_start(day: dt.date) -> dt.date:
    """First day of the month of a day."""
    return first_day(month_number(day))
