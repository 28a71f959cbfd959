"""A series or a triangle from anybody's CSV file: which columns are meant, numbers, gaps in time.

Nothing is mended silently: what was guessed or filled is said in `notes`, what cannot be told is refused with its
line. What dates mean belongs to `periods`, what a series says to `changepoints`.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from filingwatch.csv_table import Table, is_date, is_number, read_table
from filingwatch.errors import BadInput
from filingwatch.periods import Grid, lay_out

if TYPE_CHECKING:
    import polars as pl

MOST_PERIODS = 4_000
"""The detector weighs a change at each period against all periods: its time grows with the square of their number."""

_DATE_NAME = re.compile(r"(^|[_\s])(date|day|ds|month|period|quarter|time|week|year)s?($|[_\s])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SeriesFile:
    """One series, a value for each consecutive period; NaN where the file has none.

    `periods` are the names of the periods, None each where the file has no dates; `start` is the first month of a
    monthly series, else None. `step` is how long a period is, "row" without dates. `columns` says what was read.
    """

    values: NDArray[np.float64]
    exposure: NDArray[np.float64] | None
    periods: tuple[str | None, ...]
    start: dt.date | None
    step: str
    periods_per_year: float | None
    columns: dict[str, str | None]
    notes: tuple[str, ...]


def read_series(
    path: Path, *, date: str | None = None, value: str | None = None, exposure: str | None = None
) -> SeriesFile:
    """One series from a CSV file with a row for each period, in any order.

    Columns that are not named are guessed: the dates by name and look, the value as the first other column of
    numbers. Periods without a row are missing values. Without dates every row is a period.

    Raises:
        BadInput: the file cannot be read as one series; the message names the line or the column.
    """
    table = read_table(path)
    columns = _choose_columns(table, date, value, exposure)
    notes = [] if date and value else ["columns were guessed"]
    values = table.numbers(columns.value)
    given = None if exposure is None else table.numbers(exposure)
    if given is not None:
        _refuse_unexposed(table, values, given)
    said = {"date": columns.date or columns.position, "value": columns.value, "exposure": exposure}
    if columns.date is None:
        if len(values) > MOST_PERIODS:
            raise BadInput(f"{path} has {len(values):,} rows; at most {MOST_PERIODS:,} periods can be.")
        notes.append("no column holds dates: every row is a period")
        names = tuple(table.texts(columns.position)) if columns.position else (None,) * len(values)
        return SeriesFile(values, _without_gaps(given), names, None, "row", None, said, tuple(notes))
    order, grid = _order(table, columns.date)
    if order != sorted(order):
        notes.append("rows were sorted by date")
    if len(grid.names) > len(values):
        notes.append(f"{len(grid.names) - len(values)} of {len(grid.names)} periods have no row: missing, not 0")
    return SeriesFile(
        values=_spread(values[order], grid),
        exposure=None if given is None else _without_gaps(_spread(given[order], grid)),
        periods=grid.names,
        start=grid.start,
        step=grid.step,
        periods_per_year=grid.periods_per_year,
        columns=said,
        notes=tuple(notes),
    )


def read_triangle(path: Path) -> pl.DataFrame:
    """A reporting triangle: reference_month, count and report_date or report_month, each count once, when it came.

    Raises:
        BadInput: a column is missing, or a cell is no date or no count; the message names the line.
    """
    import polars as pl

    table = read_table(path)
    report = next((name for name in ("report_date", "report_month") if name in table.header), None)
    if report is None or not {"reference_month", "count"} <= set(table.header):
        wanted = "reference_month, count and report_month (or report_date)"
        raise BadInput(f"A triangle needs the columns {wanted}; {path} has {', '.join(table.header)}.")
    reference, reported = (table.dates(name) for name in ("reference_month", report))
    counts = table.numbers("count")
    for line, about, came, count in zip(table.lines, reference, reported, counts, strict=True):
        if not 0 <= count < np.inf:
            raise BadInput(f"{path}, line {line}: a count is a number of 0 or more.")
        if (came[0].year, came[0].month) < (about[0].year, about[0].month):
            raise BadInput(f"{path}, line {line}: reported in {came[0]:%Y-%m}, before its month {about[0]:%Y-%m}.")
        if about[1] not in ("month", "day"):
            raise BadInput(f"{path}, line {line}: a triangle is about months; this names a {about[1]}.")
        if came[1] not in (("month", "day") if report == "report_month" else ("day",)):
            raise BadInput(f"{path}, line {line}: {report} names a {came[1]}.")
    months = [day.replace(day=1) for day, _ in reference]
    days = [day.replace(day=1) if report == "report_month" else day for day, _ in reported]
    return pl.DataFrame({"reference_month": months, report: days, "count": counts})


@dataclass(frozen=True, slots=True)
class _Columns:
    """`position` only numbers the rows; there is either it or `date`, or neither."""

    date: str | None
    position: str | None
    value: str


def _choose_columns(table: Table, date: str | None, value: str | None, exposure: str | None) -> _Columns:
    for name in (date, value, exposure):
        if name is not None and name not in table.header:
            raise BadInput(f"{table.path} has no column {name!r}; it has {', '.join(map(repr, table.header))}.")
    date = date or _date_column(table, [name for name in table.header if name not in (value, exposure)])
    free = [name for name in table.header if name not in (date, exposure)]
    position = None
    if date is None and free and free[0] != value and _is_counting(table, free[0]):
        position = free[0]
    return _Columns(date, position, value or _value_column(table, [name for name in free if name != position]))


def _refuse_unexposed(table: Table, values: NDArray[np.float64], exposure: NDArray[np.float64]) -> None:
    wrong = np.isnan(exposure) & ~np.isnan(values)
    if wrong.any():
        line = table.lines[int(np.argmax(wrong))]
        raise BadInput(f"{table.path}, line {line}: there is a value and no exposure; {int(wrong.sum())} such rows.")


def _date_column(table: Table, free: list[str]) -> str | None:
    named = [name for name in free if _DATE_NAME.search(name)]
    for name in [*named, *free]:
        texts = table.texts(name)
        dates = sum(map(is_date, texts))
        # one cell that is no date must not turn a column that is called by its dates into no column of dates
        if dates > len(texts) / 2 if name in named else dates == len(texts) and not any(map(is_number, texts)):
            return name
    return next((name for name in free[:1] if _is_counting(table, name) and all(map(is_date, table.texts(name)))), None)


def _is_counting(table: Table, name: str) -> bool:
    """Whether a column only numbers the rows, or the years, beside another column of numbers."""
    texts = table.texts(name)
    if len(texts) < 2 or not all(map(str.isdecimal, texts)):
        return False
    has_other = any(table.share_of_numbers(other) > 0.5 for other in table.header if other != name)
    return has_other and all(int(after) - int(before) == 1 for before, after in pairwise(texts))


def _value_column(table: Table, free: list[str]) -> str:
    numeric = [name for name in free if table.share_of_numbers(name) > 0.5]
    # its first cell that is no number is then named, which helps more than that there is no such column
    partly = [name for name in free if table.share_of_numbers(name) > 0]
    empty = [name for name in free if table.is_empty(name)]
    if not (numeric or partly or empty):
        raise BadInput(f"{table.path} has no column of numbers: {', '.join(map(repr, free)) or 'only dates'}.")
    return (numeric or partly or empty)[0]


def _order(table: Table, column: str) -> tuple[list[int], Grid]:
    """The rows in the order of their dates, and the grid these stand on."""
    dates = table.dates(column)
    order = sorted(range(len(dates)), key=lambda row: dates[row][0])
    for before, after in pairwise(order):
        if dates[before][0] == dates[after][0]:
            raise BadInput(
                f"{table.path}: {table.texts(column)[after]!r} stands on lines {table.lines[before]} and "
                f"{table.lines[after]}. A series has one row for each period; leave one series in the file."
            )
    return order, lay_out([dates[row] for row in order], MOST_PERIODS)


def _spread(values: NDArray[np.float64], grid: Grid) -> NDArray[np.float64]:
    filled = np.full(len(grid.names), np.nan)
    filled[list(grid.places)] = values
    return filled


def _without_gaps(exposure: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
    """Where there is no value no exposure is needed: 0 there, which is never judged."""
    return None if exposure is None else np.nan_to_num(exposure, nan=0.0)
