"""Dates as the sources write them. Unknown and partial dates are None; a day that does not exist is an error."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from filingwatch.normalform.errors import NormalFormError

_UNKNOWN = frozenset({"", "-", "0", "nan", "nat", "none", "null", "n/a", "unknown"})
_YEAR_FIRST = re.compile(r"(\d{4})([-./])(\d{1,2})\2(\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: \d{1,2}:\d{2}.*)?")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_PARTIAL = re.compile(r"\d{4}(?:[-./年]?(?:\d{2}|\d{1,2}月)?)?")
_EARLIEST_YEAR, _LATEST_YEAR = 1600, 2100


def parse_date(value: str | int | float | dt.date | None) -> dt.date | None:
    """The day that a source wrote; None when it is unknown or only a month or a year.

    Understood: ISO (with a time or not), yyyymmdd as text or number, yyyy.mm.dd, yyyy/mm/dd, dd.mm.yyyy, Chinese, and
    with slashes and the year last m/d/yyyy, as United States spreadsheets write it.

    Raises:
        NormalFormError: `bad_date`: another spelling, or a day that does not exist (month 13, 30 February).
    """
    if isinstance(value, str):
        return _parse_text(value)
    if value is None or value != value:
        return None
    if isinstance(value, dt.date):
        return value.date() if isinstance(value, dt.datetime) else value
    return _parse_text(str(int(value)))


@lru_cache(maxsize=1 << 16)  # a file repeats few thousand days, and dates are a third of the work on a row
def _parse_text(text: str) -> dt.date | None:
    plain = text.strip()
    if plain.casefold() in _UNKNOWN or not plain.strip("0-./: "):
        return None
    if found := _YEAR_FIRST.fullmatch(plain):
        return _build(text, found[1], found[3], found[4])
    if found := _COMPACT.fullmatch(plain) or _CHINESE.fullmatch(plain):
        return _build(text, found[1], found[2], found[3])
    if found := _MONTH_FIRST.fullmatch(plain):
        return _build(text, found[3], found[1], found[2])
    if found := _DAY_FIRST.fullmatch(plain):
        return _build(text, found[3], found[2], found[1])
    if _PARTIAL.fullmatch(plain):
        return None
    raise NormalFormError("bad_date", f"{text!r} is not a date in a form that is understood")


def _build(text: str, year: str, month: str, day: str) -> dt.date | None:
    if not _EARLIEST_YEAR <= int(year) <= _LATEST_YEAR:
        raise NormalFormError("bad_date", f"{text!r} lies outside the years {_EARLIEST_YEAR} to {_LATEST_YEAR}")
    if int(day) == 0 and int(month) <= 12:
        return None
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError as error:
        raise NormalFormError("bad_date", f"{text!r} is a day that does not exist ({error})") from error
