"""A refit that goes on with the topics there are: they stay, near-equal ones merge, empty ones end, new ones grow.

Every accepted topic is the mean of its documents, in the words of today. A document stays with its topic unless another
one has more of it by MOVE_MARGIN; newcomers are free. New topics come from newcomers alone (`growing`), and each keeps
the rule by which it was recognised: few documents weigh too little in loads to hold their own. A matrix factorisation
started from known topics does worse at both: its rows wander after whatever is frequent, and a small new subject hides
in the large old ones. Which ids topics have belongs to `identity`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.optimize import nnls
from threadpoolctl import threadpool_limits

from filingwatch.texts import Batch, Texts
from filingwatch.topics.growing import Rule, find_new_subjects, learn_rule
from filingwatch.topics.model import (
    Factors,
    Rules,
    TopicSettings,
    fit_factors,
    fit_vectors,
    mean_direction,
    telling_rows,
)
from filingwatch.topics.placing import Placed, choose_topics, share_documents
from filingwatch.vectors import Features, Vectors

MOVE_MARGIN = 0.5
# cosine of two topics, each less the mean of all documents, from which they are one
NEARLY_EQUAL = 0.9
# documents of a topic, of those of the fit; with fewer it ends
LEAST_LIVING = 3
MOST_MORE = 1.2
# documents on which what topics explain is compared with a fresh fit
MOST_COMPARED = 4_000


@dataclass(frozen=True, slots=True)
class Before:
    """What was known: living topics with their documents, by id, and which of them have a rule.

    `newcomers` are the documents that were not there at the last fit.
    """

    members: Mapping[str, Collection[str]]
    ruled: frozenset[str]
    newcomers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Continued:
    """The topics carried on, and where every document is. `grown` counts new ones, `merged` and `ended` old ones."""

    factors: Factors
    placed: Placed
    grown: int
    merged: int
    ended: int


def is_near(living: int, wanted: int) -> bool:
    """Whether so many topics can go on as they are where so many are wanted: a fifth more or less."""
    return min(wanted - 1, int(wanted / MOST_MORE)) <= living <= int(wanted * MOST_MORE)


def most_topics(living: int, wanted: int | None) -> int:
    """How many there may be after growing: a fifth more than wanted or, where nobody said, than live (at least one)."""
    return max(living + 1, int(living * MOST_MORE)) if wanted is None else int(wanted * MOST_MORE)


def continue_topics(
    texts: Texts, ids: Sequence[str], fitted: Batch, before: Before, most: int, settings: TopicSettings
) -> Continued | None:
    """Carry the known topics on to these documents (`ids` rising, `fitted` all of them or a sample), to at most `most`.

    None where too few topics live on, or where they explain less than `settings.least_as_good` of what as many topics
    fitted afresh would.
    """
    counted = texts.count(fitted)
    vectors = fit_vectors(counted, settings)
    features = vectors.build(counted)
    matrix, seed = features.matrix, settings.seed
    row_of = {document: row for row, document in enumerate(fitted.ids)}
    living = {
        topic: np.array(rows, dtype=np.int64)
        for topic, held in sorted(before.members.items())
        if len(rows := sorted(row_of[one] for one in held if one in row_of)) >= LEAST_LIVING
    }
    # one thread: sums in one order, the same bits every time
    with threadpool_limits(1):
        heirs = _find_heirs(matrix, living)
        groups = [
            np.sort(np.concatenate([living[one] for one in heirs if heirs[one] == topic])) for topic in _heads(heirs)
        ]
        if len(groups) < 2 or min(matrix.shape) < len(groups) or not _is_good(matrix, groups, settings):
            return None
        is_new = np.array([document in before.newcomers for document in fitted.ids], dtype=bool)
        room = max(most - len(groups), 0)
        grown = find_new_subjects(
            matrix, is_new, _means(matrix, groups), least=settings.least_per_topic, most=room, seed=seed
        )
        ruled = [
            (number, learn_rule(matrix, groups[number], seed))
            for number, topic in enumerate(_heads(heirs))
            if topic in before.ruled
        ]
        ruled += [(number, one.rule) for number, one in enumerate(grown, start=len(groups))]
        weights = telling_rows(matrix, [*groups, *(one.members for one in grown)])
        rules = _stack(ruled)
        shares = share_documents(texts, ids, vectors, weights, rules).matrix
    place = {document: row for row, document in enumerate(ids)}
    known = np.full(len(ids), -1, dtype=np.int64)
    numbers = {topic: number for number, topic in enumerate(_heads(heirs))}
    for topic, heir in heirs.items():
        known[[place[one] for one in before.members[topic] if one in place]] = numbers[heir]
    for number, one in enumerate(grown, start=len(groups)):
        rows = [place[fitted.ids[row]] for row in one.members]
        known[rows] = -1
        shares[rows] = _give_most(shares[rows], number)
    placed, order = _by_size(stay_unless_better(shares, known), len(weights))
    at = [place[document] for document in fitted.ids]
    ended, merged = len(before.members) - len(living), len(living) - len(groups)
    return Continued(
        _make_factors(placed, weights[order], _reorder(rules, order), features, vectors, at),
        placed,
        len(grown),
        merged,
        ended,
    )


def stay_unless_better(shares: np.ndarray, known: np.ndarray) -> Placed:
    """Each document (row of shares) in its known topic, -1 where it has none, unless another has MOVE_MARGIN more."""
    placed = choose_topics(shares)
    rows = np.arange(len(shares))
    held = np.where(known >= 0, shares[rows, known], 0.0)
    stays = (known >= 0) & (known != placed.topic_of) & (placed.share - held < MOVE_MARGIN)
    return Placed(
        np.where(stays, known, placed.topic_of),
        np.where(stays, held, placed.share),
        placed.unexplained,
        np.where(stays, placed.topic_of, placed.second_of),
        np.where(stays, placed.share, placed.second_share),
    )


def _find_heirs(matrix: sparse.csr_matrix, living: Mapping[str, np.ndarray]) -> dict[str, str]:
    """For each living topic the one that it goes on in: itself, or a larger one that says nearly the same."""
    falling = sorted(living, key=lambda topic: (-len(living[topic]), topic))
    if not falling:
        return {}
    means, middle = _means(matrix, [living[topic] for topic in falling]), mean_direction(matrix)
    apart = means - np.outer(means @ middle, middle)
    apart /= np.maximum(np.linalg.norm(apart, axis=1), 1e-12)[:, None]
    alike = apart @ apart.T
    heirs: dict[str, str] = {}
    for number, topic in enumerate(falling):
        larger = [
            other
            for other in range(number)
            if alike[number, other] >= NEARLY_EQUAL and heirs[falling[other]] == falling[other]
        ]
        heirs[topic] = falling[max(larger, key=lambda other: (alike[number, other], -other))] if larger else topic
    return dict(sorted(heirs.items()))


def _heads(heirs: Mapping[str, str]) -> list[str]:
    return sorted(set(heirs.values()))


def _is_good(matrix: sparse.csr_matrix, groups: Sequence[np.ndarray], settings: TopicSettings) -> bool:
    rng, total = np.random.default_rng(settings.seed), matrix.shape[0]
    rows = np.arange(total) if total <= MOST_COMPARED else np.sort(rng.choice(total, MOST_COMPARED, replace=False))
    fresh = fit_factors(matrix[rows], len(groups), settings).components
    fresh = fresh / np.maximum(np.linalg.norm(fresh, axis=1), 1e-12)[:, None]
    return explain(matrix[rows], telling_rows(matrix, groups)) >= settings.least_as_good * explain(matrix[rows], fresh)


def explain(matrix: sparse.csr_matrix, weights: np.ndarray) -> float:
    """The share of the squared length of these rows that non-negative loads of topics explain."""
    triangle = np.linalg.cholesky(weights @ weights.T + 1e-9 * np.eye(len(weights)))
    aims = np.linalg.solve(triangle, (matrix @ weights.T).T).T
    total = float(matrix.multiply(matrix).sum())
    return sum(float(aim @ aim) - nnls(triangle.T, aim)[1] ** 2 for aim in aims) / total if total else 0.0


def _means(matrix: sparse.csr_matrix, groups: Sequence[np.ndarray]) -> np.ndarray:
    return np.vstack([mean_direction(matrix[rows]) for rows in groups])


def _stack(ruled: Sequence[tuple[int, Rule]]) -> Rules | None:
    if not ruled:
        return None
    numbers, rules = zip(*ruled, strict=True)
    return Rules(
        np.array(numbers), np.vstack([rule.weights for rule in rules]), np.array([rule.bias for rule in rules])
    )


def _give_most(shares: np.ndarray, topic: int) -> np.ndarray:
    """These shares with at least half for one topic."""
    rest = np.delete(shares, topic, axis=1).sum(axis=1)
    given = shares.copy()
    given[:, topic] = np.maximum(shares[:, topic], 0.5)
    others = np.arange(shares.shape[1]) != topic
    given[:, others] *= ((1.0 - given[:, topic]) / np.where(rest > 0, rest, 1.0))[:, None]
    return given


def _by_size(placed: Placed, count: int) -> tuple[Placed, np.ndarray]:
    """Topics numbered by falling size, empty ones left out; the earlier numbers in the new order."""
    sizes = np.bincount(placed.topic_of[placed.topic_of >= 0], minlength=count)
    order = np.array([topic for topic in np.lexsort((np.arange(count), -sizes)) if sizes[topic] > 0], dtype=np.int64)
    number = np.full(count + 1, -1)
    number[order] = np.arange(len(order))
    return replace(placed, topic_of=number[placed.topic_of], second_of=number[placed.second_of]), order


def _reorder(rules: Rules | None, order: np.ndarray) -> Rules | None:
    if rules is None:
        return None
    kept = [
        (place, int(np.flatnonzero(order == topic)[0])) for place, topic in enumerate(rules.topics) if topic in order
    ]
    if not kept:
        return None
    places, numbers = map(list, zip(*kept, strict=True))
    return Rules(np.array(numbers), rules.weights[places], rules.biases[places])


def _make_factors(
    placed: Placed, weights: np.ndarray, rules: Rules | None, features: Features, vectors: Vectors, at: Sequence[int]
) -> Factors:
    return Factors(
        placed.topic_of[at],
        placed.share[at],
        weights,
        features.tokens,
        explain(features.matrix, weights),
        True,
        vectors,
        placed.second_of[at],
        placed.second_share[at],
        rules,
    )
