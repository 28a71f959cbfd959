"""A ranking and a calibrated probability of texts from labels: what screening learns with, usable without a watch.

Here belongs the choice of features and of the linear model, the same for a simulated screen and for a night. Which
labels count belongs to `labels`, which document is shown next to `queueing`. Everything is deterministic: equal input
gives equal output, bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from threadpoolctl import threadpool_limits

from filingwatch.relevance.fitting import MOST_FOR_AXES, fit_axes, fit_beside, place_along, sigmoid
from filingwatch.relevance.labels import TrainingSet
from filingwatch.relevance.model import fit_vectors, train_model
from filingwatch.relevance.tokens import ScreeningTokens
from filingwatch.vectors import Counted, Counts, Lexicon, Vectors
from filingwatch.words import class_tokens

MOST_FEATURES = 200_000
CLASS_WEIGHT = 0.7
STRENGTH = 0.11
FOLDS = 5
SEED = 2015
# with fewer labels of a class than this nothing can be held out: similarity to what is known orders the documents
LEAST_CROSS_FITTED = 2


@dataclass(frozen=True, slots=True)
class Prepared:
    """The features of some documents, one row each in the order given; `tokens` names the columns.

    `axes` are latent directions among all of them, tokens by axes; `places` is where each document lies along them.
    """

    matrix: sparse.csr_matrix
    axes: np.ndarray
    places: np.ndarray
    tokens: np.ndarray
    vectors: Vectors

    def __len__(self) -> int:
        return self.matrix.shape[0]


def prepare(
    texts: Sequence[str],
    *,
    symbols: Sequence[Sequence[str]] | None = None,
    terms: Sequence[str] = (),
    ids: Sequence[str] | None = None,
) -> Prepared:
    """The features of all documents, in whatever languages each is written.

    `symbols` are class symbols of each document; leave them out where labels were made from classes. `terms` are the
    watch's, which no segmenter may split. `ids` name the documents and change nothing.
    """
    words, classes, tokenise = Lexicon(), Lexicon(), ScreeningTokens(tuple(terms))
    held = symbols if symbols is not None else [()] * len(texts)
    counted = Counted(
        Counts.stack([words.count(tokenise(text)) for text in texts], words),
        Counts.stack([classes.count(class_tokens(each)) for each in held], classes),
    )
    vectors = fit_vectors(counted, use_classes=symbols is not None, most=MOST_FEATURES, class_weight=CLASS_WEIGHT)
    features = vectors.build(counted)
    with threadpool_limits(1):
        axes = fit_axes(features.matrix[_draw_rows(len(texts))], seed=SEED)
        places = place_along(features.matrix, axes)
    return Prepared(features.matrix, axes, places, features.tokens, vectors)


def rank(
    prepared: Prepared, rows: np.ndarray, is_relevant: np.ndarray, *, weights: np.ndarray | None = None
) -> np.ndarray:
    """A score for every document, higher where it is more likely relevant; comparable within this call only.

    `rows` are the labelled documents, which get the lowest scores once both classes are known. Labels of one class only
    give similarity to what is known; none give zeros. Two orders of the unread are joined by the product of their
    places: tokens alone are better where few documents are relevant and none is like another, axes beside them where
    the relevant are of one kind.
    """
    rows, wanted, weights = _as_arrays(rows, is_relevant, weights)
    if not len(rows) or not prepared.matrix.shape[1]:
        return np.zeros(len(prepared))
    if wanted.all() or not wanted.any():
        return _resemble(prepared.matrix, rows, weights) * (1.0 if wanted.all() else -1.0)
    is_unread = np.ones(len(prepared), dtype=bool)
    is_unread[rows] = False
    orders = []
    with threadpool_limits(1):
        for places in (prepared.places, np.zeros((len(prepared), 1))):
            own, latent, _ = fit_beside(prepared.matrix[rows], places[rows], wanted.astype(int), weights, STRENGTH)
            orders.append(_find_places(prepared.matrix @ own + places @ latent, is_unread))
    return -np.log1p(orders[0]) - np.log1p(orders[1])


def probabilities(
    prepared: Prepared,
    rows: np.ndarray,
    is_relevant: np.ndarray,
    *,
    stands_for: np.ndarray | None = None,
    groups: Sequence[str] | None = None,
    seed: int,
) -> np.ndarray:
    """The calibrated probability of every document; that of a labelled one is from a model that did not see its label.

    `stands_for` says how many documents each labelled one speaks for; `groups` names for each label the documents that
    belong together, which are held out together. Too few labels, or labels that cannot be told apart, give every
    document the smoothed share of relevant labels.
    """
    order = np.argsort(np.asarray(rows), kind="stable")
    rows, wanted, stands = _as_arrays(rows, is_relevant, stands_for)
    share = (stands[wanted].sum() + 0.5) / (stands.sum() + 1.0)
    flat = np.full(len(prepared), share)
    if min(wanted.sum(), (~wanted).sum()) < LEAST_CROSS_FITTED:
        return flat
    nobody = np.zeros(len(rows), dtype=bool)
    training = TrainingSet(rows, wanted, nobody, stands, nobody)
    together = None if groups is None else [groups[place] for place in order]
    model = train_model(
        prepared.matrix[rows],
        prepared.axes,
        training,
        weak_weight=1.0,
        seed_weight=1.0,
        strength=STRENGTH,
        folds=FOLDS,
        seed=seed,
        groups=together,
    )
    if model is None:
        return flat
    found = sigmoid(model.slope * (prepared.matrix @ model.weights + model.intercept) + model.offset)
    found[rows] = model.out_of_fold
    return found


def _find_places(scores: np.ndarray, is_unread: np.ndarray) -> np.ndarray:
    """The place of each unread document by falling score, from 0 on; the number of documents for those read."""
    unread = np.flatnonzero(is_unread)
    found = np.full(len(scores), float(len(scores)))
    found[unread[np.argsort(-scores[unread], kind="stable")]] = np.arange(len(unread))
    return found


def _draw_rows(documents: int) -> np.ndarray:
    chosen = np.random.default_rng(SEED).permutation(documents)[:MOST_FOR_AXES]
    return np.sort(chosen)


def _as_arrays(
    rows: np.ndarray, is_relevant: np.ndarray, weights: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = np.asarray(rows, dtype=np.int64)
    weights = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=float)
    order = np.argsort(rows, kind="stable")
    return rows[order], np.asarray(is_relevant, dtype=bool)[order], weights[order]


def _resemble(matrix: sparse.csr_matrix, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    centre = np.asarray(matrix[rows].multiply(weights[:, None]).sum(axis=0)).ravel() / weights.sum()
    return matrix @ centre
