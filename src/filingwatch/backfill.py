"""Going back: years of a source in calendar windows, each of which is done once and goes on where it was cut.

The night's lock is given up every few minutes, so that a night can come between. What there is to do is said by
`backfill_plan`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import duckdb

from filingwatch import backfill_state as state
from filingwatch import ingest, ledger, night
from filingwatch.backfill_plan import FLOW, ask_all, windows_of
from filingwatch.errors import FilingwatchError
from filingwatch.landing import Landed
from filingwatch.settings import Settings
from filingwatch.sources.base import LiveSource, Query, Window
from filingwatch.sources.http import SYSTEM_CLOCK, Clock
from filingwatch.sources.registry import Connector
from filingwatch.warehouse import writer

SESSION_SECONDS = 300.0
"""After so long the lock is given up behind the page under way. A run that wants it looks every 0.2 s (`lock`)."""
PAUSE_SECONDS = 2.0
NIGHT_PATIENCE_SECONDS = 6 * 3600.0
"""How long a backfill waits for a night that came between."""
SAID_REMARKS = 5

Progress = Callable[["Advance"], None]


@dataclass(frozen=True, slots=True)
class Advance:
    """How far a backfill is: the window that was worked on last, and everything that landed."""

    source: str
    window: Window
    done: int
    windows: int
    landed: Landed


@dataclass(slots=True)
class Result:
    """What became of the backfill of one source: ok, degraded (windows are left), stopped or failed."""

    source: str
    status: str = "ok"
    done: int = 0
    windows: int = 0
    landed: Landed = field(default_factory=Landed)
    message: str | None = None
    remarks: list[str] = field(default_factory=list)

    @property
    def is_left(self) -> bool:
        """Whether windows are left."""
        return self.done < self.windows

    def figures(self) -> dict[str, Any]:
        plain = {"source": self.source, "status": self.status, "done": self.done, "windows": self.windows}
        return plain | asdict(self.landed) | {"message": self._words()}

    def _words(self) -> str | None:
        """The message, and what is to be said of windows that are done; of many only the first."""
        said, more = self.remarks[:SAID_REMARKS], len(self.remarks) - SAID_REMARKS
        if more > 0:
            said = [*said, f"{more} more windows have such remarks, in their rows of ops.cursor"]
        return "; ".join(filter(None, [self.message, *said])) or None


def run_windows(
    settings: Settings,
    span: Window,
    connectors: Sequence[Connector],
    *,
    again: bool = False,
    progress: Progress = lambda advance: None,
    clock: Clock = SYSTEM_CLOCK,
) -> list[Result]:
    """Bring in every window that is not done yet, source by source; what stops one source stops no other.

    With `again` those that are done as well. Cut off, it goes on, with `again` or without, until every source is done.
    """
    results: list[Result] = []
    for place, one in enumerate(connectors, start=1):
        is_last = place == len(connectors) and not any(result.is_left for result in results)
        results.append(_run_source(settings, span, one, again, is_last, progress, clock))
    return results


def _run_source(
    settings: Settings, span: Window, connector: Connector, again: bool, is_last: bool, progress: Progress, clock: Clock
) -> Result:
    """Sessions, one after the other, until nothing is left or the source ends it.

    `is_last`: no other source has anything left, so that the end of this one is the end of the command.
    """
    result, todo, source = Result(connector.name), None, None
    while todo is None or todo:
        if todo is not None:
            clock.sleep(PAUSE_SECONDS)
            settings = replace(settings, lock_wait_seconds=max(settings.lock_wait_seconds, NIGHT_PATIENCE_SECONDS))
        with night.session(settings, FLOW) as (run, figures), writer(settings) as con:
            query = ask_all(settings, run, con)
            try:
                source = connector.build(settings, clock)
                windows = windows_of(source, query, span)
            except FilingwatchError as error:
                words = str(error) if source is None else source.client.hide(str(error))
                result.status, result.message = "failed", words
                if is_last:
                    state.end_again(con, query, span)
                return result
            if todo is None:
                if again:
                    state.begin_again(con, run, source.name, query, span, windows)
                todo = state.undone_windows(con, source.name, query, windows)
                result.windows, result.done = len(windows), len(windows) - len(todo)
            _work(con, settings, run, source, query, todo, result, progress)
            if is_last and not result.is_left:
                state.end_again(con, query, span)
            figures["backfill"] = result.figures()
        if result.status in ("stopped", "failed"):
            break
    return result


def _work(
    con: duckdb.DuckDBPyConnection, settings: Settings, run: ledger.Run, source: LiveSource, query: Query,
    todo: list[Window], result: Result, progress: Progress,
) -> None:  # fmt: skip
    """One session: window after window, each with a cursor of its own, until time is up or the source ends it.

    At least one page lands, however little time there is; the next session goes on behind it.
    """
    deadline = time.monotonic() + SESSION_SECONDS
    while todo:
        window, before = todo[0], result.landed

        def tell(landed: Landed, before: Landed = before, window: Window = window) -> None:
            progress(Advance(source.name, window, result.done, result.windows, before + landed))

        key, since = state.cursor_key(query, window), state.begin_window(con, run, source.name, query, window)
        asked = replace(query, window=window)
        ended = ingest.ingest_source(con, settings, run, source, asked, tell, cursor_key=key, deadline=deadline)
        result.landed = before + ended.landed
        if ended.status == "paused":
            return
        is_walked = state.is_walked(con, source.name, query, window)
        if ended.status == "stopped" or (ended.status == "failed" and not is_walked):
            result.status, result.message = ended.status, ended.error
            return
        status, words = _conclude(ended, state.judge_window(con, source.name, since))
        todo.pop(0)
        with ledger.transaction(con):
            state.forget_window(con, source.name, query, window)
            if status == "ok":
                figures = asdict(ended.landed) | ({"remark": words} if words else {})
                ledger.write_cursor(con, run, source.name, figures, state.done_key(query, window))
        if status == "ok":
            result.done += 1
            result.remarks += [f"{window.start}/{window.end}: {words}"] if words else []
        else:
            result.status, result.message = status, words
        progress(Advance(source.name, window, result.done, result.windows, result.landed))
        if status == "failed" or time.monotonic() >= deadline:
            return


def _conclude(ended: ingest.SourceResult, found: state.Found) -> tuple[str, str | None]:
    """Status and words of a window that was walked to its end. Only "ok" is done."""
    if found.lacking is not None:
        return "failed" if ended.status == "failed" else "degraded", found.lacking
    if ended.status in ("failed", "degraded") and found.remark is None:
        return ended.status, ended.error
    return "ok", found.remark
