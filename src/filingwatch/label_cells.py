"""Cells of a sheet as spreadsheets write them: encodings, separators, formulas, and the names of cells.

What the columns mean belongs to `label_sheet`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from filingwatch.errors import BadInput
from filingwatch.sources.exports.delimited import detect_encoding

_RUNS = "=+-@\t\r\n＝＋－＠"
_SAVE_AS = "save it as CSV (UTF-8)."
_ONLY_SEPARATOR = re.compile("sep=([,;\t])", re.IGNORECASE)


class Place(NamedTuple):
    """Where a row stands: the line of the file on which it ends, and the row as a spreadsheet counts."""

    line: int
    row: int


def disarm(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; `arm` gives the text back exactly."""
    return f"'{text}" if re.match(f"'*[{re.escape(_RUNS)}]", text) else text


def arm(cell: str) -> str:
    """The text of a cell that `disarm` made."""
    return cell[1:] if re.match(f"'+[{re.escape(_RUNS)}]", cell) else cell


def read_cells(path: Path) -> tuple[list[str], list[tuple[Place, dict[str, str]]]]:
    """The header and each row with its place; rows that are wholly empty are none.

    Raises:
        BadInput: it is no CSV, damaged, cut off, or in an encoding in which Chinese is lost.
    """
    try:
        data = path.read_bytes()
        if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
            raise BadInput(f"{path} is a workbook, not CSV; {_SAVE_AS}")
        encoding = detect_encoding(data)
        text = data.decode(encoding)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} cannot be read as text from byte {error.start} on; {_SAVE_AS}") from error
    if encoding == "gb18030" and _is_western(data):
        raise BadInput(f"{path} was saved in a Western code page, in which Chinese is lost; {_SAVE_AS}")
    # strict: a file that was cut off inside a cell must not pass for a shorter one
    read = csv.reader(io.StringIO(text, newline=""), delimiter=_find_separator(text), strict=True)
    try:
        numbered = [(Place(read.line_num, number), row) for number, row in enumerate(read, start=1)]
    except csv.Error as error:
        raise BadInput(f"{path}, line {read.line_num}: {error}; is it cut off, or a quotation mark missing?") from error
    if numbered and _ONLY_SEPARATOR.fullmatch(text.split("\n", 1)[0].rstrip("\r")):
        numbered = numbered[1:]
    lines = [(place, row) for place, row in numbered if any(cell.strip() for cell in row)]
    if not lines:
        raise BadInput(f"{path} is empty.")
    header = [cell.strip() for cell in lines[0][1]]
    wide = [place for place, row in lines[1:] if len(row) > len(header)]
    if wide:
        raise BadInput(f"{path}, line {wide[0].line} has more cells than the header; is a quotation mark missing?")
    return header, [(line, dict.fromkeys(header, "") | dict(zip(header, row, strict=False))) for line, row in lines[1:]]


def _find_separator(text: str) -> str:
    """What stands between cells; some spreadsheets say it on a first line of its own."""
    first = text.split("\n", 1)[0].rstrip("\r")
    said = _ONLY_SEPARATOR.fullmatch(first)
    return said[1] if said else max(",;\t", key=first.count)


def _is_western(data: bytes) -> bool:
    """Whether what GB18030 could read is rather a Western text: accented letters stand alone, Chinese ones in rows."""
    alone = len(re.findall(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])", data))
    return alone > len(re.findall(rb"[\x80-\xff]{2,}", data))


def name_cell(header: Sequence[str], column: str, place: Place) -> str:
    """The cell as a spreadsheet names it, and what its column is called."""
    if column not in header:
        return column
    number, letters = header.index(column) + 1, ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{place.row} ({column})"
