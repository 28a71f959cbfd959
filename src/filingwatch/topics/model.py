"""Finding topics in one corpus: features over both languages, non-negative factors, one topic per document.

Here belongs everything that needs scikit-learn. How a factor is put into words belongs to `terms`; which topic of an
earlier run it is belongs to `identity`. English and Chinese texts share next to no words: their classes, as tokens
beside the words, are what brings filings of one subject together across languages.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.decomposition import NMF
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from filingwatch.vectors import Counted, Counts, Features, Vectors, fit_block
from filingwatch.words import is_cjk


@dataclass(frozen=True, slots=True)
class TopicSettings:
    """What topics depend on besides the documents.

    `class_weight` is the length of the class part of a document where its words have 1, `bridge_weight` the same where
    half of the documents are in another script: classes are what brings these together. `least_as_good` is the share of
    what a fresh fit explains that topics carried on must reach. `most_fitted` bounds the documents of
    a fit; the others are placed among the topics found.
    """

    seed: int = 2015
    least_documents: int = 30
    least_per_topic: int = 10
    most_fitted: int = 30_000
    most_features: int = 20_000
    class_weight: float = 0.4
    bridge_weight: float = 0.9
    iterations: int = 200
    least_as_good: float = 0.8


@dataclass(frozen=True, slots=True)
class Factors:
    """Topics as numbers. `topic_of[i]` is the heaviest topic of document i, -1 where it has none; `share` its share.
    `second_of` and `second_share` are the same of the topic that comes second.

    `weights` has one row per topic and one column per token, each row of length 1. `explained` is the share of the
    corpus (squared length) that the topics explain. Topics are numbered by falling size, none is empty.
    `is_carried_on` says that the fit started from the topics known before. `vectors` made the columns. `rules` say who
    belongs to topics that grew later.
    """

    topic_of: np.ndarray
    share: np.ndarray
    weights: np.ndarray
    tokens: np.ndarray
    explained: float
    is_carried_on: bool
    vectors: Vectors
    second_of: np.ndarray
    second_share: np.ndarray
    rules: Rules | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """Topics that have a rule beside their row of weights: a document belongs where its odds are above 1.

    `topics` are their numbers; the odds (natural logarithm) of a row x are `weights @ x + biases`.
    """

    topics: np.ndarray
    weights: np.ndarray
    biases: np.ndarray


def topic_count(documents: int, wanted: int, settings: TopicSettings) -> int:
    """How many topics this many documents bear: `wanted`, fewer for small corpora, 0 where there are too few."""
    if documents < settings.least_documents:
        return 0
    return max(2, min(wanted, documents // settings.least_per_topic))


def factorise(counted: Counted, count: int, settings: TopicSettings) -> Factors | None:
    """At most `count` topics of these documents; None when they share too few words to have any."""
    vectors = fit_vectors(counted, settings)
    features = vectors.build(counted)
    if min(features.matrix.shape) < count:
        return None
    # one thread: sums in one order, the same bits every time
    with threadpool_limits(1):
        fit = fit_factors(features.matrix, count, settings)
    return _number_topics(fit, features, vectors)


def mean_direction(matrix: sparse.csr_matrix) -> np.ndarray:
    """The mean of these rows at length 1."""
    mean = np.asarray(matrix.mean(axis=0)).ravel()
    length = np.linalg.norm(mean)
    return mean / length if length else mean


def telling_rows(matrix: sparse.csr_matrix, groups: Sequence[np.ndarray]) -> np.ndarray:
    """For each group of rows what it has more of than the whole: its mean less the part that points where all point.

    Rows have length 1 and nothing below 0. Words that every filing of a corpus shares (data, model) head the mean of
    every topic; without them topics read apart.
    """
    middle = mean_direction(matrix)
    means = np.vstack([mean_direction(matrix[rows]) for rows in groups])
    apart = np.maximum(means - np.outer(means @ middle, middle), 0.0)
    lengths = np.linalg.norm(apart, axis=1)[:, None]
    return np.where(lengths > 1e-9, apart / np.maximum(lengths, 1e-9), means)


@dataclass(frozen=True, slots=True)
class Fit:
    loads: np.ndarray
    components: np.ndarray
    explained: float


def fit_factors(matrix: sparse.csr_matrix, count: int, settings: TopicSettings) -> Fit:
    """Non-negative factors of this matrix, as they come."""
    model = NMF(
        count,
        init="nndsvd",
        random_state=settings.seed,
        max_iter=settings.iterations,
        tol=1e-3,
    )
    with warnings.catch_warnings():
        # the iterations are bounded on purpose; topics settle long before the last digit does
        warnings.simplefilter("ignore", ConvergenceWarning)
        loads = model.fit_transform(matrix)
    energy = float(matrix.multiply(matrix).sum())
    explained = 1.0 - float(model.reconstruction_err_) ** 2 / energy if energy else 0.0
    return Fit(loads, model.components_, explained)


def _number_topics(fit: Fit, features: Features, vectors: Vectors) -> Factors:
    count = len(fit.components)
    lengths = np.linalg.norm(fit.components, axis=1)
    loads = fit.loads * lengths
    total = loads.sum(axis=1)
    heaviest = np.where(total > 0, loads.argmax(axis=1), count)
    sizes = np.bincount(heaviest, minlength=count + 1)[:count]
    order = [topic for topic in np.lexsort((np.arange(count), -sizes)) if sizes[topic] > 0]
    place = np.full(count + 1, -1)
    place[order] = np.arange(len(order))
    share = np.where(total > 0, loads.max(axis=1) / np.where(total > 0, total, 1.0), 0.0)
    second, second_share = find_second(loads[:, order], total)
    weights = telling_rows(features.matrix, [np.flatnonzero(heaviest == topic) for topic in order])
    tops, tokens = place[heaviest], features.tokens
    return Factors(tops, share, weights, tokens, fit.explained, False, vectors, second, second_share)


def find_second(loads: np.ndarray, total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The second heaviest topic of each document (rows of `loads`), -1 where there is none; its share of `total`."""
    rows = np.arange(len(loads))
    if loads.shape[1] < 2:
        return np.full(len(loads), -1), np.zeros(len(loads))
    others = loads.copy()
    others[rows, loads.argmax(axis=1)] = -1.0
    second = others.argmax(axis=1)
    share = others[rows, second] / np.where(total > 0, total, 1.0)
    return np.where(share > 0, second, -1), np.maximum(share, 0.0)


def fit_vectors(counted: Counted, settings: TopicSettings) -> Vectors:
    least = 2 if counted.words.matrix.shape[0] < 500 else 5
    most = settings.most_features
    words = fit_block(counted.words, least=least, most_share=0.4, most=most, is_sublinear=True)
    weight = _weigh_classes(counted.words, settings)
    classes = fit_block(counted.classes, least=least, most_share=0.6, most=most, is_sublinear=False, weight=weight)
    return Vectors(words, classes)


def _weigh_classes(words: Counts, settings: TopicSettings) -> float:
    """Between both weights, as far as documents are divided between scripts (entropy in bits)."""
    cjk = np.array([is_cjk(token) for token in words.lexicon.tokens()], dtype=bool)
    chosen = words.matrix[:, cjk].getnnz(axis=1) if len(cjk) else np.zeros(words.matrix.shape[0])
    share = float((2 * chosen > words.matrix.getnnz(axis=1)).mean()) if words.matrix.shape[0] else 0.0
    mixed = -sum(part * np.log2(part) for part in (share, 1.0 - share) if part > 0)
    # two decimals: one document more does not move a weight
    return round(settings.class_weight + (settings.bridge_weight - settings.class_weight) * float(mixed), 2)
