"""Learning from labels: features, a linear model, a calibrated probability and the threshold for a recall target.

Here belongs everything that needs scikit-learn. Which labels count belongs to `labels`; which answer a document gets
in the end belongs to `screening`.

The probability is the sigmoid of the linear score, with slope and intercept fitted to out-of-fold scores (Platt, with
his smoothed targets), each weighed by how many documents it stands for. The final model is fitted to all labels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from filingwatch.relevance.labels import TrainingSet
from filingwatch.relevance.learned import Linear
from filingwatch.vectors import Counted, Features, Vectors, fit_block

HIGHEST_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Model:
    """A linear model with its calibration. Out-of-fold probabilities stand in the order of the training set."""

    weights: np.ndarray
    intercept: float
    slope: float
    offset: float
    out_of_fold: np.ndarray
    folds: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """From which probability on a document is relevant, and what that gives out of fold on the labels it was set on."""

    value: float
    recall: float
    precision: float
    set_on: str


def fit_vectors(counted: Counted, *, use_classes: bool, most: int, class_weight: float) -> Vectors:
    """TF-IDF of words and character pairs, beside it TF-IDF of classes; each block has length 1 before its weight."""
    words = fit_block(counted.words, least=2, most_share=0.6, most=most, is_sublinear=True)
    classes = None
    if use_classes:
        classes = fit_block(
            counted.classes, least=2, most_share=1.0, most=most, is_sublinear=False, weight=class_weight
        )
    return Vectors(words, classes)


def train_model(
    matrix: sparse.csr_matrix, training: TrainingSet, *, weak_weight: float, strength: float, folds: int, seed: int
) -> Model | None:
    """A calibrated model of the rows of the training set, or None when out of fold it orders them as by chance."""
    if not matrix.shape[1]:
        return None
    wanted = training.is_relevant.astype(int)
    weights = np.where(training.is_weak, weak_weight, 1.0)
    weights /= weights.mean()
    folds = min(folds, int(wanted.sum()), int((1 - wanted).sum()))
    scores = np.zeros(len(wanted))
    splits = StratifiedKFold(folds, shuffle=True, random_state=seed).split(np.zeros(len(wanted)), wanted)
    # one thread: sums in one order, the same bits every time
    with threadpool_limits(1):
        for learn, hold in splits:
            fold = fit_linear(matrix[learn], wanted[learn], weights[learn], strength)
            scores[hold] = fold.decision_function(matrix[hold])
        slope, offset = _fit_sigmoid(scores, wanted, weights * training.stands_for)
        final = fit_linear(matrix, wanted, weights, strength)
    if slope <= 0:
        return None
    return Model(final.coef_[0], float(final.intercept_[0]), slope, offset, _sigmoid(slope * scores + offset), folds)


def find_probabilities(linear: Linear, features: Features) -> np.ndarray:
    """The calibrated probability of each document."""
    return _sigmoid(linear.slope * (features.matrix @ linear.weights + linear.intercept) + linear.offset)


def choose_threshold(model: Model, training: TrainingSet, *, recall_target: float, least_human: int) -> Threshold:
    """The highest probability that keeps the recall target on human labels out of fold, and never above even odds.

    Even odds, whatever the target, until at least `least_human` labels of each class are human: recall against weak
    labels is recall of the terms that made them, and holding 95 % of it lets in several wrong filings for each right
    one where few filings carry a term.
    """
    human = ~training.is_weak
    enough = min(np.sum(human & training.is_relevant), np.sum(human & ~training.is_relevant)) >= least_human
    used = human if enough else np.ones_like(human)
    probability, wanted, stands = model.out_of_fold[used], training.is_relevant[used], training.stands_for[used]
    found = np.sort(probability[wanted])
    may_miss = int(np.floor((1 - recall_target) * len(found) + 1e-9))
    value = float(min(found[may_miss], HIGHEST_THRESHOLD)) if enough else HIGHEST_THRESHOLD
    taken = probability >= value
    weight = float(np.sum(stands[taken]))
    precision = float(np.sum(stands[taken & wanted])) / weight if weight else 0.0
    set_on = "human labels" if enough else "even odds, until there are human labels; figures are against all labels"
    return Threshold(value, float(np.mean(found >= value)), precision, set_on)


def fit_linear(matrix: sparse.csr_matrix, wanted: np.ndarray, weights: np.ndarray, strength: float):
    # the primal of liblinear draws no random numbers and sums in one thread: the same bits every time
    model = LogisticRegression(C=strength, class_weight="balanced", solver="liblinear", max_iter=200)
    return model.fit(matrix, wanted, sample_weight=weights)


def _fit_sigmoid(scores: np.ndarray, wanted: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    positives, negatives = wanted.sum(), (1 - wanted).sum()
    target = np.where(wanted == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    stacked = np.concatenate([scores, scores])[:, None]
    labels = np.repeat([1, 0], len(scores))
    model = LogisticRegression(C=1e6, max_iter=1000).fit(
        stacked, labels, sample_weight=np.concatenate([weights * target, weights * (1 - target)])
    )
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-np.clip(values, -60, 60)))
