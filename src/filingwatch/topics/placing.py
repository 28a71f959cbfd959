"""The topics of a fit as they are kept, placing documents among them, and the reasons to fit anew.

A document is placed by the non-negative loads that explain it best, each by itself: which others come with it changes
nothing. How topics are found belongs to `model`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from filingwatch.kept import pack, pack_vectors, unpack, unpack_vectors
from filingwatch.texts import Texts
from filingwatch.topics.model import Factors, find_second
from filingwatch.vectors import Vectors

LONGEST = dt.timedelta(days=31)
MOST_NEW = 0.1
# of what topics explain of the filings of their fit; less of newcomers says that a subject is new. Newcomers of known
# subjects reach 0.94 in the demo world and 0.90 in real English filings, 0.75 where only 450 filings were fitted
LEAST_EXPLAINED = 0.75
LEAST_STRANGERS = 10
# documents of a fit of which it is measured what the topics leave unexplained
MOST_MEASURED = 2_000


@dataclass(frozen=True, slots=True)
class Placed:
    """`topic_of[i]` is the heaviest topic of document i, -1 where it has none; `share` its share of all loads.
    `second_of` and `second_share` are the same of the topic that comes second.

    `unexplained` is the mean share of a document that the topics leave: what they explain of the squared length of its
    known words and classes, times the share of its words and classes that are known, is the share they explain. A new
    subject comes with new words, which have no length at all.
    """

    topic_of: np.ndarray
    share: np.ndarray
    unexplained: float | None
    second_of: np.ndarray
    second_share: np.ndarray


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fit as it is kept. `weights` are the topics in the order of `topic_ids`, rows of length 1.

    `document_hashes` (sorted) are the documents that were there. `made_for` stands for settings and topics wanted.
    `unexplained` is the share (as in Placed) that the topics leave of documents of the fit.
    """

    vectors: Vectors
    weights: np.ndarray
    topic_ids: tuple[str, ...]
    document_hashes: np.ndarray
    made_for: str
    unexplained: float
    fitted_on: dt.date

    def to_bytes(self) -> bytes:
        plain = {
            "topic_ids": self.topic_ids,
            "made_for": self.made_for,
            "unexplained": self.unexplained,
            "fitted_on": self.fitted_on,
        }
        arrays = {"weights": self.weights, "document_hashes": self.document_hashes}
        return pack(plain, arrays | pack_vectors(self.vectors))

    @classmethod
    def from_bytes(cls, state: bytes) -> Fitted:
        plain, arrays = unpack(state)
        return cls(
            unpack_vectors(arrays),
            arrays["weights"],
            tuple(plain["topic_ids"]),
            arrays["document_hashes"],
            plain["made_for"],
            plain["unexplained"],
            dt.date.fromisoformat(plain["fitted_on"]),
        )


def place_documents(texts: Texts, ids: Sequence[str], vectors: Vectors, weights: np.ndarray) -> Placed:
    """Place these documents, by rising id, among topics (rows of `weights`)."""
    # |x - hW|^2 for W with a triangular L L' = W W' is |L'h - b|^2 plus what no load can explain
    triangle = np.linalg.cholesky(weights @ weights.T + 1e-9 * np.eye(len(weights)))
    loads_of, explained = [np.zeros((0, len(weights)))], []
    for batch in texts.batches(ids):
        counted = texts.count(batch)
        matrix = vectors.build(counted).matrix
        lengths = np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()
        held = counted.words.matrix.getnnz(axis=1) + counted.classes.matrix.getnnz(axis=1)
        known = matrix.getnnz(axis=1) / np.maximum(held, 1)
        aims = np.linalg.solve(triangle, (matrix @ weights.T).T).T
        for row, aim in enumerate(aims):
            loads, distance = nnls(triangle.T, aim)
            loads_of.append(loads[None])
            if held[row]:
                share = (aim @ aim - distance**2) / lengths[row] if lengths[row] else 0.0
                explained.append(float(known[row] * share))
    loads = np.vstack(loads_of)
    total = loads.sum(axis=1)
    tops = np.where(total > 0, loads.argmax(axis=1), -1)
    shares = loads.max(axis=1, initial=0.0) / np.where(total > 0, total, 1.0)
    return Placed(tops, shares, 1.0 - float(np.mean(explained)) if explained else None, *find_second(loads, total))


def keep_fit(
    factors: Factors, topic_ids: Sequence[str], hashes: np.ndarray, made_for: str, today: dt.date, unexplained: float
) -> Fitted:
    """What is kept of a fit; `topic_ids` in the order of its topics."""
    return Fitted(factors.vectors, factors.weights, tuple(topic_ids), np.sort(hashes), made_for, unexplained, today)


def why_refit(kept: Fitted | None, made_for: str, today: dt.date, *, new: int, gone: int) -> str | None:
    """Why the kept topics do not do any more, before any text is read; None where they do.

    `new` documents of today were not there when the topics were fitted (or were different), `gone` are there no more.
    """
    if kept is None:
        return "there are no topics to go on with"
    if kept.made_for != made_for:
        return "the number of topics wanted or the settings changed"
    age = today - kept.fitted_on
    if not dt.timedelta(0) <= age < LONGEST:
        return f"the topics are from {kept.fitted_on}"
    fitted = len(kept.document_hashes)
    if max(new, gone) > MOST_NEW * fitted:
        return f"of {fitted} filings fitted {gone} are gone, and {new} are new"
    return None


def are_strange(kept: Fitted, placed: Placed) -> bool:
    """Whether the kept topics explain so little of what came since that there is a new subject in it."""
    if len(placed.topic_of) < LEAST_STRANGERS or placed.unexplained is None:
        return False
    return 1.0 - placed.unexplained < LEAST_EXPLAINED * (1.0 - kept.unexplained)
