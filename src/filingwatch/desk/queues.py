"""One pattern for all kinds of decision: a queue of cases, an answer, and its taking back.

A queue reads the published file and the inbox. How a decision is checked and written belongs to the module of its
kind; how a case looks belongs to the templates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from filingwatch.decisions import PER_WATCH, Decision, decide
from filingwatch.desk.cases import Case, Choice
from filingwatch.desk.inbox import RESET, Inbox, Last
from filingwatch.desk.published import Published
from filingwatch.desk.sides import Side, count_side
from filingwatch.errors import BadInput
from filingwatch.settings import Settings
from filingwatch.warehouse import utc_now

MOST_CASES = 500
"""A queue of a list shows at most so many; what is decided makes room when the next version is published."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said of a case: the value of a choice, or a text of the person's own where the choice asks."""

    watch: str
    who: str
    case_id: str
    value: str
    note: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that is in the inbox; `warning` is what the person should know of it, mostly empty."""

    decision_id: int
    warning: str = ""


class Queue(Protocol):
    """A tab of the desk."""

    name: str
    title: str
    when_empty: str

    def next_cases(self, watch: str, who: str, limit: int) -> list[Case]:
        """The first cases that wait for an answer of this person."""
        ...

    def read_case(self, watch: str, who: str, case_id: str) -> Case:
        """One case, answered or not.

        Raises:
            BadInput: there is none of this id.
        """
        ...

    def put(self, answer: Answer) -> Kept:
        """Write an answer into the inbox.

        Raises:
            BadInput: it cannot be used; the message says why.
        """
        ...

    def undo(self, watch: str, who: str) -> str | None:
        """Take back the person's last answer by a new decision; the id of its case, None when there is none."""
        ...

    def side(self, watch: str, who: str) -> Side:
        """Progress and advice."""
        ...


class ListQueue:
    """A queue whose cases are a list in the published file, less what was decided since."""

    name = ""
    title = ""
    kind = ""
    when_empty = "Everything of the published file is decided. The next night may bring more."
    words: Mapping[str, str] = {}
    """Readable forms of the values of its decisions."""

    def __init__(self, settings: Settings, published: Published, inbox: Inbox) -> None:
        self.settings, self.published, self.inbox = settings, published, inbox

    def read(self, watch: str) -> Iterable[Case]:
        """All cases of the published file in the order in which they are asked."""
        raise NotImplementedError

    def next_cases(self, watch: str, who: str, limit: int) -> list[Case]:
        return [self._with_said(watch, case) for case in self._waiting(watch)[:limit]]

    def read_case(self, watch: str, who: str, case_id: str) -> Case:
        return self._with_said(watch, self._find(watch, case_id))

    def put(self, answer: Answer) -> Kept:
        case = self._find(answer.watch, answer.case_id)
        choice = find_choice(case.choices, answer)
        return Kept(self.write(case, choice, answer).decision_id)

    def undo(self, watch: str, who: str) -> str | None:
        last = self.inbox.last_of(self.kind, self._key(watch), who)
        if last is None:
            return None
        self.take_back(last, who)
        subject = last.decision.subject
        return next((case.case_id for case in self._all(watch) if subject in case.settled_by), subject)

    def side(self, watch: str, who: str) -> Side:
        made = self.inbox.made(self.kind, self._key(watch))
        is_cut = len(self._all(watch)) >= MOST_CASES
        return count_side(len(self._waiting(watch)), made, who, utc_now(), is_cut=is_cut)

    def write(self, case: Case, choice: Choice, answer: Answer) -> Decision:
        """Write one answer; kinds with checks of their own do it their way."""
        return self._decide(answer.watch, case.case_id, answer.value, answer.who, answer.note, answer.context)

    def take_back(self, last: Last, who: str) -> None:
        """Write what makes a decision no longer count: what stood before, whoever said it, stands again."""
        one, before = last.decision, last.before
        self._decide(
            one.watch, one.subject, before.value if before else RESET, who, before.reason if before else None,
            {"undoes": one.decision_id, "desk": True},
        )  # fmt: skip

    def _decide(
        self, watch: str | None, subject: str, value: str, who: str, note: str | None, context: Mapping[str, Any]
    ) -> Decision:
        return decide(
            self.settings, kind=self.kind, subject=subject, value=value, decided_by=who, watch=self._key(watch),
            reason=note, context=context,
        )  # fmt: skip

    def _key(self, watch: str | None) -> str | None:
        return watch if self.kind in PER_WATCH else None

    def _all(self, watch: str) -> tuple[Case, ...]:
        return self.published.keep(f"{self.name} {watch}", lambda: tuple(self.read(watch)))

    def _waiting(self, watch: str) -> list[Case]:
        standing = self.inbox.standing(self.kind, self._key(watch))
        return [case for case in self._all(watch) if not any(one in standing for one in case.settled_by)]

    def _find(self, watch: str, case_id: str) -> Case:
        for case in self._all(watch):
            if case.case_id == case_id:
                return case
        raise BadInput("This is not in the published file any more: another version came meanwhile. Reload the page.")

    def _with_said(self, watch: str, case: Case) -> Case:
        history = self.inbox.history(self.kind, self._key(watch))
        said = sorted(
            (one for subject in case.settled_by for one in history.get(subject, ())), key=lambda one: one.decision_id
        )
        return case.with_said(said, self.words)


def find_choice(choices: Sequence[Choice], answer: Answer) -> Choice:
    """The choice that an answer takes.

    Raises:
        BadInput: none, or it lacks the text or the reason that the choice asks for.
    """
    exact = [choice for choice in choices if choice.value == answer.value and choice.asks != "value"]
    free = [choice for choice in choices if choice.asks == "value"]
    if not exact and not free:
        raise BadInput(f"{answer.value!r} is none of the answers here.")
    choice = (exact or free)[0]
    if choice.asks == "value" and not answer.value.strip():
        raise BadInput("Please write a text first.")
    if choice.asks == "note" and not (answer.note or "").strip():
        raise BadInput(f"“{choice.label}” needs a reason: press n and write it, for those who come later.")
    return choice
