"""Months and weekdays of the demo's world. No randomness here."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = 1, 2, 3, 4


def month_index(day: dt.date) -> int:
    """Months since the year 0: consecutive months have consecutive numbers."""
    return day.year * 12 + day.month - 1


def first_of_month(index: int) -> dt.date:
    return dt.date(index // 12, index % 12 + 1, 1)


def days_in_month(index: int) -> int:
    return calendar.monthrange(index // 12, index % 12 + 1)[1]


def next_weekday(day: dt.date, weekdays: Collection[int]) -> dt.date:
    """The day itself when it is one of the weekdays (Monday is 0), else the first such day after it."""
    while day.weekday() not in weekdays:
        day += dt.timedelta(days=1)
    return day
