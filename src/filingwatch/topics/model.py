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

from filingwatch.vectors import Counted, Vectors, fit_block


@dataclass(frozen=True, slots=True)
class TopicSettings:
    """What topics depend on besides the documents.

    `class_weight` is the length of the class part of a document where its words have 1. `least_as_good` is the share of
    what a fresh fit explains that a fit carried on from known topics must reach. `most_fitted` bounds the documents of
    a fit; the others are placed among the topics found.
    """

    seed: int = 2015
    least_documents: int = 30
    least_per_topic: int = 10
    most_fitted: int = 30_000
    most_features: int = 20_000
    class_weight: float = 0.9
    iterations: int = 200
    least_as_good: float = 0.98


@dataclass(frozen=True, slots=True)
class Factors:
    """Topics as numbers. `topic_of[i]` is the heaviest topic of document i, -1 where it has none; `share` its share.
    `second_of` and `second_share` are the same of the topic that comes second.

    `weights` has one row per topic and one column per token, each row of length 1. `explained` is the share of the
    corpus (squared length) that the topics explain. Topics are numbered by falling size, none is empty.
    `is_carried_on` says that the fit started from the topics known before. `vectors` made the columns.
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


def topic_count(documents: int, wanted: int, settings: TopicSettings) -> int:
    """How many topics this many documents bear: `wanted`, fewer for small corpora, 0 where there are too few."""
    if documents < settings.least_documents:
        return 0
    return max(2, min(wanted, documents // settings.least_per_topic))


def factorise(
    counted: Counted,
    count: int,
    settings: TopicSettings,
    known: Sequence[Sequence[int]] = (),
) -> Factors | None:
    """At most `count` topics of these documents; None when they share too few words to have any.

    `known` are the documents of each topic known before. Where there are as many of them as topics wanted, the fit that
    starts from them is taken as long as it explains nearly what a fresh one does: topics then stay what they are.
    Otherwise the fresh fit is taken, which also finds what is new.
    """
    vectors = fit_vectors(counted, settings)
    features = vectors.build(counted)
    matrix = features.matrix
    if min(matrix.shape) < count:
        return None
    # one thread: sums in one order, the same bits every time
    with threadpool_limits(1):
        fit = fit_factors(matrix, count, settings)
        if len(known) == count and all(known):
            carried = fit_factors(matrix, count, settings, np.vstack([_mean_row(matrix, rows) for rows in known]))
            if carried.explained >= settings.least_as_good * fit.explained:
                fit = carried
    return _number_topics(fit, features.tokens, vectors)


@dataclass(frozen=True, slots=True)
class Fit:
    loads: np.ndarray
    components: np.ndarray
    explained: float
    is_carried_on: bool


def fit_factors(matrix: sparse.csr_matrix, count: int, settings: TopicSettings, start: np.ndarray | None = None) -> Fit:
    model = NMF(
        count,
        init="nndsvd" if start is None else "custom",
        random_state=settings.seed,
        max_iter=settings.iterations,
        tol=1e-3,
    )
    with warnings.catch_warnings():
        # the iterations are bounded on purpose; topics settle long before the last digit does
        warnings.simplefilter("ignore", ConvergenceWarning)
        given = {} if start is None else {"W": np.ascontiguousarray(matrix @ start.T), "H": start}
        loads = model.fit_transform(matrix, **given)
    energy = float(matrix.multiply(matrix).sum())
    explained = 1.0 - float(model.reconstruction_err_) ** 2 / energy if energy else 0.0
    return Fit(loads, model.components_, explained, start is not None)


def _mean_row(matrix: sparse.csr_matrix, rows: Sequence[int]) -> np.ndarray:
    return np.asarray(matrix[list(rows)].mean(axis=0)).ravel()


def _number_topics(fit: Fit, tokens: np.ndarray, vectors: Vectors) -> Factors:
    count = len(fit.components)
    lengths = np.linalg.norm(fit.components, axis=1)
    weights = fit.components / np.where(lengths > 0, lengths, 1.0)[:, None]
    loads = fit.loads * lengths
    total = loads.sum(axis=1)
    heaviest = np.where(total > 0, loads.argmax(axis=1), count)
    sizes = np.bincount(heaviest, minlength=count + 1)[:count]
    order = [topic for topic in np.lexsort((np.arange(count), -sizes)) if sizes[topic] > 0]
    place = np.full(count + 1, -1)
    place[order] = np.arange(len(order))
    share = np.where(total > 0, loads.max(axis=1) / np.where(total > 0, total, 1.0), 0.0)
    second, second_share = find_second(loads[:, order], total)
    return Factors(
        place[heaviest], share, weights[order], tokens, fit.explained, fit.is_carried_on, vectors, second, second_share
    )


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
    weight = settings.class_weight
    classes = fit_block(counted.classes, least=least, most_share=0.6, most=most, is_sublinear=False, weight=weight)
    return Vectors(words, classes)
