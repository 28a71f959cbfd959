"""Landing one page: raw rows, rejects, sightings, background, cursor and outcome in one transaction.

A record becomes a new row only when its feed says something else about the publication than that feed said last, so
landing a page twice changes nothing. What a record means is not decided here.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from filingwatch import ledger
from filingwatch.background import count_background
from filingwatch.filing import Reject, content_hash
from filingwatch.sources.base import Origin, Page
from filingwatch.warehouse import utc_now
from filingwatch.watch import Watch

_NAMED = {"number": pl.String, "office": pl.String, "date": pl.Date}
_NESTED: dict[str, pl.DataType] = {
    "priorities": pl.List(pl.Struct(_NAMED)),
    "texts": pl.List(pl.Struct({name: pl.String for name in ("part", "text", "language", "origin")})),
    "parties": pl.List(pl.Struct({name: pl.String for name in ("role", "name", "country")})),
    "classifications": pl.List(pl.Struct({name: pl.String for name in ("scheme", "symbol", "version")})),
}
_Plain = tuple[int, dict[str, Any], str]
"""A record's place in its page, its plain values and their hash."""
_DATES = ("publication_date", "filing_date", "earliest_priority_date", "grant_date")


@dataclass(frozen=True, slots=True)
class Landed:
    """Where the records of one page (or, added up, of many) went."""

    pages: int = 0
    records: int = 0
    rejects: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: Landed) -> Landed:
        return Landed(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def keep_payload(folder: Path, payload: bytes) -> str:
    """Store a payload compressed under the hash of its content, durably, and return the hash (sha256, hex)."""
    digest = hashlib.sha256(payload).hexdigest()
    path = payload_path(folder, digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        with part.open("wb") as file:
            file.write(gzip.compress(payload, 6, mtime=0))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync_folder(path.parent)
    return digest


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power failure."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def payload_path(folder: Path, digest: str) -> Path:
    return folder / digest[:2] / f"{digest}.gz"


def land_page(
    con: duckdb.DuckDBPyConnection, payloads: Path, run: ledger.Run, source: Origin, page: Page, *, cursor_key: str = ""
) -> Landed:
    """Land one page and move the source's cursor past it; all of it or none of it.

    Raises:
        ValueError: the page does not account for each of its records exactly once.
    """
    _check_complete(page)
    digest = keep_payload(payloads, page.payload)
    seen_at = utc_now()
    with ledger.transaction(con):
        number = con.execute("select count(*) from raw.page where run_id = ?", [run.run_id]).fetchall()[0][0]
        page_id = f"{run.run_id}-{number:05d}"
        records, rejects = _plain_records(page)
        rows, sightings = _sort_out(con, source.name, page.feed, records)
        landed = Landed(
            pages=1,
            records=len(records),
            rejects=len(rejects),
            **{name: sum(outcome == name for _, _, outcome in sightings) for name in ("new", "changed")},
            unchanged=sum(outcome in ("unchanged", "repeated") for _, _, outcome in sightings),
        )
        con.execute(
            "insert into raw.page values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                page_id, run.run_id, source.name, page.feed, ledger.to_json(page.request), digest, len(page.payload),
                seen_at, landed.records, landed.rejects, landed.new, landed.changed, landed.unchanged,
            ],
        )  # fmt: skip
        _insert_publications(con, rows, page_id, seen_at, source, page.feed)
        sightings += [(reject.index, None, "rejected") for reject in rejects]
        ledger.insert(
            con,
            "raw.sighting",
            pl.DataFrame(
                sightings, schema=["record_index", "publication_id", "outcome"], orient="row", infer_schema_length=None
            ).with_columns(pl.lit(page_id).alias("page_id")),
        )
        ledger.insert(
            con,
            "raw.reject",
            pl.DataFrame(
                [(page_id, r.index, r.code, r.reason, ledger.writable(r.original), seen_at) for r in rejects],
                schema=["page_id", "record_index", "code", "reason", "original", "rejected_at"],
                orient="row",
            ),
        )
        count_background(con, source.name, page.background, page_id, seen_at)
        ledger.write_cursor(con, run, source.name, page.next_cursor, cursor_key)
        ledger.record_outcome(
            con, run, source.name, "page", "ok", feed=page.feed, request=page.request, payload_bytes=len(page.payload),
            record_count=landed.records, reject_count=landed.rejects, seconds=page.seconds,
            message=ledger.to_json(page.notes) if page.notes else None,
        )  # fmt: skip
    return landed


def land_watches(con: duckdb.DuckDBPyConnection, watches: Iterable[Watch], run: ledger.Run | None = None) -> int:
    """Land each watch whose content differs from what was landed last under its name; returns how many."""
    landed = 0
    for watch in watches:
        last = con.execute(
            "select version from raw.watch where watch = ? order by first_seen_at desc limit 1", [watch.watch]
        ).fetchone()
        if last is None or last[0] != watch.version:
            con.execute(
                "insert into raw.watch values (?, ?, ?, ?, ?, ?)",
                [watch.watch, watch.version, watch.title, watch.model_dump_json(), utc_now(), run and run.run_id],
            )
            landed += 1
    return landed


def _check_complete(page: Page) -> None:
    indices = sorted([record.index for record in page.records] + [reject.index for reject in page.rejects])
    if indices != list(range(len(indices))):
        raise ValueError(f"A page of {page.feed} does not account for its records 0..n-1 exactly once: {page.request}")


def _plain_records(page: Page) -> tuple[list[_Plain], list[Reject]]:
    """The records of a page as plain values, and its rejects; a record with half a character, which no table can hold,
    becomes one of them."""
    plain_records: list[_Plain] = []
    rejects = list(page.rejects)
    for record in page.records:
        plain = record.filing.plain()
        try:
            plain_records.append((record.index, plain, content_hash(plain)))
        except UnicodeEncodeError as error:
            reason = f"holds half of a character, which UTF-8 cannot write: {error.reason}"
            rejects.append(Reject(record.index, "bad_encoding", reason, repr(record.filing)))
    return plain_records, rejects


def _sort_out(
    con: duckdb.DuckDBPyConnection, source: str, feed: str, records: Sequence[_Plain]
) -> tuple[list[dict[str, Any]], list[tuple[int, str | None, str]]]:
    """Rows to append, and for every record (index, publication id, outcome)."""
    latest = _latest_versions(con, source, feed, [plain["publication_id"] for _, plain, _ in records])
    here: set[str] = set()
    rows: list[dict[str, Any]] = []
    sightings: list[tuple[int, str | None, str]] = []
    for index, plain, digest in records:
        name = plain["publication_id"]
        known = latest.get(name)
        if known is not None and known[0] == digest:
            outcome = "repeated" if name in here else "unchanged"
        else:
            outcome = "new" if known is None else "changed"
            latest[name] = (digest, 1 if known is None else known[1] + 1)
            rows.append(plain | {"content_hash": digest, "version": latest[name][1], "record_index": index})
        here.add(name)
        sightings.append((index, name, outcome))
    return rows, sightings


def _latest_versions(
    con: duckdb.DuckDBPyConnection, source: str, feed: str, names: Sequence[str]
) -> dict[str, tuple[str, int]]:
    wanted = pl.DataFrame({"publication_id": pl.Series(names, dtype=pl.String)}).unique()
    con.register("wanted", wanted)
    found = con.execute(
        "select publication_id, arg_max(content_hash, version), max(version) from raw.publication "
        "semi join wanted using (publication_id) where source = ? and feed = ? group by publication_id",
        [source, feed],
    ).fetchall()
    con.unregister("wanted")
    return {name: (digest, version) for name, digest, version in found}


def _insert_publications(
    con: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]], page_id: str, seen_at: Any, source: Origin, feed: str
) -> None:
    if not rows:
        return
    frame = pl.DataFrame(
        rows,
        schema_overrides={
            **_NESTED,
            **dict.fromkeys(_DATES, pl.Date),
            **dict.fromkeys(("application_office", "application_number", "family_id", "url"), pl.String),
        },
        infer_schema_length=1,
    ).with_columns(
        pl.lit(page_id).alias("page_id"),
        pl.lit(seen_at).alias("first_seen_at"),
        pl.lit(source.name).alias("source"),
        pl.lit(feed).alias("feed"),
        pl.lit(source.is_synthetic).alias("is_synthetic"),
    )
    ledger.insert(con, "raw.publication", frame)
