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
from filingwatch.topics.model import Factors, Rules, find_second
from filingwatch.vectors import Vectors

LONGEST = dt.timedelta(days=31)
# documents are looked at for new subjects so long: one that trickles in would otherwise drown month by month
NEWCOMER = dt.timedelta(days=366)
MOST_NEW = 0.1
# of what topics explain of the filings of their fit; less of newcomers says that a subject is new. Newcomers of known
# subjects reach 0.94 in the demo world and 0.90 in real English filings, 0.75 where only 450 filings were fitted
LEAST_EXPLAINED = 0.75
LEAST_STRANGERS = 10
# less of all topics together is rounding
LEAST_LOAD = 1e-12
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

    `document_hashes` (sorted) are the documents that were there, `arrived_on` (days since 1970) says since when, 0 for
    those of the first fit. `made_for` stands for settings and topics wanted.
    `unexplained` is the share (as in Placed) that the topics leave of documents of the fit.
    """

    vectors: Vectors
    weights: np.ndarray
    topic_ids: tuple[str, ...]
    document_hashes: np.ndarray
    made_for: str
    unexplained: float
    fitted_on: dt.date
    rules: Rules | None = None
    arrived_on: np.ndarray | None = None

    def to_bytes(self) -> bytes:
        plain = {
            "topic_ids": self.topic_ids,
            "made_for": self.made_for,
            "unexplained": self.unexplained,
            "fitted_on": self.fitted_on,
        }
        arrays = {"weights": self.weights, "document_hashes": self.document_hashes}
        if self.rules is not None:
            arrays |= {"rule_topics": self.rules.topics, "rules": self.rules.weights, "rule_biases": self.rules.biases}
        if self.arrived_on is not None:
            arrays["arrived_on"] = self.arrived_on
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
            Rules(arrays["rule_topics"], arrays["rules"], arrays["rule_biases"]) if "rules" in arrays else None,
            arrays.get("arrived_on"),
        )

    @property
    def ruled(self) -> frozenset[str]:
        """The topics that have a rule."""
        return frozenset(() if self.rules is None else (self.topic_ids[number] for number in self.rules.topics))

    def say_arrivals(self, hashes: np.ndarray, today: dt.date) -> np.ndarray:
        """Since when these documents are there (days since 1970): `today` those that came since the fit."""
        day = _count_days(today)
        if self.arrived_on is None:
            return np.where(np.isin(hashes, self.document_hashes), 0, day)
        places = np.searchsorted(self.document_hashes, hashes).clip(max=max(len(self.document_hashes) - 1, 0))
        is_there = self.document_hashes[places] == hashes if len(self.document_hashes) else np.zeros(len(hashes), bool)
        return np.where(is_there, self.arrived_on[places], day) if len(self.arrived_on) else np.full(len(hashes), day)

    def are_newcomers(self, hashes: np.ndarray, today: dt.date) -> np.ndarray:
        """Which of these documents came within NEWCOMER or since the fit."""
        return self.say_arrivals(hashes, today) > max(_count_days(today - NEWCOMER), 0)


@dataclass(frozen=True, slots=True)
class Shares:
    """Each topic's share of each document (rows), all 0 where a document has no topic. `unexplained` as in Placed."""

    matrix: np.ndarray
    unexplained: float | None


def place_documents(
    texts: Texts, ids: Sequence[str], vectors: Vectors, weights: np.ndarray, rules: Rules | None = None
) -> Placed:
    """Place these documents, by rising id, among topics (rows of `weights`)."""
    shares = share_documents(texts, ids, vectors, weights, rules)
    return choose_topics(shares.matrix, shares.unexplained)


def choose_topics(shares: np.ndarray, unexplained: float | None = None) -> Placed:
    """The heaviest topic of each document and the one that comes second."""
    total = shares.sum(axis=1)
    tops = np.where(total > 0, shares.argmax(axis=1), -1)
    return Placed(tops, shares.max(axis=1, initial=0.0), unexplained, *find_second(shares, np.ones(len(shares))))


