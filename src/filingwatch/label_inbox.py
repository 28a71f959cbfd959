"""What people said of the documents of a watch so far, landed or not, with the labels that follow from it.

Here belongs reading the inbox beside a published file that knows which publication is of which invention.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from filingwatch.decisions import Decision, find_decisions
from filingwatch.label_items import Said
from filingwatch.relevance.resolving import KINDS, LABEL, SKIP, VALUES, Labels, find_inventions, resolve
from filingwatch.settings import Settings


@dataclass(frozen=True, slots=True)
class Inbox:
    """What people said of one watch, landed or not: every decision in order, the labels that follow, and the invention
    of each subject."""

    decisions: tuple[Decision, ...]
    labels: Labels
    homes: Mapping[str, str]

    def home(self, decision: Decision) -> str:
        return self.homes.get(decision.subject, decision.subject)

    def of(self, annotator: str) -> dict[str, str]:
        """What this person's last words on each invention were, as value; taken back ones are left out."""
        said = {
            self.home(one): one.value
            for one in self.decisions
            if one.kind == LABEL and one.decided_by == annotator
        }  # fmt: skip
        return {invention: value for invention, value in said.items() if value in (*VALUES, SKIP)}

    def said_of(self, invention: str) -> tuple[Said, ...]:
        """The last word of every person on an invention, by name; taken back ones are left out."""
        last: dict[str, Said] = {}
        for one in self.decisions:
            if one.kind == LABEL and self.home(one) == invention:
                last[one.decided_by] = Said(one.decided_by, one.value, one.decided_at, one.reason, one.decision_id)
        return tuple(said for _, said in sorted(last.items()) if said.value in (*VALUES, SKIP))


def read_inbox(settings: Settings, watch: str, find: Callable[[Sequence[str]], pl.DataFrame]) -> Inbox:
    """What people said of this watch; `find` says which inventions subjects mean (`label_items.find_homes`)."""
    found = find_decisions(settings, KINDS, watch=watch)
    schema = {"decision_id": pl.Int64, "kind": pl.String, "subject": pl.String, "value": pl.String}
    plain = pl.DataFrame(
        [(one.decision_id, one.kind, one.subject, one.value, one.decided_by) for one in found],
        schema | {"decided_by": pl.String},
        orient="row",
    )
    subjects = plain["subject"].unique().sort().to_list()
    homes = find(subjects)
    return Inbox(tuple(found), resolve(plain, homes), find_inventions(subjects, homes))
