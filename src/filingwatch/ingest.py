"""Bringing in what is new: the sources, the files that people give, the drop folder, the inbox of decisions.

Sources fail apart: one that cannot answer is recorded as failed and the others go on. What a wire format means
belongs to `sources`, what becomes of a record to `landing`.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from filingwatch import ledger
from filingwatch.errors import BadInput, FilingwatchError
from filingwatch.landing import Landed, land_page
from filingwatch.settings import Settings
from filingwatch.sources.base import Query, Source
from filingwatch.sources.demo import DemoOffice
from filingwatch.sources.exports import EXPORTS, open_export
from filingwatch.watch import Watch

SETTLED_SECONDS = 10.0
"""A file in the drop folder is taken once it has not been written to for this long."""

Progress = Callable[[Landed], None]


@dataclass(frozen=True, slots=True)
class SourceResult:
    """What one source, or one file, brought in this run. `error` is None when it ended well."""

    name: str
    landed: Landed
    status: str
    error: str | None = None
    publications: int | None = None

    def figures(self) -> dict[str, Any]:
        """As plain values, for the ledger and for people."""
        return {"source": self.name, "status": self.status, "error": self.error} | asdict(self.landed)


def sources_for(con: duckdb.DuckDBPyConnection, settings: Settings) -> list[Source]:
    """The sources that this run asks. The demo office answers only until real filings are there, unless told so."""
    demo = settings.demo == "on" or (settings.demo == "auto" and not has_real_filings(con))
    return [DemoOffice(seed=settings.demo_seed, scale=settings.demo_scale)] if demo else []


def has_real_filings(con: duckdb.DuckDBPyConnection) -> bool:
    return bool(con.execute("select count(*) from raw.publication where not is_synthetic").fetchall()[0][0])


def build_query(watches: Iterable[Watch], as_of: dt.date) -> Query:
    """What all watches ask for, together."""
    chosen = list(watches)
    return Query(
        as_of=as_of,
        terms=tuple(dict.fromkeys(term.term for watch in chosen for term in watch.include)),
        classes=tuple(dict.fromkeys(symbol for watch in chosen for symbol in watch.classes)),
    )


def ingest_source(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    run: ledger.Run,
    source: Source,
    query: Query,
    progress: Progress = lambda landed: None,
) -> SourceResult:
    """Land every page that the source has for us. A failure of the source is a result, not an exception."""
    started, total = time.monotonic(), Landed()
    try:
        for page in source.pages(query, ledger.read_cursor(con, source.name)):
            total += land_page(con, settings.payloads, run, source, page)
            progress(total)
    except FilingwatchError as error:
        ledger.record_outcome(con, run, source.name, "failed", message=str(error), seconds=time.monotonic() - started)
        return SourceResult(source.name, total, "failed", str(error))
    if total.pages == 0:
        ledger.record_outcome(con, run, source.name, "nothing_new", seconds=time.monotonic() - started)
    return SourceResult(source.name, total, "ok" if total.pages else "nothing_new")


def import_files(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    run: ledger.Run,
    paths: Sequence[Path],
    progress: Progress = lambda landed: None,
) -> list[SourceResult]:
    """Land each file; one that cannot be used is a failed result and does not stop the others."""
    return [import_file(con, settings, run, path, progress) for path in paths]


def import_file(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    run: ledger.Run,
    path: Path,
    progress: Progress = lambda landed: None,
) -> SourceResult:
    """Land one file from where an earlier import of the same content stopped; known content changes nothing."""
    total = Landed()
    try:
        export = open_export(path)
        cursor = ledger.read_cursor(con, EXPORTS.name, export.sha256)
        known = cursor is not None and cursor.get("complete", False)
        if not known:
            for page in export.pages(cursor):
                total += land_page(con, settings.payloads, run, EXPORTS, page, cursor_key=export.sha256)
                progress(total)
    except (FilingwatchError, OSError) as error:
        message = str(error) if isinstance(error, FilingwatchError) else f"{path} could not be read: {error}"
        ledger.record_outcome(con, run, EXPORTS.name, "failed", request={"file": path.name}, message=message)
        return SourceResult(path.name, total, "failed", message)
    if total.pages == 0:
        status = "already_landed" if known else "nothing_new"
        ledger.record_outcome(
            con, run, EXPORTS.name, status, feed=export.feed, request={"file": path.name, "sha256": export.sha256}
        )
    return SourceResult(
        path.name, total, "already_landed" if known else "ok", publications=_publications_of(con, export.sha256)
    )


def import_drop_folder(con: duckdb.DuckDBPyConnection, settings: Settings, run: ledger.Run) -> list[SourceResult]:
    """Import what people put into the drop folder, then move each file to `done` or, with its reason, to `refused`.

    Only regular files directly inside count; links, hidden files and files still being written are left alone.
    """
    return [_take(con, settings, run, path) for path in waiting_files(settings)]


def _take(con: duckdb.DuckDBPyConnection, settings: Settings, run: ledger.Run, path: Path) -> SourceResult:
    """Import one dropped file and put it away; a file that cannot be moved is imported and taken again next time."""
    result = import_file(con, settings, run, path)
    refused = result.status == "failed"
    target = settings.drop_folder / ("refused" if refused else "done") / _short_name(f"{run.run_id}-{path.name}")
    try:
        target.parent.mkdir(exist_ok=True)
        if refused:  # the reason first: a file that was put away without one could not be explained any more
            target.with_name(f"{target.name}.reason.txt").write_text(f"{result.error}\n", encoding="utf-8")
        path.replace(target)
    except OSError as error:
        return replace(result, status="failed", error=f"{path} was read but could not be put away: {error}")
    return result


def _short_name(name: str) -> str:
    """The name within what file systems allow (255 bytes), with room for an ending; a Chinese letter takes three."""
    return name.encode()[:200].decode(errors="ignore")


def waiting_files(settings: Settings) -> list[Path]:
    """The files in the drop folder that a run would take now, by name."""
    settings.drop_folder.mkdir(parents=True, exist_ok=True)
    return [path for path in sorted(settings.drop_folder.iterdir()) if _is_settled(path)]


def require_files(paths: Iterable[Path]) -> list[Path]:
    """The paths as they are, if each one is a file.

    Raises:
        BadInput: names every path that is not a file.
    """
    chosen = list(paths)
    missing = [str(path) for path in chosen if not path.is_file()]
    if missing:
        raise BadInput(f"Not a file: {', '.join(missing)}. Check the spelling; nothing was imported.")
    return chosen


def _is_settled(path: Path) -> bool:
    if path.is_symlink() or not path.is_file() or path.name.startswith(".") or path.suffix in (".part", ".tmp"):
        return False
    return time.time() - path.stat().st_mtime >= SETTLED_SECONDS


def _publications_of(con: duckdb.DuckDBPyConnection, sha256: str) -> int:
    return con.execute(
        "select count(distinct s.publication_id) from raw.sighting as s join raw.page as p using (page_id) "
        "where p.request ->> 'sha256' = ?",
        [sha256],
    ).fetchall()[0][0]
