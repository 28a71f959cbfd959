"""What a file is, told by its content alone: the container by its first bytes, the layout by its columns or keys."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from filingwatch.errors import BadInput
from filingwatch.sources.exports import (
    bigquery,
    cnipa,
    espacenet,
    google,
    lens_csv,
    lens_flat,
    lens_json,
    native,
    patentscope,
)
from filingwatch.sources.exports.delimited import DELIMITERS, detect_encoding
from filingwatch.sources.exports.objects import body_items
from filingwatch.sources.exports.opening import SAMPLE_BYTES, WHOLE_BYTES, open_bytes, read_sample, read_whole
from filingwatch.sources.exports.rows import Layout, plain_name
from filingwatch.sources.exports.workbooks import open_parquet, read_workbook

Container = Literal["delimited", "workbook", "parquet", "json-lines", "json-document"]

LAYOUTS: tuple[Layout, ...] = (
    google.SEARCH,
    google.DETAILS,
    google.DATED_DETAILS,
    lens_csv.LAYOUT,
    lens_flat.PUBLICATIONS,
    lens_flat.APPLICANTS,
    cnipa.LAYOUT,
    espacenet.LAYOUT,
    patentscope.LAYOUT,
)
OBJECT_FORMATS = {native.FEED: native, lens_json.FEED: lens_json, bigquery.FEED: bigquery}
_HEADER_WITHIN = 25  # rows; exports of offices begin with lines about the query
_LINES_LOOKED_AT = 50
_WORKBOOK_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Format:
    """What was recognised. `layout` is None for JSON; `header_row` counts the non-blank rows before the header."""

    feed: str
    container: Container
    layout: Layout | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    header_row: int = 0


def recognise(path: Path) -> Format:
    """The format of a file.

    Raises:
        BadInput: nothing or more than one thing was recognised (the message says what was seen and what is accepted),
            or the file is empty or cannot be read.
    """
    sample = read_sample(path)
    if sample.startswith(b"PAR1"):
        return _recognise_parquet(path)
    if sample.startswith(_WORKBOOK_MARKS):
        rows = read_workbook(read_whole(path), path.name)
        return _recognise_table(path, "workbook", {",": list(islice(rows, _HEADER_WITHIN))})
    encoding = detect_encoding(sample)
    text = sample.decode(encoding, "surrogateescape") if encoding != "utf-16" else sample.decode(encoding, "replace")
    beginning = text.lstrip("\ufeff \t\r\n")
    if beginning.startswith(("{", "[")):
        return _recognise_json(path, beginning, encoding)
    if beginning[:200].casefold().startswith(("<!doctype html", "<html")):
        raise BadInput(f"{path} is a web page, perhaps one that asked for a log-in. Download the export again.")
    if "\0" in text:
        raise BadInput(f"{path} is not text, JSON, a workbook or Parquet. {_accepted()}")
    whole = len(sample) < SAMPLE_BYTES
    candidates = {delimiter: _first_rows(text, delimiter, whole) for delimiter in DELIMITERS}
    return _recognise_table(path, "delimited", candidates, encoding)


def _first_rows(text: str, delimiter: str, whole: bool) -> list[list[str]]:
    """The first non-blank rows; without the last one read when the text was cut there."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) > _HEADER_WITHIN:
                return rows[:-1]
    except csv.Error:
        pass
    return rows if whole or len(rows) < 2 else rows[:-1]


def _recognise_table(
    path: Path, container: Container, candidates: Mapping[str, Sequence[Sequence[str]]], encoding: str = "utf-8"
) -> Format:
    for index in range(_HEADER_WITHIN):
        found = [
            Format(layout.feed, container, layout, encoding, delimiter, index)
            for delimiter, rows in candidates.items()
            if index < len(rows)
            for layout in LAYOUTS
            if layout.matches(frozenset(map(plain_name, rows[index])))
        ]
        if len(found) > 1:
            names = ", ".join(sorted(match.feed for match in found))
            raise BadInput(
                f"{path} could be any of {names}: its header has the columns {_show(candidates[','][index])}. "
                "Remove the columns that belong to the other one and import it again."
            )
        if found:
            return found[0]
    widest = max((row for rows in candidates.values() for row in rows), key=len, default=[])
    raise BadInput(f"{path} is not an export that is known. Seen: the columns {_show(widest)}. {_accepted()}")


def _recognise_parquet(path: Path) -> Format:
    with open_bytes(path) as stream:
        names = open_parquet(stream, path.name).schema_arrow.names
    if bigquery.matches(dict.fromkeys(names)):
        return Format(bigquery.FEED, "parquet")
    return _recognise_table(path, "parquet", {",": [names]})


def _recognise_json(path: Path, text: str, encoding: str) -> Format:
    first, *_ = text.split("\n", 1)
    try:
        value = json.loads(first)
    except ValueError:
        value = None
    if isinstance(value, dict) and body_items(value) == [value]:
        return _recognise_objects(path, "json-lines", _parse_lines(text), encoding)
    items = body_items(value) if value is not None else _parse_document(path, encoding)
    if items is None:  # not one document: lines, of which the first is damaged
        return _recognise_objects(path, "json-lines", _parse_lines(text), encoding)
    if not items and isinstance(value, dict) and "total" in value:
        return Format(lens_json.FEED, "json-document", encoding=encoding)  # an answer of Lens without hits
    return _recognise_objects(path, "json-document", items[:_LINES_LOOKED_AT], encoding)


def _parse_document(path: Path, encoding: str) -> list[Any] | None:
    try:
        return body_items(json.loads(read_whole(path).decode(encoding, "surrogateescape")))
    except (BadInput, ValueError, RecursionError):
        return None


def _parse_lines(text: str) -> list[Any]:
    values: list[Any] = []
    for line in text.split("\n")[:_LINES_LOOKED_AT]:
        try:
            values.append(json.loads(line))
        except (ValueError, RecursionError):
            continue
    return values


def _recognise_objects(path: Path, container: Container, values: Iterable[Any], encoding: str) -> Format:
    objects = [value for value in values if isinstance(value, dict)]
    feeds = {feed for value in objects for feed, module in OBJECT_FORMATS.items() if module.matches(value)}
    if len(feeds) > 1:
        raise BadInput(f"{path} mixes records of {' and '.join(sorted(feeds))}. Split it into one file for each.")
    if not feeds:
        keys = list(dict.fromkeys(key for value in objects for key in value))
        raise BadInput(f"{path} holds JSON that is not known. Seen: the keys {_show(keys)}. {_accepted()}")
    if feeds == {native.FEED} and container != "json-lines":
        raise BadInput(f"{path} holds filings in a list or over several lines. Write one filing a line.")
    return Format(feeds.pop(), container, encoding=encoding)


def _show(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name[:40]) for name in names[:30])
    return f"{shown or 'none'}{' ...' if len(names) > 30 else ''}"


def _accepted() -> str:
    lines = [f"  {layout.describe()}" for layout in LAYOUTS]
    lines += [
        f"  {native.FEED}: one filing a line with filingwatch, is_synthetic, office, number, kind (docs/sources.md)",
        f"  {lens_json.FEED}: JSON records of Lens with jurisdiction, doc_number, kind (lines, or an answer's `data`)",
        f"  {bigquery.FEED}: JSON or Parquet rows of patents-public-data with publication_number, country_code ...",
    ]
    limit = f"(JSON documents and workbooks up to {WHOLE_BYTES >> 20} MB)"
    return "Accepted are tables as CSV, workbook or Parquet and JSON " + limit + ", known by:\n" + "\n".join(lines)