def share_documents(
    texts: Texts, ids: Sequence[str], vectors: Vectors, weights: np.ndarray, rules: Rules | None = None
) -> Shares:
    """What these documents, by rising id, have of each topic (rows of `weights`)."""
    # |x - hW|^2 for W with a triangular L L' = W W' is |L'h - b|^2 plus what no load can explain
    triangle = np.linalg.cholesky(weights @ weights.T + 1e-9 * np.eye(len(weights)))
    shares_of, explained = [np.zeros((0, len(weights)))], []
    for batch in texts.batches(ids):
        counted = texts.count(batch)
        matrix = vectors.build(counted).matrix
        lengths = np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()
        held = counted.words.matrix.getnnz(axis=1) + counted.classes.matrix.getnnz(axis=1)
        known = matrix.getnnz(axis=1) / np.maximum(held, 1)
        aims = np.linalg.solve(triangle, (matrix @ weights.T).T).T
        loads = np.zeros((len(aims), len(weights)))
        for row, aim in enumerate(aims):
            loads[row], distance = nnls(triangle.T, aim)
            if held[row]:
                share = (aim @ aim - distance**2) / lengths[row] if lengths[row] else 0.0
                explained.append(float(known[row] * share))
        shares_of.append(apply_rules(loads, rules, None if rules is None else matrix @ rules.weights.T + rules.biases))
    return Shares(np.vstack(shares_of), 1.0 - float(np.mean(explained)) if explained else None)


def apply_rules(loads: np.ndarray, rules: Rules | None, odds: np.ndarray | None) -> np.ndarray:
    """Shares from loads, and from the odds (natural logarithm) of the topics that have a rule.

    Such a topic has a document exactly where its rule says so, with the probability as its share; where no rule does,
    the other topics share the document. One that only such topics explain goes to them all the same.
    """
    shares = loads.copy()
    if rules is not None and odds is not None:
        chance = 1.0 / (1.0 + np.exp(-np.clip(odds, -50.0, 50.0)))
        others = np.delete(loads, rules.topics, axis=1).sum(axis=1)
        # just above a half where it is one: no tie with the others together
        best = np.maximum(chance.max(axis=1), 0.5 + 1e-9)
        is_taken = (odds.max(axis=1) > 0) & (loads.sum(axis=1) > LEAST_LOAD)
        is_free = ~is_taken & (others > LEAST_LOAD)
        shares[np.ix_(is_free | is_taken, rules.topics)] = 0.0
        rest = shares.sum(axis=1)
        shares *= np.where(is_taken & (rest > LEAST_LOAD), (1.0 - best) / np.maximum(rest, LEAST_LOAD), 1.0)[:, None]
        rows = np.flatnonzero(is_taken)
        shares[rows, rules.topics[odds[rows].argmax(axis=1)]] = best[rows]
    total = shares.sum(axis=1)
    return np.where(total > LEAST_LOAD, 1.0, 0.0)[:, None] * shares / np.maximum(total, LEAST_LOAD)[:, None]


def keep_fit(
    factors: Factors,
    topic_ids: Sequence[str],
    hashes: np.ndarray,
    made_for: str,
    today: dt.date,
    unexplained: float,
    before: Fitted | None = None,
) -> Fitted:
    """What is kept of a fit; `topic_ids` in the order of its topics, `before` the fit that it carries on."""
    held = np.sort(hashes)
    arrived = np.zeros(len(held), dtype=np.int64) if before is None else before.say_arrivals(held, today)
    return Fitted(
        vectors=factors.vectors,
        weights=factors.weights,
        topic_ids=tuple(topic_ids),
        document_hashes=held,
        made_for=made_for,
        unexplained=unexplained,
        fitted_on=today,
        rules=factors.rules,
        arrived_on=arrived,
    )


def _count_days(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days


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
