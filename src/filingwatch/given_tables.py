"""Small tables that people give: CSV or Parquet, read whole, every cell as text, with the number of its row.

What the columns mean belongs to the modules that call. Exports of filings are another matter (`sources.exports`).
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from filingwatch.errors import BadInput
from filingwatch.sources.exports.opening import READ_ERRORS, open_bytes

MOST_BYTES = 256 << 20
_PARQUET = b"PAR1"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table. `number` is the line as a spreadsheet shows it: the first row below the names is 2."""

    number: int
    cells: Mapping[str, str]

    def get(self, *names: str) -> str:
        """The first of these cells that is not empty; empty when none is."""
        return next((self.cells[name] for name in names if self.cells.get(name)), "")


@dataclass(frozen=True, slots=True)
class GivenTable:
    """A file as it was given: its content, the content's hash, its column names in lower case, its rows."""

    name: str
    payload: bytes
    sha256: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def require(self, *choices: Sequence[str]) -> None:
        """Check that of each choice of names one is there.

        Raises:
            BadInput: names what is missing and what there is.
        """
        missing = [" or ".join(names) for names in choices if not set(names) & set(self.columns)]
        if missing:
            raise BadInput(
                f"{self.name} has no column {', none '.join(missing)}; its columns are: {', '.join(self.columns)}. "
                "Name the columns in the first row."
            )


def read_table(path: Path) -> GivenTable:
    """A CSV (comma, semicolon or tab; UTF-8) or Parquet file, packed with gzip or not.

    Raises:
        BadInput: not there, too large, damaged, neither of the two, without rows, or a row longer than its names.
    """
    try:
        with open_bytes(path) as stream:
            payload = stream.read(MOST_BYTES + 1)
    except READ_ERRORS as error:
        raise BadInput(f"{path} cannot be read ({error}). Get the file again.") from error
    if len(payload) > MOST_BYTES:
        raise BadInput(f"{path} holds more than {MOST_BYTES >> 20} MB. Aggregate it or cut it into several files.")
    columns, rows = _read_parquet(path, payload) if payload.startswith(_PARQUET) else _read_csv(path, payload)
    if not rows:
        raise BadInput(f"{path} has no rows below its column names. Nothing was imported.")
    return GivenTable(path.name, payload, hashlib.sha256(payload).hexdigest(), columns, rows)


def refuse(name: str, faults: Sequence[str]) -> BadInput:
    """The error for a file with faulty rows: the first ten of them, and how many there are."""
    more = f"\n  and {len(faults) - 10} more rows" if len(faults) > 10 else ""
    lines = "\n".join(f"  {fault}" for fault in faults[:10])
    return BadInput(f"{name} has {len(faults)} faulty rows, so nothing of it was imported:\n{lines}{more}")


def _read_csv(path: Path, payload: bytes) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is neither Parquet nor UTF-8 text ({error}). Save it as CSV in UTF-8.") from error
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns = tuple(name.strip().lower() for name in next(reader, []))
    rows = []
    for number, cells in enumerate(reader, start=2):
        if len(cells) > len(columns):
            raise BadInput(f"{path}, row {number} has {len(cells)} cells for {len(columns)} columns: quote its commas.")
        if any(cell.strip() for cell in cells):
            rows.append(Row(number, {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}))
    return columns, tuple(rows)


def _read_parquet(path: Path, payload: bytes) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    try:
        frame = pl.read_parquet(io.BytesIO(payload))
        frame = frame.rename({name: name.strip().lower() for name in frame.columns}).cast(pl.String)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BadInput(f"{path} cannot be read as Parquet ({error}). Write plain columns, or give a CSV.") from error
    rows = enumerate(frame.iter_rows(named=True), start=2)
    return tuple(frame.columns), tuple(
        Row(number, {name: (cell or "").strip() for name, cell in cells.items()}) for number, cells in rows
    )
