"""Labels: whether a filing belongs to the watch. Who gets which, and what is written, belongs to `labelling`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from filingwatch import labelling
from filingwatch.desk.cases import Case, Choice, Said, show_time
from filingwatch.desk.kinds.documents import describe_item, glance_at, read_item_texts
from filingwatch.desk.kinds.screening_side import screening_side
from filingwatch.desk.queues import Answer, Kept, find_choice
from filingwatch.desk.sides import Side
from filingwatch.label_items import Item
from filingwatch.settings import Settings

WORDS: Mapping[str, str] = {"relevant": "relevant", "irrelevant": "irrelevant", "skip": "skipped"}
_CHOICES = (
    Choice("r", "relevant", "Relevant", "for"),
    Choice("i", "irrelevant", "Irrelevant", "against"),
    Choice("s", "skip", "Skip"),
)
_MOST_REMEMBERED = 50_000


class LabelQueue:
    """The reading queue of a person: documents that nobody else reads just now."""

    name, title = "labels", "Labels"
    when_empty = (
        "Everything in the queue is labelled, or somebody else is reading it now. The next night ranks what is left; "
        "`filingwatch relevance queue` shows the whole queue."
    )

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._shown: dict[tuple[str, str], dict[str, Any]] = {}

    def next_cases(self, watch: str, who: str, limit: int) -> list[Case]:
        items = labelling.next_items(self._settings, watch, who, limit=limit)
        return [self._case(item) for item in items]

    def read_case(self, watch: str, who: str, case_id: str) -> Case:
        return self._case(labelling.read_item(self._settings, watch, case_id, annotator=who))

    def put(self, answer: Answer) -> Kept:
        find_choice(_CHOICES, answer)
        shown = self._shown.get((answer.watch, answer.case_id))
        if shown is None:
            self.read_case(answer.watch, answer.who, answer.case_id)
            shown = self._shown[answer.watch, answer.case_id]
        made = labelling.put_label(
            self._settings, answer.watch, answer.who, answer.case_id, answer.value, note=answer.note,
            context={**shown, **answer.context},
        )  # fmt: skip
        return Kept(made.decision_id)

    def undo(self, watch: str, who: str) -> str | None:
        made = labelling.undo(self._settings, watch, who, context={"desk": True})
        return made.subject if made else None

    def side(self, watch: str, who: str) -> Side:
        return screening_side(labelling.progress(self._settings, watch), who)

    def _case(self, item: Item) -> Case:
        if len(self._shown) > _MOST_REMEMBERED:
            self._shown.clear()
        self._shown[item.watch, item.invention_id] = {
            "chosen_as": item.chosen_as, "model_id": item.model_id, "probability": item.probability,
        }  # fmt: skip
        return show_item(item, "Does this filing belong to the watch?", _CHOICES)


def show_item(item: Item, question: str, choices: tuple[Choice, ...]) -> Case:
    """A document of the reading queue as a case."""
    return Case(
        case_id=item.invention_id,
        question=question,
        why=item.why,
        choices=choices,
        texts=read_item_texts(item),
        facts=describe_item(item),
        glance=glance_at(item),
        said=tuple(
            Said(one.who, show_time(one.at), WORDS.get(one.value, one.value), one.note or "") for one in item.said
        ),
        is_synthetic=item.is_synthetic,
        silence="Nothing that you may see before you have said it yourself.",
    )
