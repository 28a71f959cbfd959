"""Counts of all filings of an office from a file: read, checked as a whole, landed as totals in one transaction.

A file with one faulty row is refused, since a missing month would look like a month without filings. What DOCDB
streams count belongs to `background`; which source speaks for an office is decided in the warehouse.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import duckdb
import polars as pl

from filingwatch import ledger
from filingwatch.errors import BadInput
from filingwatch.given_tables import GivenTable, Row, read_table, refuse
from filingwatch.landing import keep_payload
from filingwatch.normalform import NormalFormError, PatentType, parse_office, patent_type
from filingwatch.settings import Settings
from filingwatch.sources.docdb.passing import is_first_kind
from filingwatch.warehouse import utc_now

SOURCE = "background"
"""What pages of such files are called in the ledger; the name that a person gives is their feed."""
DEFAULT_NAME = "file"
_TYPES = get_args(PatentType)
_MONTH = re.compile(r"(\d{4})-(\d{2})(?:-01)?(?:[T ]00:00:00(?:\.0+)?)?")

Cell = tuple[str, str, dt.date]
"""Office, type of right, month of filing."""


@dataclass(frozen=True, slots=True)
class BackgroundFile:
    """What a file brought: months of office and type. `status` is ok, or already_landed when it was known."""

    name: str
    source: str
    status: str
    cells: int
    filings: int
    first_month: dt.date
    last_month: dt.date


def import_background(
    con: duckdb.DuckDBPyConnection, settings: Settings, run: ledger.Run, path: Path, source: str = DEFAULT_NAME
) -> BackgroundFile:
    """Land the file as totals of this source; content that the source landed before changes nothing.

    Raises:
        BadInput: not a usable file or name; names each faulty row and its number.
    """
    _check_name(con, source)
    table = read_table(path)
    counts = read_counts(table, run.as_of)
    months = [month for _, _, month in counts]
    known = ledger.read_cursor(con, SOURCE, f"{source}:{table.sha256}") is not None
    if not known:
        _land(con, settings, run, source, table, counts)
    request = {"file": table.name, "sha256": table.sha256}
    status = "already_landed" if known else "ok"
    ledger.record_outcome(con, run, SOURCE, "end", status, feed=source, request=request)
    return BackgroundFile(
        table.name, source, status, len(counts), sum(counts.values()), min(months), max(months)
    )  # fmt: skip


def read_counts(table: GivenTable, as_of: dt.date) -> dict[Cell, int]:
    """The counts of a table by office, type and month. Kind codes of one type add up.

    Raises:
        BadInput: a column is missing, or rows are faulty.
    """
    table.require(["office"], ["patent_type", "kind"], ["filing_month"], ["filing_count"])
    counts: Counter[Cell] = Counter()
    faults: list[str] = []
    seen: dict[tuple[str, str, dt.date], int] = {}
    for row in table.rows:
        problems: list[str] = []
        cell, said, count = _read_row(row, as_of, problems)
        if not problems and (before := seen.setdefault((cell[0], said, cell[2]), row.number)) != row.number:
            problems.append(f"repeats {cell[0]} {said} {cell[2]:%Y-%m} of row {before}")
        if problems:
            faults.append(f"row {row.number}: {'; '.join(problems)}")
        else:
            counts[cell] += count
    if faults:
        raise refuse(table.name, faults)
    return dict(counts)


def _read_row(row: Row, as_of: dt.date, problems: list[str]) -> tuple[Cell, str, int]:
    """The cell, what the row calls its type, and the count; what is wrong with the row goes into `problems`."""
    office, said = row.get("office").upper(), row.get("patent_type", "kind")
    try:
        office = parse_office(office)
    except NormalFormError as error:
        problems.append(str(error))
    problems.extend(_problems_of_type(office, said))
    right = said if said in _TYPES else patent_type(office, said.upper())
    month = _read_month(row.get("filing_month"))
    if month is None:
        problems.append(f"filing_month {row.get('filing_month')!r} is not a month as 2019-03")
    elif month > as_of:
        problems.append(f"filing_month {month:%Y-%m} lies ahead of {as_of}")
    count = row.get("filing_count").removesuffix(".0")
    if not (count.isascii() and count.isdigit()):
        problems.append(f"filing_count {row.get('filing_count')!r} is not a whole number of 0 or more")
        count = "0"
    return (office, right, month or as_of), said, int(count)


def _problems_of_type(office: str, said: str) -> Iterator[str]:
    if said in _TYPES:
        return
    if not re.fullmatch(r"[A-Z]\d?", said.upper()):
        yield f"type {said!r} is neither one of {', '.join(_TYPES)} nor a kind code such as A or U"
    elif not is_first_kind(office, said.upper()):
        yield f"kind {said} follows a first publication in {office}: count first publications, or inventions are twice"


def _read_month(text: str) -> dt.date | None:
    found = _MONTH.fullmatch(text)
    try:
        return dt.date(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        return None


def _check_name(con: duckdb.DuckDBPyConnection, source: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", source):
        raise BadInput(f"{source!r} cannot name a source: use small letters, digits, - and _, as in wipo-statistics.")
    counting = con.execute(
        "select count(*) from raw.background where source = ? and (not is_total or is_synthetic)", [source]
    ).fetchall()
    if counting[0][0]:
        raise BadInput(f"The source {source!r} counts for itself here; give the file another name with --source.")


def _land(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    run: ledger.Run,
    source: str,
    table: GivenTable,
    counts: dict[Cell, int],
) -> None:
    digest, seen_at = keep_payload(settings.payloads, table.payload), utc_now()
    page_id = f"{run.run_id}-background-{table.sha256[:12]}"
    request = ledger.to_json({"file": table.name, "sha256": table.sha256})
    frame = pl.DataFrame(
        [(*cell, count) for cell, count in sorted(counts.items())],
        schema={"office": pl.String, "kind": pl.String, "filing_month": pl.Date, "filing_count": pl.Int64},
        orient="row",
    ).with_columns(
        source=pl.lit(source), page_id=pl.lit(page_id), first_seen_at=pl.lit(seen_at), is_total=pl.lit(True)
    )  # fmt: skip
    with ledger.transaction(con):
        con.execute(
            "insert into raw.page values (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, 0)",
            [
                page_id, run.run_id, SOURCE, source, request, digest, len(table.payload), seen_at, len(table.rows),
                len(table.rows),
            ],
        )  # fmt: skip
        ledger.insert(con, "raw.background", frame)
        ledger.write_cursor(con, run, SOURCE, {"page": page_id}, f"{source}:{table.sha256}")
        ledger.record_outcome(
            con, run, SOURCE, "page", "ok", feed=source, payload_bytes=len(table.payload), record_count=len(table.rows)
        )
