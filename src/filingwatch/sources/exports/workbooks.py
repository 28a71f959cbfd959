"""Tables that do not come as text: XLS and XLSX workbooks, Parquet. Their cells become text, row by row."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from filingwatch.errors import BadInput
from filingwatch.sources.exports.delimited import write_row
from filingwatch.sources.exports.rows import Row

_BATCH_ROWS = 1000


def cell_text(value: Any) -> str:
    """A cell as the same table would show it in a CSV file: ISO dates, whole numbers without a point."""
    if value is None or value != value:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def read_workbook(data: bytes, name: str) -> Iterator[list[str]]:
    """The non-empty rows of the first sheet that has any, as text.

    Raises:
        BadInput: not a workbook that can be opened.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for sheet in workbook.sheet_names:
            rows = [[cell_text(cell) for cell in row] for row in workbook.get_sheet_by_name(sheet).iter_rows()]
            rows = [row for row in rows if any(cell.strip() for cell in row)]
            if rows:
                return iter(rows)
    except (CalamineError, OSError, ValueError) as error:
        raise BadInput(f"{name} looks like a workbook but cannot be opened ({error}). Download it again.") from error
    return iter(())


def workbook_rows(rows: Iterator[list[str]], header_row: int) -> tuple[list[str], str, Iterator[Row]]:
    """Header, its text as CSV, and the rows below it."""
    for _ in range(header_row):
        next(rows)
    header = next(rows)
    width = max((index + 1 for index, name in enumerate(header) if name.strip()), default=0)
    return header[:width], write_row(header[:width]), _text_rows(rows, width)


def open_parquet(stream: Path | BinaryIO, name: str) -> Any:
    """The file as pyarrow opens it.

    Raises:
        BadInput: not a whole Parquet file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(stream)
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"{name} begins like Parquet but cannot be opened ({error}). Export it again.") from error


def parquet_objects(table: Any) -> Iterator[dict[str, Any]]:
    """The rows of a Parquet file as plain objects."""
    for batch in table.iter_batches(batch_size=_BATCH_ROWS):
        yield from batch.to_pylist()


def parquet_rows(table: Any) -> tuple[list[str], str, Iterator[Row]]:
    """Header, its text as CSV, and the rows of a flat Parquet table."""
    header = list(table.schema_arrow.names)
    cells = ([cell_text(row[name]) for name in header] for row in parquet_objects(table))
    return header, write_row(header), _text_rows(cells, len(header))


def _text_rows(rows: Iterator[list[str]], width: int) -> Iterator[Row]:
    for cells in rows:
        padded = (cells + [""] * width)[:width]
        yield Row(write_row(padded), padded)
