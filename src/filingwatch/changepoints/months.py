"""Months as numbers and back: consecutive months have consecutive numbers."""

from __future__ import annotations

import calendar
import datetime as dt


def month_number(day: dt.date) -> int:
    """Months since the year 0."""
    return day.year * 12 + day.month - 1


def first_day(number: int) -> dt.date:
    """The first day of a month given by number."""
    return dt.date(number // 12, number % 12 + 1, 1)


def last_day(number: int) -> dt.date:
    """The last day of a month given by number."""
    return first_day(number + 1) - dt.timedelta(days=1)


def last_whole_month(day: dt.date) -> dt.date:
    """The last day of the last month that is over at the end of a day."""
    month = month_number(day)
    return day if day == last_day(month) else last_day(month - 1)


def month_after(start: dt.date, index: int) -> dt.date:
    """First day of the month that stands `index` months after `start`."""
    return first_day(month_number(start) + index)


def month_name(start: dt.date, index: int) -> str:
    """That month as 2015-02."""
    return f"{month_after(start, index):%Y-%m}"


def elapsed_share(day: dt.date) -> float:
    """Share of its month that is over at the end of the day."""
    return day.day / calendar.monthrange(day.year, day.month)[1]
