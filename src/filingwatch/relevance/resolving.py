"""From what people said to the labels that count: one for each invention, in whatever order the words landed.

Here belong changes of mind, people who differ, rulings and weak seeds. Where decisions come from belongs to
`decisions`; what a model makes of labels belongs to `labels` and `learner`.

The words of an annotator about an invention are the last ones said of any of its publications. Where annotators differ
there is no label until somebody rules; a ruling stands above every label until it is reset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

VALUES = {"relevant": True, "irrelevant": False}
SKIP = "skip"
LABEL, RULING, SEED = "relevance_label", "relevance_ruling", "relevance_seed"
KINDS = (LABEL, RULING, SEED)
STATES = ("single", "agreed", "disputed", "ruled", "skipped")

_ROWS = {
    "invention_id": pl.String,
    "label": pl.Boolean,
    "state": pl.Enum(STATES),
    "annotators": pl.Int32,
    "relevant_votes": pl.Int32,
    "irrelevant_votes": pl.Int32,
}
_VOTES = {"invention_id": pl.String, "annotator": pl.String, "label": pl.Boolean}
Said = dict[tuple[str, str], str]
"""(invention, who) and the last thing that this person said of it."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What counts today.

    `human` are labels of people, `seeds` weak ones of inventions of which no person has said anything. `rows` has every
    invention of which a person said something that stands, sorted by id: label (null where disputed or only skipped),
    state (one of STATES), annotators and votes. `votes` has one row for each label that stands (invention_id,
    annotator, label), for agreement. `strangers` counts subjects that belong to no invention known here.
    """

    human: dict[str, bool]
    seeds: dict[str, bool]
    rows: pl.DataFrame
    votes: pl.DataFrame
    strangers: int


def resolve(decisions: pl.DataFrame, invention_of: pl.DataFrame) -> Labels:
    """The labels that count, from decisions in any order.

    `decisions` has decision_id, kind, subject, value, decided_by, of one watch; `invention_of` has publication_id and
    invention_id. A subject is a publication or an invention. Later is what has the higher decision_id.
    """
    said, strangers = _last_words(decisions, invention_of)
    ruled = {document: VALUES[value] for (document, _), value in said[RULING].items() if value in VALUES}
    votes = sorted((*key, VALUES[value]) for key, value in said[LABEL].items() if value in VALUES)
    skipped = {document for (document, _), value in said[LABEL].items() if value == SKIP}
    spoken: dict[str, list[bool]] = {document: [] for document in {*ruled, *skipped}}
    for document, _, label in votes:
        spoken.setdefault(document, []).append(label)
    rows = [(document, *_judge(ruled.get(document), spoken[document])) for document in sorted(spoken)]
    return Labels(
        {document: label for document, label, *_ in rows if label is not None},
        _seeds(said[SEED], spoken),
        pl.DataFrame(rows, _ROWS, orient="row").with_columns(pl.col("state").cast(pl.String)),
        pl.DataFrame(votes, _VOTES, orient="row"),
        strangers,
    )


def _judge(ruling: bool | None, votes: list[bool]) -> tuple[bool | None, str, int, int, int]:
    counts = (len(votes), sum(votes), len(votes) - sum(votes))
    if ruling is not None:
        return ruling, "ruled", *counts
    if not votes:
        return None, "skipped", *counts
    if 0 < sum(votes) < len(votes):
        return None, "disputed", *counts
    return votes[0], "single" if len(votes) == 1 else "agreed", *counts


def _seeds(said: Said, spoken: Mapping[str, object]) -> dict[str, bool]:
    """Seeds that do not contradict each other, of inventions that no person has spoken of."""
    found: dict[str, set[bool]] = {}
    for (document, _), value in sorted(said.items()):
        if value in VALUES and document not in spoken:
            found.setdefault(document, set()).add(VALUES[value])
    return {document: labels.pop() for document, labels in found.items() if len(labels) == 1}


def _last_words(decisions: pl.DataFrame, invention_of: pl.DataFrame) -> tuple[dict[str, Said], int]:
    """What stands of each kind. A ruling is nobody's in particular: the last one counts, whoever made it."""
    home = find_inventions(decisions["subject"].unique().to_list(), invention_of)
    said: dict[str, Said] = {kind: {} for kind in KINDS}
    strangers: set[str] = set()
    columns = ("kind", "subject", "value", "decided_by")
    for kind, subject, value, who in decisions.sort("decision_id").select(columns).iter_rows():
        document = home.get(subject)
        if document is None:
            strangers.add(subject)
        else:
            said[kind][document, "" if kind == RULING else who] = value
    return said, len(strangers)


def find_inventions(subjects: list[str], invention_of: pl.DataFrame) -> dict[str, str]:
    """The invention of each subject that is a known publication or invention; the others are left out."""
    pairs = invention_of.select("publication_id", "invention_id").filter(
        pl.any_horizontal(pl.col("publication_id", "invention_id").is_in(subjects))
    )
    known = dict(pairs.iter_rows())
    # a name that is both is read as the publication: inventions that merged keep the labels of either name
    inventions = {document: document for document in known.values() if document is not None}
    return {subject: home for subject in subjects if (home := known.get(subject, inventions.get(subject))) is not None}
