"""Files that people give: those named in a command, and those in the drop folder.

Content decides whether a file is known. What a format means belongs to `sources.exports`, what becomes of a record to
`landing`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from filingwatch import ledger
from filingwatch.errors import BadInput, FilingwatchError
from filingwatch.ingest import Progress, SourceResult, describe_bug
from filingwatch.landing import Landed, land_page
from filingwatch.settings import Settings
from filingwatch.sources.exports import EXPORTS, open_export

SETTLED_SECONDS = 10.0
"""A file in the drop folder is taken once it has not been written to for this long."""


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
    """Land one file from where an earlier import of the same content stopped; known content changes nothing.

    Raises:
        duckdb.Error: the working file cannot be written, which no other file would survive either.
    """
    total = Landed()
    try:
        export = open_export(path)
        cursor = ledger.read_cursor(con, EXPORTS.name, export.sha256)
        known = cursor is not None and cursor.get("complete", False)
        if not known:
            for page in export.pages(cursor):
                total += land_page(con, settings.payloads, run, EXPORTS, page, cursor_key=export.sha256)
                progress(total)
    except duckdb.Error:
        raise
    except Exception as error:
        message = _describe(path, error)
        ledger.record_outcome(con, run, EXPORTS.name, "end", "failed", request={"file": path.name}, message=message)
        return SourceResult(path.name, total, "failed", message)
    ended = "already_landed" if known else "ok" if total.pages else "nothing_new"
    request = {"file": path.name, "sha256": export.sha256}
    ledger.record_outcome(con, run, EXPORTS.name, "end", ended, feed=export.feed, request=request)
    return SourceResult(
        path.name, total, "already_landed" if known else "ok", publications=_publications_of(con, export.sha256)
    )


def _describe(path: Path, error: Exception) -> str:
    if isinstance(error, FilingwatchError):
        return str(error)
    if isinstance(error, OSError):
        return f"{path} could not be read: {error}"
    return f"{path} could not be imported: {describe_bug(error)}"


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
