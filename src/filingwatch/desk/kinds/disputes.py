"""Disputes: filings of which people said different things, and the ruling between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from filingwatch import labelling
from filingwatch.desk.cases import Case, Choice
from filingwatch.desk.inbox import RESET, Inbox
from filingwatch.desk.kinds.labels import show_item
from filingwatch.desk.kinds.screening_side import screening_side
from filingwatch.desk.queues import Answer, Kept, find_choice
from filingwatch.desk.sides import Side
from filingwatch.label_items import Item
from filingwatch.settings import Settings

_KIND = "relevance_ruling"
_QUESTION = "People differ: does this filing belong to the watch?"
_CHOICES = (
    Choice("r", "relevant", "Rule: relevant", "for", asks="note"),
    Choice("i", "irrelevant", "Rule: irrelevant", "against", asks="note"),
)


class DisputeQueue:
    """What waits for a third person's word, with what each said and why."""

    name, title = "disputes", "Disputes"
    when_empty = "Nobody differs. About one document in ten is read by two people, so disputes come as they label."
    words: Mapping[str, str] = {}

    def __init__(self, settings: Settings, inbox: Inbox) -> None:
        self._settings, self._inbox = settings, inbox

    def next_cases(self, watch: str, who: str, limit: int) -> list[Case]:
        items = labelling.list_disputes(self._settings, watch)[:limit]
        return [_show(item) for item in items]

    def read_case(self, watch: str, who: str, case_id: str) -> Case:
        return _show(labelling.read_item(self._settings, watch, case_id, reveal=True))

    def put(self, answer: Answer) -> Kept:
        find_choice(_CHOICES, answer)
        made, warning = labelling.rule(
            self._settings, answer.watch, answer.who, answer.case_id, answer.value, why=answer.note or "",
            context=answer.context,
        )  # fmt: skip
        return Kept(made.decision_id, warning or "")

    def undo(self, watch: str, who: str) -> str | None:
        last = self._inbox.last_of(_KIND, watch, who)
        if last is None:
            return None
        one, before = last.decision, last.before
        labelling.rule(
            self._settings, watch, who, one.subject, before.value if before else RESET,
            why=(before and before.reason) or "taken back", context={"undoes": one.decision_id, "desk": True},
        )  # fmt: skip
        return one.subject

    def side(self, watch: str, who: str) -> Side:
        return screening_side(labelling.progress(self._settings, watch), who)


def _show(item: Item) -> Case:
    return replace(show_item(item, _QUESTION, _CHOICES), why="people said different things of it, as stands below")
