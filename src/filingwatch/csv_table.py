"""A CSV file of anybody's as a table of text: separators, header, numbers and dates, each error with its line.

Which column means what belongs to `series_file`.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filingwatch.errors import BadInput
from filingwatch.periods import Told, read_date, read_dates

_MISSING = {"", "na", "n/a", "nan", "null", "none", "-", "."}
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as text, row by row, with the line each row ends on. At least one row; all are as wide as the header."""

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    has_decimal_comma: bool

    def texts(self, column: str) -> list[str]:
        """Every cell of a column, without spaces around it."""
        at = self.header.index(column)
        return [row[at].strip() for row in self.rows]

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Every cell as a number, NaN where it holds none.

        Raises:
            BadInput: a cell holds something else.
        """
        texts = self.texts(column)
        values = [self.number(text) for text in texts]
        for line, text, value in zip(self.lines, texts, values, strict=True):
            if value is None:
                raise BadInput(f"{self.path}, line {line}: {text!r} in column {column!r} is no number.")
        return np.array(values, dtype=np.float64)

    def number(self, text: str) -> float | None:
        """NaN for a missing one, None for what is no number."""
        if text.lower() in _MISSING:
            return float("nan")
        plain = text.replace(",", ".") if self.has_decimal_comma else text
        return float(plain) if _NUMBER.fullmatch(plain) else None

    def share_of_numbers(self, column: str) -> float:
        """Among the cells that hold anything; 0 when none does."""
        held = [self.number(text) is not None for text in self.texts(column) if text.lower() not in _MISSING]
        return sum(held) / len(held) if held else 0.0

    def dates(self, column: str) -> list[Told]:
        """Every cell as a date.

        Raises:
            BadInput: a cell is none, or day and month could be either way round.
        """
        texts = self.texts(column)
        dates = read_dates(texts)
        if dates is not None:
            return dates
        wrong = next((at for at, text in enumerate(texts) if not is_date(text)), 0)
        raise BadInput(
            f"{self.path}, line {self.lines[wrong]}: {texts[wrong]!r} in column {column!r} is no date like the others; "
            "write it as 2015-01-31, 2015-01 or 2015."
        )

    def is_empty(self, column: str) -> bool:
        """Whether no cell holds anything."""
        return all(text.lower() in _MISSING for text in self.texts(column))


def is_number(text: str) -> bool:
    """Whether a text is a number as computers write it; missing ones are none."""
    return _NUMBER.fullmatch(text) is not None


def is_date(text: str) -> bool:
    """Whether a text can be read as a date one way or another."""
    return read_date(text) is not None or read_date(text, is_day_first=True) is not None


def read_table(path: Path) -> Table:
    """A CSV file with commas, semicolons (then 1,5 is a number) or tabs. A first row without names is data.

    Raises:
        BadInput: it cannot be read as a table with at least one row.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is no text in UTF-8; save it as CSV (UTF-8).") from error
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        read = [(row, reader.line_num) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadInput(f"{path}, line {reader.line_num}: {error}.") from error
    if not read:
        raise BadInput(f"{path} is empty.")
    width = len(read[0][0])
    for row, line in read:
        if len(row) != width:
            raise BadInput(f"{path}, line {line} has {len(row)} cells, its first line {width}.")
    header = tuple(cell.strip() for cell in read[0][0])
    if all(_NUMBER.fullmatch(cell) or read_date(cell) for cell in header):
        header = tuple(f"column {at}" for at in range(1, width + 1))
    else:
        read = read[1:]
    if len(set(header)) < width:
        raise BadInput(f"{path} has a column twice: {', '.join(map(repr, header))}.")
    if not read:
        raise BadInput(f"{path} has no row below its header.")
    rows = tuple(tuple(row) for row, _ in read)
    return Table(path, header, rows, tuple(line for _, line in read), separator == ";")
