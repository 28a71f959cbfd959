"""Delimited text read row by row, each row with its own text, damaged rows apart from the others.

Here belong encodings, delimiters, quotes and their damage; what the columns mean belongs to the layouts.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator

from filingwatch.normalform import NormalFormError
from filingwatch.sources.exports.rows import Row

DELIMITERS = (",", ";", "\t")
# A cell may hold the text of a patent; more than this in one row is an unclosed quotation mark.
MAX_ROW_CHARACTERS = 8_000_000
csv.field_size_limit(2 * MAX_ROW_CHARACTERS)  # the csv module knows only one limit for the whole process
_ESCAPED = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")


def detect_encoding(sample: bytes) -> str:
    """The encoding of a text file from its beginning: UTF-8 or UTF-16 by its mark, else UTF-8 or GB18030.

    Bytes that do not fit are kept as lone surrogates when the file is read with `surrogateescape`; a few of them mean
    a damaged UTF-8 file, more of them than of well-formed characters mean that it was never UTF-8.
    """
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    whole_lines = sample[: sample.rfind(b"\n") + 1] or sample
    try:
        whole_lines.decode("utf-8")
    except UnicodeDecodeError:
        text = whole_lines.decode("utf-8", "surrogateescape")
        foreign = len(_ESCAPED.findall(text))
        if foreign > len(_BEYOND_ASCII.findall(text)) - foreign and _decodes(whole_lines, "gb18030"):
            return "gb18030"
    return "utf-8"


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def read_table(stream: Iterable[str], delimiter: str, header_row: int) -> tuple[list[str], str, Iterator[Row]]:
    """The header of a table, the text up to and with it, and its rows.

    `header_row` counts the non-blank rows before the header. Blank lines are no rows.
    """
    reader = _RowReader(stream, delimiter)
    preamble = ""
    for _ in range(header_row + 1):
        original, header = next(reader)
        preamble += original
    return header, preamble, _check(reader, len(header), delimiter)


def _check(reader: _RowReader, width: int, delimiter: str) -> Iterator[Row]:
    for original, cells in reader:
        if len(cells) == width and original.isascii() and original[0].isalnum():  # most rows; nothing can be amiss
            yield Row(original, cells)
        elif len(cells) != width and (parts := _split_damaged(original, width, delimiter)):
            for line in parts:
                yield _examine(line, _parse_line(line, delimiter), width)
        else:
            yield _examine(original, cells, width)


def _examine(original: str, cells: list[str], width: int) -> Row:
    if _ESCAPED.search(original):
        reason = "holds bytes that are not text in the file's encoding; save the file as UTF-8 and import it again"
        return Row(original, None, NormalFormError("bad_encoding", reason))
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        cells = cells[:width]
    if len(cells) != width:
        reason = f"has {len(cells)} cells where the header has {width}; a separator or quotation mark is amiss"
        return Row(original, None, NormalFormError("column_count", reason))
    if not any(cell.strip() for cell in cells):
        return Row(original, None, NormalFormError("empty_row", "all its cells are empty"))
    return Row(original, cells)


def _split_damaged(original: str, width: int, delimiter: str) -> list[str]:
    """The lines of a misfit row when an unclosed quotation mark joined good rows to it; else nothing."""
    lines = [line for line in io.StringIO(original, newline="") if line.strip()]
    if len(lines) < 2:
        return []
    joined = any(len(_parse_line(line, delimiter)) == width for line in lines[1:])
    return lines if joined else []


def _parse_line(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


class _RowReader:
    """Iterates over (text, cells); the text of a row is every line that it took, with its line ends."""

    def __init__(self, lines: Iterable[str], delimiter: str) -> None:
        self._lines = iter(lines)
        self._delimiter = delimiter
        self._again: list[str] = []
        self._taken: list[str] = []
        self._size = 0
        self._reader = csv.reader(self._feed(), delimiter=delimiter)

    def _feed(self) -> Iterator[str]:
        while True:
            line = self._again.pop() if self._again else next(self._lines, None)
            if line is None:
                return
            self._taken.append(line)
            self._size += len(line)
            if self._size > MAX_ROW_CHARACTERS:
                raise _RowTooLong
            yield line

    def __iter__(self) -> _RowReader:
        return self

    def __next__(self) -> tuple[str, list[str]]:
        while True:
            try:
                cells = next(self._reader)
            except (_RowTooLong, csv.Error):
                return self._give_up()
            text = "".join(self._taken)
            self._taken.clear()
            self._size = 0
            if cells:
                return text, cells

    def _give_up(self) -> tuple[str, list[str]]:
        """The first line of a row without end stands alone; the lines that it swallowed are read again."""
        first, *rest = self._taken
        self._again.extend(reversed(rest))
        self._taken, self._size = [], 0
        self._reader = csv.reader(self._feed(), delimiter=self._delimiter)
        return first, []


class _RowTooLong(Exception):
    """Never leaves the reader, which recovers from it."""


def write_row(cells: Iterable[str]) -> str:
    """One row as comma-separated text, for tables that did not come as text."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()
