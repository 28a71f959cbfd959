"""The inbox as the desk sees it: every decision ever made, kept in memory and read on from where it ended.

A decision that was made a moment ago, here or by another program, counts with the next look.
"""

from __future__ import annotations

import threading
from collections import defaultdict

from filingwatch.decisions import Decision, read_decisions
from filingwatch.settings import Settings

RESET = "reset"
_PAGE = 10_000


def is_taken_back(decision: Decision) -> bool:
    """Whether this row only undoes another; a kind without `reset` says so in its context."""
    return decision.value == RESET or "undoes" in (decision.context or {})


class Inbox:
    """Decisions by kind, watch and subject, oldest first. Safe for several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._after = 0
        self._by_kind: dict[tuple[str, str | None], dict[str, list[Decision]]] = defaultdict(dict)

    def history(self, kind: str, watch: str | None) -> dict[str, list[Decision]]:
        """What was said of each subject, oldest first; a copy that does not change."""
        with self._lock:
            self._read_on()
            return {subject: list(said) for subject, said in self._by_kind[kind, watch].items()}

    def standing(self, kind: str, watch: str | None) -> dict[str, Decision]:
        """The last word on each subject, where it was not taken back."""
        with self._lock:
            self._read_on()
            last = {subject: said[-1] for subject, said in self._by_kind[kind, watch].items()}
        return {subject: decision for subject, decision in last.items() if not is_taken_back(decision)}

    def last_of(self, kind: str, watch: str | None, who: str) -> Decision | None:
        """The newest standing decision of a person: what `undo` takes back."""
        own = [one for one in self.standing(kind, watch).values() if one.decided_by == who]
        return max(own, key=lambda one: one.decision_id, default=None)

    def made(self, kind: str, watch: str | None) -> list[Decision]:
        """All decisions of a kind but those that only take one back, in no order."""
        return [one for said in self.history(kind, watch).values() for one in said if not is_taken_back(one)]

    def _read_on(self) -> None:
        while found := read_decisions(self._settings, after=self._after, limit=_PAGE):
            for one in found:
                self._by_kind[one.kind, one.watch].setdefault(one.subject, []).append(one)
            self._after = found[-1].decision_id
            if len(found) < _PAGE:
                return
