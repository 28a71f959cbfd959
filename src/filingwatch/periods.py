"""Dates as people write them, and the step of time that a column of them keeps. Pure.

Months, quarters, years, weeks, days: which of them a series counts by is told from its own dates. What stands in a
file beside the dates belongs to `series_file`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import gcd
from typing import Literal

from filingwatch.changepoints.months import first_day, last_day, month_number
from filingwatch.errors import BadInput

Form = Literal["year", "quarter", "month", "week", "day"]
Told = tuple[dt.date, Form]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = "|".join(_MONTHS)
_FORMS = {
    "year": re.compile(r"(?P<y>\d{4})"),
    "month": re.compile(
        rf"(?P<y>\d{{4}})[-/]?(?P<m>\d{{2}})|(?P<y2>\d{{4}})[-/](?P<m2>\d)"
        rf"|(?P<name>{_NAME})[a-z]*[-. ]+(?P<y3>\d{{4}})|(?P<y4>\d{{4}})[- ]+(?P<name2>{_NAME})[a-z]*"
    ),
    "quarter": re.compile(r"(?P<y>\d{4})[- ]?q(?P<q>[1-4])|q(?P<q2>[1-4])[-/ ]?(?P<y2>\d{4})"),
    "week": re.compile(r"(?P<y>\d{4})-?w(?P<w>\d{2})"),
    "day": re.compile(
        r"(?:(?P<y>\d{4})(?P<s>[-/.]?)(?P<m>\d{2})(?P=s)(?P<d>\d{2})|(?P<y2>\d{4})[-/.](?P<m2>\d{1,2})[-/.](?P<d2>\d{1,2}))"
        r"(?:[t ]\d{1,2}:.*)?"
        r"|(?P<a>\d{1,2})(?P<s2>[/.])(?P<b>\d{1,2})(?P=s2)(?P<y3>\d{4})"
    ),
}
_FIRST_YEAR, _LAST_YEAR = 1500, 2200
_LEAST_FILLED = 0.25


@dataclass(frozen=True, slots=True)
class Grid:
    """Consecutive periods: the place of each date among them, the name of every period, and how long a period is.

    `step` is month, quarter, year, week, day or such as "6 months"; `start` the first month when it is month.
    """

    places: tuple[int, ...]
    names: tuple[str, ...]
    step: str
    periods_per_year: float
    start: dt.date | None


def read_date(text: str, *, is_day_first: bool = False) -> Told | None:
    """The first day of what a text names and how exactly it names it, or None when it is no date.

    `is_day_first` decides how 3/4/2015 is read; 3.4.2015 always has the day first.
    """
    plain = text.strip().lower()
    if plain[4:5] == "年":
        plain = re.sub("[年月日]", "-", plain).rstrip("-")
    for form, pattern in _FORMS.items():
        found = pattern.fullmatch(plain)
        if found is not None:
            try:
                day = _day({name: part for name, part in found.groupdict().items() if part}, is_day_first)
            except ValueError:
                continue
            if _FIRST_YEAR <= day.year <= _LAST_YEAR:
                return day, form  # type: ignore[return-value]
    return None


def read_dates(texts: Sequence[str]) -> list[Told] | None:
    """A whole column; None when one of them is no date. 3/4/2015 is read as all the others can be.

    Raises:
        BadInput: day and month could be either way round in all of them.
    """
    readings = [[read_date(text, is_day_first=way) for text in texts] for way in (False, True)]
    whole = [reading for reading in readings if None not in reading]
    if not whole:
        return None
    if len(whole) == 2 and whole[0] != whole[1]:
        at = next(at for at, pair in enumerate(zip(*whole, strict=True)) if pair[0] != pair[1])
        raise BadInput(f"{texts[at]!r} may have the day or the month first; write dates as 2015-01-31.")
    return whole[0]  # type: ignore[return-value]


def lay_out(dates: Sequence[Told], most: int) -> Grid:
    """The grid of consecutive periods that the dates stand on, which must be in order and all different.

    Raises:
        BadInput: the dates are not equally exact, have no step in common, or span more than `most` periods.
    """
    forms = {form for _, form in dates}
    if len(forms) > 1:
        raise BadInput(f"Dates of one column must be alike; these name a {', a '.join(sorted(forms))}.")
    [form] = forms
    days = [day for day, _ in dates]
    if form == "week" or (form == "day" and not _is_once_a_month(days)):
        return _by_days(days, most)
    return _by_months(days, {"year": 12, "quarter": 3}.get(form, 1), most)


def _by_months(days: Sequence[dt.date], least: int, most: int) -> Grid:
    numbers = [month_number(day) for day in days]
    step = gcd(*(after - before for before, after in pairwise(numbers))) or least
    places = tuple((number - numbers[0]) // step for number in numbers)
    _refuse_long(places[-1] + 1, most, f"{step} months")
    months = [first_day(numbers[0] + place * step) for place in range(places[-1] + 1)]
    name = {1: "month", 3: "quarter", 12: "year"}.get(step, f"{step} months")
    start = months[0] if name == "month" else None
    return Grid(places, tuple(_name_month(month, name) for month in months), name, 12 / step, start)


def _by_days(days: Sequence[dt.date], most: int) -> Grid:
    step = gcd(*((after - before).days for before, after in pairwise(days))) or 1
    places = tuple((day - days[0]).days // step for day in days)
    name = {1: "day", 7: "week"}.get(step, f"{step} days")
    if len(days) < _LEAST_FILLED * (places[-1] + 1):
        raise BadInput(
            f"The dates keep no step: {len(days)} of them from {days[0]} to {days[-1]}, on a grid of one {name}. "
            "Count them by month, week or day first, with a row for each."
        )
    _refuse_long(places[-1] + 1, most, name)
    names = tuple(f"{days[0] + dt.timedelta(days=step * place)}" for place in range(places[-1] + 1))
    return Grid(places, names, name, 365.25 / step, None)


def _is_once_a_month(days: Sequence[dt.date]) -> bool:
    """Whether dates stand for months: never two in one, and at the same place of each or nearly a month apart."""
    numbers = [month_number(day) for day in days]
    if len(set(numbers)) < len(days):
        return False
    at_one_place = len({day.day for day in days}) == 1 or all(day == last_day(month_number(day)) for day in days)
    return at_one_place or all((after - before).days >= 25 for before, after in pairwise(days))


def _name_month(month: dt.date, step: str) -> str:
    if step == "year":
        return f"{month:%Y}"
    if step == "quarter":
        return f"{month:%Y}-Q{(month.month + 2) // 3}"
    return f"{month:%Y-%m}"


def _refuse_long(count: int, most: int, step: str) -> None:
    if count > most:
        raise BadInput(f"From the first to the last date are {count:,} periods of one {step}; at most {most:,} can be.")


def _day(parts: dict[str, str], is_day_first: bool) -> dt.date:
    year = int(next(part for name, part in parts.items() if name.startswith("y")))
    if "a" in parts:
        first, second = int(parts["a"]), int(parts["b"])
        day_first = is_day_first or parts["s2"] == "."
        return dt.date(year, second, first) if day_first else dt.date(year, first, second)
    month, day = parts.get("m") or parts.get("m2"), parts.get("d") or parts.get("d2")
    name, quarter = parts.get("name") or parts.get("name2"), parts.get("q") or parts.get("q2")
    if "w" in parts:
        return dt.date.fromisocalendar(year, int(parts["w"]), 1)
    if name:
        return dt.date(year, _MONTHS.index(name) + 1, 1)
    return dt.date(year, 3 * int(quarter) - 2 if quarter else int(month or 1), int(day or 1))
