"""Fits of the linear score: latent axes of all documents, a support vector machine on labels, a sigmoid.

Here belongs arithmetic on matrices, nothing of labels, watches or texts. Everything runs in one thread with fixed
random numbers: sums in one order, the same bits every time.

Latent axes (Deerwester et al. 1990, truncated SVD; here of all documents, labelled or not) stand beside the tokens, so
that a document without a labelled token is near those that use its words elsewhere. They are linear in the tokens:
after the fit their weights become weights of tokens, and a score is a sum over the tokens of a document, each with its
share. The machine has the squared hinge loss and sample weights as in ASReview's model elas_u4.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

AXES = 100
# how long a document is along the axes beside its length of 1 along tokens: as it falls, or the same for all
AXES_SHARE = 0.6
LATENT_LENGTH = 0.3
SPARE_AXES, AXES_STEPS = 10, 3
# documents that axes are taken from: with more they hardly turn, and cost grows with them
MOST_FOR_AXES = 5_000
# how many times the weight of all irrelevant labels the relevant ones have together (ASReview's figure)
BALANCE = 9.8


def fit_axes(matrix: sparse.csr_matrix, *, seed: int) -> np.ndarray:
    """The strongest directions among these documents (tokens by axes), by subspace iteration (Halko et al. 2011).

    Only the side of the documents is made orthogonal at each step: the side of the tokens is fifty times as long.
    """
    documents, width = matrix.shape
    count = min(AXES, documents - 1, width - 1)
    if count < 1:
        return np.zeros((width, 0))
    turned = matrix.T.tocsr()
    found = np.random.default_rng(seed).standard_normal((documents, min(count + SPARE_AXES, documents)))
    for _ in range(AXES_STEPS):
        found = np.linalg.qr(matrix @ (turned @ found))[0]
    along = turned @ found
    squares, turn = np.linalg.eigh(along.T @ along)
    strongest = np.argsort(-squares, kind="stable")[:count]
    lengths = np.sqrt(np.maximum(squares[strongest], 0.0))
    # fewer directions than axes (equal documents): what is left has length nought
    shares = np.where(lengths > 1e-6, AXES_SHARE / np.where(lengths > 1e-6, lengths, 1.0), 0.0)
    return along @ (turn[:, strongest] * shares)


def place_along(matrix: sparse.csr_matrix, axes: np.ndarray) -> np.ndarray:
    """Where documents lie along the axes, each with the same length: better for order, no longer a sum over tokens."""
    places = np.asarray(matrix @ axes)
    lengths = np.sqrt((places**2).sum(axis=1, keepdims=True))
    return LATENT_LENGTH * places / np.where(lengths > 0, lengths, 1.0)


def fit_linear(
    matrix: sparse.csr_matrix,
    axes: np.ndarray,
    wanted: np.ndarray,
    weights: np.ndarray,
    strength: float,
    places: np.ndarray | None = None,
) -> tuple[np.ndarray, float]:
    """The weight of each token and the intercept, learned from rows whose `wanted` is 1 or 0.

    `places` is `matrix @ axes`, for whoever has it already.
    """
    places = np.asarray(matrix @ axes) if places is None else places
    own, latent, intercept = fit_beside(matrix, places, wanted, weights, strength)
    return own + axes @ latent, intercept


def fit_beside(
    matrix: sparse.csr_matrix, places: np.ndarray, wanted: np.ndarray, weights: np.ndarray, strength: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """The weights of tokens, the weights of the places beside them, and the intercept."""
    relevant, irrelevant = weights[wanted == 1].sum(), weights[wanted == 0].sum()
    balanced = weights * np.where(wanted == 1, BALANCE * irrelevant / relevant, 1.0)
    balanced *= len(wanted) / balanced.sum()
    whole = sparse.hstack([matrix, sparse.csr_matrix(places)], format="csr")
    # the dual of liblinear is fast where there are more tokens than labels; its order of steps hangs on the seed alone
    machine = LinearSVC(C=strength, loss="squared_hinge", dual=True, random_state=0, max_iter=2000, tol=1e-3)
    found = machine.fit(whole, wanted, sample_weight=balanced).coef_[0]
    own, latent = np.split(found, [matrix.shape[1]])
    return own, latent, float(machine.intercept_[0])


def fit_sigmoid(scores: np.ndarray, wanted: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Slope and offset that make a probability of a score (Platt 1999, with his smoothed targets)."""
    positives, negatives = wanted.sum(), (1 - wanted).sum()
    target = np.where(wanted == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    stacked = np.concatenate([scores, scores])[:, None]
    labels = np.repeat([1, 0], len(scores))
    model = LogisticRegression(C=1e6, max_iter=1000).fit(
        stacked, labels, sample_weight=np.concatenate([weights * target, weights * (1 - target)])
    )
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def find_log_odds(probabilities: Sequence[float]) -> np.ndarray:
    """The inverse of `sigmoid`; certainty is cut off at one in a billion."""
    held = np.clip(probabilities, 1e-9, 1 - 1e-9)
    return np.log(held / (1 - held))


def sigmoid(values: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-np.clip(values, -60, 60)))
