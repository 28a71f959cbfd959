"""The inbox as the desk sees it: every decision ever made, kept in memory and read on from where it ended.

A decision that was made a moment ago, here or by another program, counts with the next look.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from filingwatch.decisions import Decision, read_decisions
from filingwatch.errors import BadInput
from filingwatch.settings import Settings

RESET = "reset"
_PAGE = 10_000


def is_taken_back(decision: Decision) -> bool:
    """Whether this row only undoes another; a kind without `reset` says so in its context."""
    return decision.value == RESET or "undoes" in (decision.context or {})


@dataclass(frozen=True, slots=True)
class Last:
    """A person's last decision, and what stands again when it is taken back: None for nothing."""

    decision: Decision
    before: Decision | None


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
        """What stands of each subject: the last word that was not taken back."""
        left = {subject: _what_is_left(said) for subject, said in self.history(kind, watch).items()}
        return {subject: said[-1] for subject, said in left.items() if said}

    def last_of(self, kind: str, watch: str | None, who: str) -> Last | None:
        """The newest decision of a person that was not taken back; None when there is none.

        Raises:
            BadInput: somebody else has decided the same since, so that taking it back would change nothing.
        """
        left = [_what_is_left(said) for said in self.history(kind, watch).values()]
        own = [(said, at) for said in left for at, one in enumerate(said) if one.decided_by == who]
        if not own:
            return None
        said, at = max(own, key=lambda found: found[0][found[1]].decision_id)
        if at < len(said) - 1:
            other = said[-1]
            raise BadInput(
                f"After your last answer here {other.decided_by} decided the same otherwise or anew "
                f"({other.decided_at:%Y-%m-%d %H:%M} UTC): that stands, and yours cannot be taken back. "
                "To overrule it, decide it again."
            )
        return Last(said[at], said[at - 1] if at else None)

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


def _what_is_left(said: Sequence[Decision]) -> list[Decision]:
    """What was said of one subject less what was taken back; the last of it stands."""
    left: list[Decision] = []
    for one in said:
        undoes = (one.context or {}).get("undoes")
        if undoes is not None:
            # its own value only repeats what stood before, for readers that look at the last row alone
            left = [other for other in left if other.decision_id != undoes]
        elif one.value == RESET:
            left = []
        else:
            left.append(one)
    return left
