"""Asking the sources for what is new: which ones, with which question, and what came of it.

Sources fail apart: one that cannot answer is recorded as failed and the others go on. What a wire format means
belongs to `sources`, what becomes of a record to `landing`, files that people give to `importing`.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from filingwatch import freshness, ledger, volume
from filingwatch.errors import FilingwatchError, QuotaSpent
from filingwatch.journal import Journal
from filingwatch.landing import Landed, land_page
from filingwatch.settings import Settings
from filingwatch.sources.base import Cursor, Page, Query, Source, know_none
from filingwatch.sources.demo import DemoOffice
from filingwatch.sources.registry import CONNECTORS, Connector
from filingwatch.watch import Watch

KNOWN_BATCH = 10_000
"""So many ids are looked up at once when a source asks which publications are here already."""

Progress = Callable[[Landed], None]

_PAUSED = "paused between two pages to let other runs go first; goes on behind the last page"


@dataclass(frozen=True, slots=True)
class SourceResult:
    """What one source, or one file, brought in this run. `error` is None when it ended well.

    `event` names what ops are to be told of, if anything.
    """

    name: str
    landed: Landed
    status: str
    error: str | None = None
    publications: int | None = None
    event: str | None = None

    def figures(self) -> dict[str, Any]:
        """As plain values, for the ledger and for people."""
        return {"source": self.name, "status": self.status, "error": self.error} | asdict(self.landed)


@dataclass(frozen=True, slots=True)
class Opening:
    """A source that a run asks, before it is opened."""

    name: str
    _build: Callable[[], Source]

    def open(self) -> Source:
        """The source; one that cannot be opened says so when it is asked, as it would fail at any other point."""
        try:
            return self._build()
        except Exception as error:
            return _Unusable(self.name, error)


class _Unusable:
    """A source that could not be opened."""

    is_synthetic = False

    def __init__(self, name: str, error: Exception) -> None:
        self.name = name
        self._error = error

    def pages(self, query: Query, since: Cursor | None) -> Iterator[Page]:
        raise self._error


def sources_for(
    con: duckdb.DuckDBPyConnection, settings: Settings, connectors: Sequence[Connector] = CONNECTORS
) -> list[Opening]:
    """The sources that this run asks: those that are configured, and the demo office as long as nothing real is there
    or expected, unless told so."""
    live = [Opening(one.name, partial(one.build, settings)) for one in connectors if one.is_configured(settings)]
    demo = settings.demo == "on" or (settings.demo == "auto" and not live and not has_real_filings(con))
    world = {"seed": settings.demo_seed, "scale": settings.demo_scale, "begins": settings.demo_begins}
    invented = [Opening(DemoOffice.name, partial(DemoOffice, **world))]
    return live + (invented if demo else [])


def has_real_filings(con: duckdb.DuckDBPyConnection) -> bool:
    return bool(con.execute("select count(*) from raw.publication where not is_synthetic").fetchall()[0][0])


def build_query(watches: Iterable[Watch], as_of: dt.date, con: duckdb.DuckDBPyConnection | None = None) -> Query:
    """What all watches ask for, together. Offices restrict it only when every watch names some.

    With a connection, sources may ask which publications are here already, for as long as it is open.
    """
    chosen = list(watches)
    everywhere = any(not watch.offices for watch in chosen)
    return Query(
        as_of=as_of,
        terms=tuple(dict.fromkeys(term.term for watch in chosen for term in watch.include)),
        classes=tuple(dict.fromkeys(symbol for watch in chosen for symbol in watch.classes)),
        offices=() if everywhere else tuple(dict.fromkeys(office for watch in chosen for office in watch.offices)),
        known=know_none if con is None else partial(known_publications, con),
    )


def known_publications(con: duckdb.DuckDBPyConnection, publication_ids: Sequence[str]) -> frozenset[str]:
    """Which of these publications real records speak of already, from whatever source."""
    known: set[str] = set()
    for start in range(0, len(publication_ids), KNOWN_BATCH):
        batch = pl.DataFrame(
            {"publication_id": pl.Series(publication_ids[start : start + KNOWN_BATCH], dtype=pl.String)}
        )
        con.register("asked", batch)
        rows = con.execute(
            "select distinct publication_id from raw.publication semi join asked using (publication_id) "
            "where not is_synthetic"
        ).fetchall()
        con.unregister("asked")
        known.update(row[0] for row in rows)
    return frozenset(known)


def ingest_source(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    run: ledger.Run,
    source: Source,
    query: Query,
    progress: Progress = lambda landed: None,
    *,
    cursor_key: str = "",
    deadline: float | None = None,
) -> SourceResult:
    """Land every page that the source has for us. A failure of the source is a result, not an exception.

    The key of a cursor is given by a backfill: what it finds says nothing about how current the source is. After the
    `deadline` (of `time.monotonic`) no further page is taken and the result is "paused", to be gone on with. Its
    `error` is what came damaged until then, if anything.

    Raises:
        duckdb.Error: the working file cannot be written, which no other source would survive either.
    """
    started, total, journal = time.monotonic(), Landed(), Journal(con, run, source)
    status, error, event = "ok", None, None
    try:
        for page in source.pages(query, ledger.read_cursor(con, source.name, cursor_key)):
            journal.keep(page)
            total += land_page(con, settings.payloads, run, source, page, cursor_key=cursor_key)
            progress(total)
            if deadline is not None and time.monotonic() >= deadline:
                status = "paused"
                break
    except QuotaSpent as spent:
        status, error = "stopped", journal.hide(str(spent))
    except FilingwatchError as failure:
        status, error, event = "failed", journal.hide(str(failure)), "source failed"
    except duckdb.Error:
        raise
    except Exception as bug:
        status, error, event = "failed", journal.hide(describe_bug(bug)), "source failed"
    finally:
        journal.close()
    is_through = status == "ok"
    if is_through:
        status, error, event = _judge_end(con, run, source, total, journal, is_night=cursor_key == "")
    if status == "paused":
        _, error = journal.verdict() or (None, None)
        ledger.record_outcome(con, run, source.name, "end", "stopped", message=_PAUSED)
        return SourceResult(source.name, total, status, error)
    with ledger.transaction(con):
        seconds = time.monotonic() - started
        ledger.record_outcome(con, run, source.name, "end", status, message=error, seconds=seconds)
        if cursor_key == "":
            freshness.record_state(con, run, source.name, status, error)
            if is_through and status not in freshness.ENDED_WELL:
                freshness.ask_again(con, run, source.name)
    return SourceResult(source.name, total, status, None if status in freshness.ENDED_WELL else error, event=event)


def _judge_end(
    con: duckdb.DuckDBPyConnection, run: ledger.Run, source: Source, total: Landed, journal: Journal, *, is_night: bool
) -> tuple[str, str | None, str | None]:
    """Status, message and event of a source that went through to its end."""
    if (verdict := journal.verdict()) is not None:
        status, words = verdict
        return status, words, f"source {status}"
    collapse = volume.find_collapse(con, run, source.name) if is_night else None
    if collapse is not None:
        return "degraded", collapse, "volume collapsed"
    return ("ok" if total.pages else "nothing_new"), journal.limits(), None


def describe_bug(error: Exception) -> str:
    """An exception that nobody foresaw: its type, its words and the innermost place outside of libraries."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _is_ours(Path(frame.filename))] or frames
    place = f" at {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return (
        f"{type(error).__name__}{place}: {error}. This is a fault of the program, not of the office: report it with "
        "this line. The next run asks again where this one ended."
    )


def _is_ours(path: Path) -> bool:
    return "filingwatch" in path.parts or not ("site-packages" in path.parts or path.is_relative_to(sys.base_prefix))
