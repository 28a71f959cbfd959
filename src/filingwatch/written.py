"""Filings as lines of JSON (`Filing.line`): how DuckDB reads them, and records that were never anything else.

Building nested tables from Python objects costs more than all the rest of landing; a line is parsed in compiled code.
What lands belongs to `landing`, what a line of a file must hold to `sources.exports.native`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

import pyarrow as pa

from filingwatch.filing import (
    ApplicationId,
    Classification,
    Filing,
    Party,
    Priority,
    PublicationId,
    Record,
    Text,
)

STRUCTURE: dict[str, Any] = {
    **dict.fromkeys(("publication_id", "office", "number", "kind", "original_number"), "varchar"),
    **dict.fromkeys(("publication_date", "application_office", "application_number", "filing_date"), "varchar"),
    **dict.fromkeys(("earliest_priority_date", "grant_date", "family_id"), "varchar"),
    "priorities": [dict.fromkeys(("number", "office", "date"), "varchar")],
    "texts": [dict.fromkeys(("part", "text", "language", "origin"), "varchar")],
    "parties": [dict.fromkeys(("role", "name", "country"), "varchar")],
    "classifications": [dict.fromkeys(("scheme", "symbol", "version"), "varchar")],
    "url": "varchar",
    "is_deleted": "boolean",
}
"""The columns of a line in their order, as DuckDB's `json_transform` takes them; dates are text until they land."""

READ_LINE = f"json_transform_strict(line, '{json.dumps(STRUCTURE)}')"
"""SQL: the column `line` as a struct of STRUCTURE; a line of another shape is an error."""


class WrittenRecords(Sequence[Record]):
    """Records of a page as a table that is ready to land: `index`, `content_hash` and the columns of STRUCTURE.

    A record is made when somebody looks at it.
    """

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __len__(self) -> int:
        return self.table.num_rows

    @overload
    def __getitem__(self, place: int) -> Record: ...
    @overload
    def __getitem__(self, place: slice) -> list[Record]: ...
    def __getitem__(self, place: int | slice) -> Record | list[Record]:
        return list(self)[place] if isinstance(place, slice) else _as_record(self.table.take([place]).to_pylist()[0])

    def __iter__(self) -> Iterator[Record]:
        return map(_as_record, self.table.to_pylist())


def read_plain(plain: Mapping[str, Any]) -> Filing:
    """The filing whose plain values these are, with dates as ISO text: the way back from `Filing.line`.

    Raises:
        KeyError, TypeError, ValueError: something is missing, or a date is none.
    """
    return Filing(
        publication=PublicationId(plain["office"], plain["number"], plain["kind"]),
        original_number=plain["original_number"],
        publication_date=_read_day(plain["publication_date"]),
        application=None
        if plain["application_number"] is None
        else ApplicationId(plain["application_office"], plain["application_number"]),
        filing_date=_read_day(plain["filing_date"]),
        earliest_priority_date=_read_day(plain["earliest_priority_date"]),
        grant_date=_read_day(plain["grant_date"]),
        family_id=plain["family_id"],
        priorities=tuple(Priority(p["number"], p["office"], _read_day(p["date"])) for p in plain["priorities"]),
        texts=tuple(Text(t["part"], t["text"], t["language"], t["origin"]) for t in plain["texts"]),
        parties=tuple(Party(p["role"], p["name"], p["country"]) for p in plain["parties"]),
        classifications=tuple(Classification(c["scheme"], c["symbol"], c["version"]) for c in plain["classifications"]),
        url=plain["url"],
        is_deleted=plain["is_deleted"],
    )


def _as_record(row: Mapping[str, Any]) -> Record:
    return Record(row["index"], read_plain(row))


def _read_day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)
