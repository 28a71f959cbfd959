"""Cases of export that people collect: who delivered what to which country, with the source of each case.

A row without a source is rejected and kept with its reason; the other rows land. Cases are facts of their own: nothing
here knows of patents, and no table joins the two. Which group a firm belongs to is told in the warehouse.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from filingwatch import ledger
from filingwatch.given_tables import GivenTable, Row, read_table
from filingwatch.landing import keep_payload
from filingwatch.normalform import NormalFormError, parse_office
from filingwatch.settings import Settings
from filingwatch.warehouse import utc_now

SOURCE = "export_cases"
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_NO_COUNTRIES = frozenset("AP BX EA EM EP EU GC IB OA QZ WO XN XU XV".split())


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `case_id` is the hash of all it says, so the same case in two files is one."""

    row_number: int
    firm: str
    country: str
    case_date: dt.date
    date_precision: str
    technology: str | None
    what: str | None
    source: str
    url: str | None

    @property
    def case_id(self) -> str:
        said = [self.firm, self.country, f"{self.case_date}", self.date_precision, self.technology, self.what]
        plain = json.dumps([*said, self.source, self.url], ensure_ascii=False)
        return hashlib.sha256(plain.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot be used, and why."""

    row: Row
    reason: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What a file brought. `status` is ok, or already_landed when its content was known."""

    name: str
    status: str
    rows: int
    new: int
    rejects: tuple[Rejected, ...]


def import_export_cases(
    con: duckdb.DuckDBPyConnection, settings: Settings, run: ledger.Run, path: Path
) -> CaseFile:  # fmt: skip
    """Land the cases of a file that are not known yet; known content changes nothing.

    Raises:
        BadInput: not a usable file, or a column is missing.
    """
    table = read_table(path)
    table.require(["firm"], ["country"], ["year", "date"], ["source"])
    cases, rejects = read_cases(table, run.as_of)
    known = ledger.read_cursor(con, SOURCE, table.sha256) is not None
    new = 0 if known else _land(con, settings, run, table, cases, rejects)
    request = {"file": table.name, "sha256": table.sha256}
    status = "already_landed" if known else "ok"
    ledger.record_outcome(con, run, SOURCE, "end", status, feed="table", request=request)
    return CaseFile(table.name, status, len(table.rows), new, tuple(rejects))


def read_cases(table: GivenTable, as_of: dt.date) -> tuple[list[Case], list[Rejected]]:
    """The cases of a table, and the rows that are none, each with every reason why."""
    cases, rejects = [], []
    for row in table.rows:
        read = _read_case(row, as_of)
        if isinstance(read, Case):
            cases.append(read)
        else:
            rejects.append(Rejected(row, "; ".join(read)))
    return cases, rejects


def _read_case(row: Row, as_of: dt.date) -> Case | list[str]:
    """The case of a row, or what is wrong with it."""
    problems = [f"has no {name}" for name in ("firm", "source") if not row.get(name)]
    country = row.get("country").upper()
    try:
        country = parse_office(country)
        if country in _NO_COUNTRIES:
            problems.append(f"country {country} is an organisation, no country")
    except NormalFormError:
        problems.append(f"country {row.get('country')!r} is not a code of two letters such as KE")
    day = _read_day(row.get("date", "year"))
    if day is None:
        problems.append(f"date {row.get('date', 'year')!r} is not a day, month or year as 2019-03-31, 2019-03 or 2019")
    elif day[0] > as_of:
        problems.append(f"date {row.get('date', 'year')} lies ahead of {as_of}")
    url = row.get("url") or None
    if url and not url.startswith(("https://", "http://")):
        problems.append(f"url {url!r} is no address")
    if problems or day is None:
        return problems
    optional = row.get("technology") or None, row.get("what") or None
    return Case(row.number, row.get("firm"), country, *day, *optional, row.get("source"), url)


def _read_day(text: str) -> tuple[dt.date, str] | None:
    """A day and how exactly it is known; a month or a year stands as its first day."""
    found = _DAY.fullmatch(text.split("T")[0].split(" ")[0].removesuffix(".0"))
    if found is None:
        return None
    precision = "day" if found[3] else "month" if found[2] else "year"
    try:
        return dt.date(int(found[1]), int(found[2] or 1), int(found[3] or 1)), precision
    except ValueError:
        return None


def _land(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    run: ledger.Run,
    table: GivenTable,
    cases: Sequence[Case],
    rejects: Sequence[Rejected],
) -> int:
    digest, seen_at = keep_payload(settings.payloads, table.payload), utc_now()
    page_id = f"{run.run_id}-cases-{table.sha256[:12]}"
    request = ledger.to_json({"file": table.name, "sha256": table.sha256})
    with ledger.transaction(con):
        known = {row[0] for row in con.execute("select case_id from raw.export_case").fetchall()}
        fresh = list({case.case_id: case for case in cases if case.case_id not in known}.values())
        con.execute(
            "insert into raw.page values (?, ?, ?, 'table', ?, ?, ?, ?, ?, ?, ?, 0, ?)",
            [
                page_id, run.run_id, SOURCE, request, digest, len(table.payload), seen_at, len(cases), len(rejects),
                len(fresh), len(cases) - len(fresh),
            ],
        )  # fmt: skip
        ledger.insert(con, "raw.export_case", _frame(fresh, page_id, seen_at))
        ledger.insert(con, "raw.reject", _frame_of_rejects(rejects, page_id, seen_at))
        ledger.write_cursor(con, run, SOURCE, {"page": page_id}, table.sha256)
        ledger.record_outcome(
            con, run, SOURCE, "page", "ok", feed="table", payload_bytes=len(table.payload), record_count=len(cases),
            reject_count=len(rejects),
        )  # fmt: skip
    return len(fresh)


def _frame(cases: Sequence[Case], page_id: str, seen_at: dt.datetime) -> pl.DataFrame:
    rows = [{"case_id": case.case_id} | {name: getattr(case, name) for name in Case.__slots__} for case in cases]
    text = dict.fromkeys(("technology", "what", "url"), pl.String)
    frame = pl.DataFrame(rows, schema_overrides=text, infer_schema_length=None)
    return frame.with_columns(page_id=pl.lit(page_id), first_seen_at=pl.lit(seen_at))


def _frame_of_rejects(rejects: Sequence[Rejected], page_id: str, seen_at: dt.datetime) -> pl.DataFrame:
    rows = [
        (page_id, one.row.number, "bad_case", one.reason, json.dumps(dict(one.row.cells), ensure_ascii=False), seen_at)
        for one in rejects
    ]
    schema = ["page_id", "record_index", "code", "reason", "original", "rejected_at"]
    return pl.DataFrame(rows, schema=schema, orient="row")
