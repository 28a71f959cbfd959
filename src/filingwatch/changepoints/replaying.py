"""A series as it could be seen on a past day, and what the detector would have said on that day.

World mode: everything published by the day is known, whenever this installation learned of it. What is done with a
changepoint that was found belongs to `tracking`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from filingwatch.changepoints import calibration
from filingwatch.changepoints.delay import DelayLaw, Reports, learn_law, month_start, observed_until
from filingwatch.changepoints.detection import detect
from filingwatch.changepoints.model import Array
from filingwatch.changepoints.monitoring import is_announced
from filingwatch.changepoints.months import first_day, last_day, last_whole_month, month_number
from filingwatch.changepoints.records import Changepoint, Detection

LEAST_EXPOSURE = 0.05
"""Months of which less than this share can have been published are too young."""

LawAt = Callable[[dt.date], DelayLaw]


@dataclass(frozen=True, slots=True)
class Look:
    """What one day saw: counts from the month `start` on, the share of each that can have been reported, and what
    the detector says. `observed_until` is the day until which the source had reported. `announced` are those of its
    changepoints that a replay announces for the first time at this look; empty for a look alone."""

    as_of: dt.date
    observed_until: dt.date
    start: dt.date
    counts: Array
    completeness: Array
    detection: Detection
    announced: tuple[Changepoint, ...] = ()

    def month(self, index: int) -> dt.date:
        """First day of the period with that index."""
        return first_day(month_number(self.start) + index)

    @property
    def judged(self) -> Array:
        """True where the month is reported well enough to be judged."""
        return self.completeness >= LEAST_EXPOSURE


def replay(
    triangle: pl.DataFrame,
    *,
    looks: Sequence[dt.date] | None = None,
    threshold: float | None = None,
    **options: Any,
) -> list[Look]:
    """What would have been found and announced at each look, knowing only what had been reported by then.

    `triangle` has the columns reference_month, count and report_date (or report_month); its delay law is learned
    from itself, anew for each look. Looks default to the last day of every month of reports. `threshold` is the
    evidence asked for of an announcement, by default that of a single series under monthly looks (see `calibration`);
    further `options` go to `detect`. Filing months after the last one of the whole triangle are not part of it; a row
    with count 0 says that a month is.

    Raises:
        BadInput: the frame is no triangle.
    """
    reports = Reports.from_frame(triangle)
    if looks is None:
        if not len(reports.day):
            return []
        first, last = (month_number(dt.date.fromordinal(int(d))) for d in (reports.day.min(), reports.day.max()))
        looks = [last_day(month) for month in range(first, last + 1)]
    asked = calibration.threshold_for() if threshold is None else threshold
    law_at = partial(learn_law, reports)
    last_month = int(reports.month.max(initial=0))
    return _announce((look_at(reports, day, law_at, last_month=last_month, **options) for day in looks), asked)


def _announce(looks: Iterable[Look], threshold: float) -> list[Look]:
    told: list[Look] = []
    for look in looks:
        sure = [found for found in look.detection.changepoints if is_announced(found, threshold)]
        news = tuple(found for found in sure if not any(_is_told(look, found, before) for before in told))
        told.append(replace(look, announced=news))
    return told


def _is_told(look: Look, found: Changepoint, before: Look) -> bool:
    low, high = (look.month(edge) for edge in found.interval)
    return any(
        old.direction == found.direction
        and before.month(old.interval[0]) <= high
        and before.month(old.interval[1]) >= low
        for old in before.announced
    )


def look_at(
    reports: Reports,
    as_of: dt.date,
    law_at: LawAt,
    *,
    source_until: dt.date | None = None,
    last_month: int | None = None,
    **options: Any,
) -> Look:
    """One look: the series from its first reported month on, corrected for what cannot have been reported yet.

    A look knows whole months of reports, so that all nights of a month see the same. `source_until` is the last day
    the source is known to cover, when something else than the series tells it; `last_month` the last filing month (by
    number) that is counted at all.
    """
    until = last_whole_month(min(observed_until(reports, as_of), source_until or as_of))
    known = reports.known_by(until)
    last = month_number(until)
    start, counts = monthly_counts(known, last if last_month is None else min(last, last_month))
    months = month_number(start) + np.arange(len(counts))
    share, error = law_at(until).at(months, until)
    options = {"least_exposure": LEAST_EXPOSURE, "threshold": calibration.FOUND} | options
    detection = detect(counts, exposure=share, uncertainty=error, start=start, **options)
    return Look(as_of, until, start, counts, share, detection)


def look_as_the_paper(reports: Reports, as_of: dt.date) -> Look:
    """The plain look of the 2023 paper: raw counts by filing month, one constant rate before and one after.

    No exposure, no month effects, no growth, at most one changepoint, and a tail of under-reported months that is
    left as it is: its fall says nothing about filing. Shown for comparison only.
    """
    known = reports.known_by(as_of)
    start, counts = monthly_counts(known, int(known.month.max(initial=month_number(as_of))) if len(known.month) else 0)
    counts = counts[: np.flatnonzero(counts).max(initial=-1) + 1]
    found = detect(counts, start=start, most_changes=1, has_month_effects=False, has_growth=False, guards_spikes=False)
    return Look(as_of, as_of, start, counts, np.ones(len(counts)), found)


def monthly_counts(reports: Reports, last: int) -> tuple[dt.date, Array]:
    """First month with a report and counts of every month from it to month number `last`; empty without reports."""
    counted = reports.month[reports.count > 0]
    if not len(counted) or counted.min() > last:
        return month_start(dt.date(1970, 1, 1)), np.zeros(0)
    first = int(counted.min())
    inside = reports.month <= last
    return first_day(first), np.bincount(reports.month[inside] - first, reports.count[inside], last - first + 1)


def find_matching(look: Look, month: dt.date, low: dt.date, high: dt.date, direction: str) -> Changepoint | None:
    """The changepoint of a look that is the same as one given by month, interval and direction, or None.

    The same means: the same direction, and intervals that share a month; of several the nearest.
    """
    at, first, last = (month_number(day) - month_number(look.start) for day in (month, low, high))
    alike = [
        found
        for found in look.detection.changepoints
        if found.direction == direction and found.interval[0] <= last and found.interval[1] >= first
    ]
    return min(alike, key=lambda found: abs(found.index - at), default=None)


def first_sight(is_seen: Callable[[dt.date], bool], month: dt.date, latest: dt.date) -> dt.date | None:
    """The first last-day-of-a-month on which `is_seen`, between a month and a day on which it is seen.

    Coarse: looks 3, 6, 12, 24, ... months later until one sees it, then halves the gap; what was seen, lost and seen
    again may be dated to either time. None when no look before `latest` sees it.
    """
    start, end = month_number(month), month_number(latest) - 1
    blind, step = start, 3
    while True:
        sighted = min(start + step, end)
        if sighted <= blind:
            return None
        if is_seen(last_day(sighted)):
            break
        if sighted == end:
            return None
        blind, step = sighted, step * 2
    while sighted - blind > 1:
        middle = (sighted + blind) // 2
        if is_seen(last_day(middle)):
            sighted = middle
        else:
            blind = middle
    return last_day(sighted)
