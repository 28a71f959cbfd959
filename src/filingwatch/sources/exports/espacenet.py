"""Result lists of Espacenet, CSV or XLSX: one row per family, several values in a cell on lines of their own.

A row that names several publications gives one record for each of them, all with the row's family.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence

from filingwatch.filing import Filing, Party, PartyRole
from filingwatch.normalform import NormalFormError, parse_publication
from filingwatch.sources.exports.cells import read_classes, read_date, read_texts
from filingwatch.sources.exports.rows import Columns, Layout, Row, Unit, Warn, attempt

_COUNTRY = re.compile(r"(.*?)\s*\[([A-Z]{2})\]")


def _lines(cell: str) -> list[str]:
    return [line.strip() for line in cell.splitlines() if line.strip()]


def _numbers(cell: str) -> list[str]:
    """Publication numbers on lines of their own; a spreadsheet may have turned the line ends into blanks."""
    return [part for line in _lines(cell) for part in re.split(r"\s*[;,]\s*|\s+(?=[A-Z]{2}[A-Z]?\d)", line) if part]


def _parties(role: PartyRole, cell: str) -> Iterator[Party]:
    for line in _lines(cell):
        found = _COUNTRY.fullmatch(line)
        yield Party(role, found[1], found[2]) if found and found[1] else Party(role, line)


def _symbols(cell: str) -> list[str]:
    return [part.strip() for line in _lines(cell) for part in re.split(r";|,(?![^()]*\))", line) if part.strip()]


def _bind(columns: Columns, warn: Warn) -> Callable[[Iterator[Row]], Iterator[Unit]]:
    number, title = columns.reader("Publication number"), columns.reader("Title")
    inventors, applicants = columns.reader("Inventors"), columns.reader("Applicants")
    earliest, family = columns.reader("Earliest priority"), columns.reader("Family number")
    ipc, cpc = columns.reader("IPC"), columns.reader("CPC")
    published, first_published = columns.reader("Publication date"), columns.reader("Earliest publication")

    def interpret(cells: Sequence[str], written: str, day: dt.date | None) -> Filing:
        publication = parse_publication(written)
        heading = " ".join(_lines(title(cells)))
        return Filing(
            publication=publication,
            original_number=written,
            publication_date=day,
            earliest_priority_date=read_date(earliest(cells), "Earliest priority"),
            family_id=family(cells) or None,
            texts=read_texts(heading, "", publication.office),
            parties=(*_parties("applicant", applicants(cells)), *_parties("inventor", inventors(cells))),
            classifications=(
                *read_classes("cpc", _symbols(cpc(cells)), warn),
                *read_classes("ipc", _symbols(ipc(cells)), warn),
            ),
        )

    def one_row(row: Row) -> Iterator[Unit]:
        numbers = _numbers(number(row.values)) or [""]
        try:
            days = [read_date(line, "Publication date") for line in _lines(published(row.values))]
            alone = read_date(first_published(row.values), "Earliest publication")
        except NormalFormError as error:
            yield Unit(row.original, error)
            return
        if len(days) != len(numbers):  # which date belongs to which number is not said, but for a single number
            days = [alone] if len(numbers) == 1 else [None] * len(numbers)
        for index, (written, day) in enumerate(zip(numbers, days, strict=True)):
            original = row.original if index == 0 else ""
            yield Unit(original, attempt(interpret, row.values, written, day), continues=index > 0)

    def units(rows: Iterator[Row]) -> Iterator[Unit]:
        for row in rows:
            if row.fault is not None:
                yield Unit(row.original, row.fault)
            else:
                yield from one_row(row)

    return units


LAYOUT = Layout("espacenet", frozenset({"title", "publication number", "family number", "earliest priority"}), _bind)
