"""Who said what about which document: human decisions, and weak labels where nobody has decided.

Here belongs which label counts. What the rule would say belongs to `rule`, learning to `model`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from filingwatch.relevance.rule import Hits, weak_label
from filingwatch.texts import draw

VALUES = {"relevant": True, "irrelevant": False}


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Labelled documents by position, in rising order. `is_weak` marks labels that only the rule gave.

    `stands_for` says how many documents of the corpus a row speaks for: above 1 where a crowd of weak labels was
    thinned. `is_seed` marks the weak ones that a seed list or another watch gave.
    """

    rows: np.ndarray
    is_relevant: np.ndarray
    is_weak: np.ndarray
    stands_for: np.ndarray
    is_seed: np.ndarray

    def count(self, *, relevant: bool, weak: bool) -> int:
        return int(np.sum((self.is_relevant == relevant) & (self.is_weak == weak)))


def read_decisions(decisions: pl.DataFrame, invention_of: pl.DataFrame) -> tuple[dict[str, bool], int]:
    """The human label of each invention, and how many subjects belong to no invention known here.

    `decisions` has decision_id, subject, value, decided_at; `invention_of` has publication_id, invention_id. A subject
    is a publication or an invention. The latest decision counts; one whose value is neither `relevant` nor `irrelevant`
    takes the label away.
    """
    subjects = decisions["subject"].unique().to_list()
    pairs = invention_of.select("publication_id", "invention_id").filter(
        pl.any_horizontal(pl.col("publication_id", "invention_id").is_in(subjects))
    )
    known = dict(pairs.iter_rows())
    inventions = set(known.values())
    labels: dict[str, bool] = {}
    strangers: set[str] = set()
    for subject, value in decisions.sort("decided_at", "decision_id").select("subject", "value").iter_rows():
        invention = known.get(subject, subject if subject in inventions else None)
        if invention is None:
            strangers.add(subject)
        elif value in VALUES:
            labels[invention] = VALUES[value]
        else:
            labels.pop(invention, None)
    return labels, len(strangers)


def choose_training(
    ids: Sequence[str],
    hits: Sequence[Hits],
    human: Mapping[str, bool],
    *,
    most_weak: int,
    seed: int,
    seeds: Mapping[str, bool] | None = None,
) -> TrainingSet:
    """Every human label, every label of a seed list, and at most `most_weak` of each class that the rule gives.

    A person's label counts before a seed's, a seed's before the rule's.

    Which weak ones are taken depends on the document's id and the seed alone: a new document does not reshuffle them.
    """
    seeds = seeds or {}
    chosen: list[tuple[int, bool, bool, float, bool]] = []
    crowd: dict[bool, list[int]] = {True: [], False: []}
    for row, (document, hit) in enumerate(zip(ids, hits, strict=True)):
        if document in human:
            chosen.append((row, human[document], False, 1.0, False))
        elif document in seeds:
            chosen.append((row, seeds[document], True, 1.0, True))
        elif (label := weak_label(hit)) is not None:
            crowd[label].append(row)
    for label, rows in crowd.items():
        taken = sorted(rows, key=lambda row: draw(ids[row], seed))[:most_weak]
        chosen += [(row, label, True, len(rows) / len(taken), False) for row in taken]
    rows, relevant, weak, stands, seeded = zip(*sorted(chosen), strict=True) if chosen else ((), (), (), (), ())
    return TrainingSet(
        np.array(rows, dtype=np.int64),
        np.array(relevant, dtype=bool),
        np.array(weak, dtype=bool),
        np.array(stands, dtype=float),
        np.array(seeded, dtype=bool),
    )


def hash_labels(ids: Sequence[str], training: TrainingSet) -> str:
    """16 hex digits over which documents were learned from, with which label, of which kind."""
    lines = (
        f"{ids[row]}\t{int(relevant)}\t{int(weak) + int(seeded)}"
        for row, relevant, weak, seeded in zip(
            training.rows, training.is_relevant, training.is_weak, training.is_seed, strict=True
        )
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def hash_human(human: Mapping[str, bool], seeds: Mapping[str, bool] | None = None) -> str:
    """16 hex digits over what people said, and over the labels of seed lists where there are any."""
    lines = [f"{document}\t{int(label)}" for document, label in sorted(human.items())]
    lines += [f"{document}\t{int(label)}\tseed" for document, label in sorted((seeds or {}).items())]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
