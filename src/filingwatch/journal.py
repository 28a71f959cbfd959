"""What a source did while it was asked: its requests for the ledger, its use of the allowance, what came damaged.

A source without a line to an office has an empty journal. Whether the answers mean anything belongs to `volume`.
"""

from __future__ import annotations

import contextlib

import duckdb

from filingwatch import ledger
from filingwatch.sources.base import Page, Source
from filingwatch.sources.http import Client, Usage

USAGE = "usage"
"""The key in ops.cursor under which a source's use of its weekly allowance is kept."""
DAMAGED, GAP = "damaged", "gap"
"""Notes by which a source says that a page does not hold all that it should, or that something is not offered any
more. Both degrade it."""
LIMITS = ("truncated", "incomplete")
"""Notes about what an office never gives, however often it is asked: told, and no fault of the night."""
MOST_WORDS = 3
"""So many different notes are told; all of them are counted."""
DAMAGED_SHARE = 0.5
"""Up to half of the pages may be damaged before a source counts as failed instead of degraded: beyond it what landed
is no longer most of what there was."""
LOST_SHARE, LOST_FEW = 0.05, 3
"""Requests that were never answered, though the source went on without them. Single ones are how offices say "too
large, ask for less"; more than three, and more than one in twenty, mean that parts are missing."""


class Journal:
    """Writes to the ledger with every page, so that a run that is cut off has told what it did."""

    def __init__(self, con: duckdb.DuckDBPyConnection, run: ledger.Run, source: Source) -> None:
        self._con = con
        self._run = run
        self._name = source.name
        self._client: Client | None = getattr(source, "client", None)
        self._last_status: dict[str, str] = {}
        self._pages = self._damaged = 0
        self._words: dict[str, list[str]] = {}
        if self._client is not None:
            self._client.usage = Usage.from_cursor(ledger.read_cursor(con, self._name, USAGE))

    def keep(self, page: Page | None = None) -> None:
        """Note a page, and write what was asked since the last time."""
        if page is not None:
            self._pages += 1
            self._damaged += bool(page.notes.get(DAMAGED))
            for name in (DAMAGED, GAP, *LIMITS):
                said = page.notes.get(name) or []
                self._words.setdefault(name, []).extend(map(str, said if isinstance(said, list) else [said]))
        attempts = [] if self._client is None else self._client.take_attempts()
        if self._client is None or not attempts:
            return
        for attempt in attempts:
            self._last_status[ledger.to_json(attempt.request)] = attempt.status
        with ledger.transaction(self._con):
            ledger.record_attempts(self._con, self._run, self._name, attempts)
            ledger.write_cursor(self._con, self._run, self._name, self._client.usage.as_cursor(), USAGE)

    def close(self) -> None:
        """Write what is left and hang up. An error of the working file is not raised here: it would hide another."""
        if self._client is not None:
            with contextlib.suppress(duckdb.Error):
                self.keep()
            self._client.close()

    def hide(self, text: str) -> str:
        """The text without secrets of the office."""
        return text if self._client is None else self._client.hide(text)

    def verdict(self) -> tuple[str, str] | None:
        """Degraded or failed, with the reason in words; None when everything arrived whole."""
        if self._damaged:
            status = "failed" if self._damaged > DAMAGED_SHARE * self._pages else "degraded"
            what = f"{self._damaged} of {self._pages} pages came damaged"
            return status, f"{what}: {self._say(DAMAGED, GAP)} raw.page and ops.outcome say which."
        if self._words.get(GAP):
            return "degraded", self._say(GAP)
        lost = sum(status != "answered" for status in self._last_status.values())
        if lost > max(LOST_FEW, LOST_SHARE * len(self._last_status)):
            what = f"{lost} of {len(self._last_status)} requests were never answered"
            return "degraded", f"{what}; ops.outcome says which and why."
        return None

    def limits(self) -> str | None:
        """In the source's words, what its office does not give at all; None when nothing is known to be missing."""
        return self._say(*LIMITS) or None

    def _say(self, *names: str) -> str:
        """The notes of these names, each once and without secrets."""
        words = list(dict.fromkeys(word for name in names for word in self._words.get(name, ())))
        more = [f"and {len(words) - MOST_WORDS} more"] if len(words) > MOST_WORDS else []
        said = self.hide("; ".join([*words[:MOST_WORDS], *more]))
        return said if not said or said.endswith(".") else f"{said}."
