"""Landing one page: raw rows, rejects, sightings, background, cursor and outcome in one transaction.

A record becomes a new row only when its feed says something else about the publication than that feed said last, so
landing a page twice changes nothing. What a record means is not decided here.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import polars as pl
import pyarrow as pa

from filingwatch import ledger
from filingwatch.background import count_background
from filingwatch.filing import Reject, hash_line
from filingwatch.sources.base import Origin, Page
from filingwatch.warehouse import utc_now
from filingwatch.watch import Watch
from filingwatch.written import READ_LINE, STRUCTURE, WrittenRecords

_GZIP_LEVEL = 1
"""Level 6 saves a sixth of the space and costs more than parsing and inserting a page."""


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
            file.write(gzip.compress(payload, _GZIP_LEVEL, mtime=0))
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
    digest = hashlib.sha256(page.payload).hexdigest()
    seen_at = utc_now()
    # compressing takes as long as inserting and needs nothing of it
    with ThreadPoolExecutor(1) as beside, ledger.transaction(con):
        kept = beside.submit(keep_payload, payloads, page.payload)
        number = con.execute("select count(*) from raw.page where run_id = ?", [run.run_id]).fetchall()[0][0]
        page_id = f"{run.run_id}-{number:05d}"
        is_synthetic = source.is_synthetic if page.is_synthetic is None else page.is_synthetic
        told, rejects = _read_records(page)
        sorted_out = _sort_out(told, _latest_versions(con, source.name, page.feed, told.names, is_synthetic))
        outcomes = Counter(sorted_out.outcomes)
        landed = Landed(
            pages=1,
            records=len(told.names),
            rejects=len(rejects),
            new=outcomes["new"],
            changed=outcomes["changed"],
            unchanged=outcomes["unchanged"] + outcomes["repeated"],
        )
        con.execute(
            "insert into raw.page values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                page_id, run.run_id, source.name, page.feed, ledger.to_json(page.request), digest, len(page.payload),
                seen_at, landed.records, landed.rejects, landed.new, landed.changed, landed.unchanged,
            ],
        )  # fmt: skip
        marks = {"page_id": page_id, "first_seen_at": seen_at, "source": source.name, "feed": page.feed}
        _insert_publications(con, told, sorted_out, marks | {"is_synthetic": is_synthetic})
        ledger.insert(con, "raw.sighting", _sightings(told, sorted_out, rejects, page_id))
        ledger.insert(
            con,
            "raw.reject",
            pl.DataFrame(
                [(page_id, r.index, r.code, r.reason, ledger.writable(r.original), seen_at) for r in rejects],
                schema=["page_id", "record_index", "code", "reason", "original", "rejected_at"],
                orient="row",
            ),
        )
        count_background(con, source, page.background, page_id, seen_at)
        ledger.write_cursor(con, run, source.name, page.next_cursor, cursor_key)
        ledger.record_outcome(
            con, run, source.name, "page", "ok", feed=page.feed, request=page.request, payload_bytes=len(page.payload),
            record_count=landed.records, reject_count=landed.rejects, seconds=page.seconds,
            message=ledger.to_json(page.notes) if page.notes else None,
        )  # fmt: skip
        kept.result()  # the payload is there before the rows that name it
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
    if isinstance(page.records, WrittenRecords):
        given = page.records.table["index"].to_pylist()
    else:
        given = [record.index for record in page.records]
    indices = sorted(given + [reject.index for reject in page.rejects])
    if indices != list(range(len(indices))):
        raise ValueError(f"A page of {page.feed} does not account for its records 0..n-1 exactly once: {page.request}")


class _Told(NamedTuple):
    """The records of a page in its order: place, publication, hash, and their values as lines or columns."""

    indices: list[int]
    names: list[str]
    digests: list[str]
    values: pa.Table


class _SortedOut(NamedTuple):
    """For every record its outcome; for those that are rows to append their places among them and their versions."""

    outcomes: list[str]
    places: list[int]
    versions: list[int]


def _read_records(page: Page) -> tuple[_Told, list[Reject]]:
    """The records of a page, and its rejects; a record with half a character, which no table can hold, becomes one of
    them."""
    rejects = list(page.rejects)
    if isinstance(page.records, WrittenRecords):
        table = page.records.table
        columns = (table[name].to_pylist() for name in ("index", "publication_id", "content_hash"))
        return _Told(*columns, table.select(list(STRUCTURE))), rejects
    told: list[tuple[int, str, str, str]] = []
    for record in page.records:
        line = record.filing.line()
        try:
            told.append((record.index, str(record.filing.publication), hash_line(line), line))
        except UnicodeEncodeError as error:
            reason = f"holds half of a character, which UTF-8 cannot write: {error.reason}"
            rejects.append(Reject(record.index, "bad_encoding", reason, repr(record.filing)))
    indices, names, digests, lines = map(list, zip(*told, strict=True)) if told else ([], [], [], [])
    return _Told(indices, names, digests, pa.table({"line": pa.array(lines, pa.string())})), rejects


def _sort_out(told: _Told, latest: dict[str, tuple[str, int]]) -> _SortedOut:
    here: set[str] = set()
    sorted_out = _SortedOut([], [], [])
    for place, (name, digest) in enumerate(zip(told.names, told.digests, strict=True)):
        known = latest.get(name)
        if known is not None and known[0] == digest:
            outcome = "repeated" if name in here else "unchanged"
        else:
            outcome = "new" if known is None else "changed"
            version = 1 if known is None else known[1] + 1
            latest[name] = (digest, version)
            sorted_out.places.append(place)
            sorted_out.versions.append(version)
        here.add(name)
        sorted_out.outcomes.append(outcome)
    return sorted_out


def _latest_versions(
    con: duckdb.DuckDBPyConnection, source: str, feed: str, names: Sequence[str], is_synthetic: bool
) -> dict[str, tuple[str, int]]:
    """What this feed said last of these publications, as hash and version. What it said of an invented filing is never
    what it says of a real one, and the other way round, however equal their words."""
    wanted = pl.DataFrame({"publication_id": pl.Series(names, dtype=pl.String)}).unique()
    con.register("wanted", wanted)
    found = con.execute(
        "select publication_id, arg_max(if(is_synthetic = ?, content_hash, ''), version), max(version) "
        "from raw.publication semi join wanted using (publication_id) where source = ? and feed = ? "
        "group by publication_id",
        [is_synthetic, source, feed],
    ).fetchall()
    con.unregister("wanted")
    return {name: (digest, version) for name, digest, version in found}


def _insert_publications(
    con: duckdb.DuckDBPyConnection, told: _Told, sorted_out: _SortedOut, marks: dict[str, Any]
) -> None:
    places = sorted_out.places
    if not places:
        return
    rows = told.values if len(places) == len(told.names) else told.values.take(places)
    columns = f"* exclude (line), unnest({READ_LINE})" if "line" in rows.column_names else "*"
    for name, values, kind in (
        ("record_index", [told.indices[place] for place in places], pa.int32()),
        ("content_hash", [told.digests[place] for place in places], pa.string()),
        ("version", sorted_out.versions, pa.int32()),
    ):
        rows = rows.append_column(name, pa.array(values, kind))
    con.register("incoming", rows)
    same = ", ".join(f"? as {name}" for name in marks)
    con.execute(f"insert into raw.publication by name select {columns}, {same} from incoming", list(marks.values()))
    con.unregister("incoming")


def _sightings(told: _Told, sorted_out: _SortedOut, rejects: Sequence[Reject], page_id: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "record_index": told.indices + [reject.index for reject in rejects],
            "publication_id": told.names + [None] * len(rejects),
            "outcome": sorted_out.outcomes + ["rejected"] * len(rejects),
        },
        schema={"record_index": pl.Int32, "publication_id": pl.String, "outcome": pl.String},
    ).with_columns(pl.lit(page_id).alias("page_id"))
