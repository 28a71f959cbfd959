"""Learning from labels: features, a linear model, a calibrated probability and the threshold for a recall target.

Which labels count belongs to `labels`, the arithmetic of fits to `fitting`; which answer a document gets in the end
belongs to `screening`.

The probability is the sigmoid of the linear score, with slope and intercept fitted to out-of-fold scores (Platt, with
his smoothed targets), each weighed by how many documents it stands for. Documents of one group (a family, near-equal
texts) are held out together: none is judged by a model that learned its twin. The final model is fitted to all labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from filingwatch.relevance.fitting import fit_linear, fit_sigmoid, sigmoid
from filingwatch.relevance.labels import TrainingSet
from filingwatch.relevance.learned import Linear
from filingwatch.vectors import Counted, Features, Vectors, fit_block

HIGHEST_THRESHOLD = 0.5
MOST_WITH_SINGLES = 5_000


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
    is_on_human: bool


def fit_vectors(
    counted: Counted, *, use_classes: bool, most: int, class_weight: float, pair_weight: float = 1.0
) -> Vectors:
    """TF-IDF of what `tokens` reads, beside it TF-IDF of classes; each block has length 1 before its weight.

    A token of a single document counts where documents are few: it makes its document less like all others.
    `pair_weight` is the weight of a word pair beside that of a word: pairs help to rank what is like a few known ones,
    and blur a probability learned from hundreds of labels (tests/benchmarks/README.md).
    """
    least = 1 if counted.words.matrix.shape[0] <= MOST_WITH_SINGLES else 2
    words = fit_block(counted.words, least=least, most_share=0.95, most=most, is_sublinear=True)
    if words is not None and pair_weight != 1.0:
        is_pair = np.array([" " in token for token in words.tokens], dtype=bool)
        words = replace(words, idf=np.where(is_pair, pair_weight, 1.0) * words.idf)
    classes = None
    if use_classes:
        classes = fit_block(
            counted.classes, least=2, most_share=1.0, most=most, is_sublinear=False, weight=class_weight
        )
    return Vectors(words, classes)


def train_model(
    matrix: sparse.csr_matrix,
    axes: np.ndarray,
    training: TrainingSet,
    *,
    weak_weight: float,
    seed_weight: float,
    strength: float,
    folds: int,
    seed: int,
    groups: Sequence[str] | None = None,
) -> Model | None:
    """A calibrated model of the rows of the training set, or None when out of fold it orders them as by chance.

    `groups` names for each row the documents that belong together; None where each stands alone.
    """
    if not matrix.shape[1]:
        return None
    wanted = training.is_relevant.astype(int)
    weights = weigh_labels(training, weak_weight=weak_weight, seed_weight=seed_weight)
    scores = np.full(len(wanted), np.nan)
    # one thread: sums in one order, the same bits every time
    with threadpool_limits(1):
        splits, places = list(_split(wanted, groups, folds, seed)), np.asarray(matrix @ axes)
        for learn, hold in splits:
            own, intercept = fit_linear(matrix[learn], axes, wanted[learn], weights[learn], strength, places[learn])
            scores[hold] = matrix[hold] @ own + intercept
        if np.isnan(scores).any():
            return None
        slope, offset = fit_sigmoid(scores, wanted, weights * training.stands_for)
        own, intercept = fit_linear(matrix, axes, wanted, weights, strength, places)
    if slope <= 0:
        return None
    return Model(own, intercept, slope, offset, sigmoid(slope * scores + offset), len(splits))


def find_probabilities(linear: Linear, features: Features) -> np.ndarray:
    """The calibrated probability of each document."""
    return sigmoid(linear.slope * (features.matrix @ linear.weights + linear.intercept) + linear.offset)


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
    return Threshold(value, float(np.mean(found >= value)), precision, set_on, bool(enough))


def weigh_labels(training: TrainingSet, *, weak_weight: float, seed_weight: float) -> np.ndarray:
    """How much each label counts, 1 on average: a person's most, those that only the rule gave least."""
    weights = np.where(training.is_weak, np.where(training.is_seed, seed_weight, weak_weight), 1.0)
    return weights / weights.mean()


def _split(
    wanted: np.ndarray, groups: Sequence[str] | None, folds: int, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Folds with both classes on the learning side; none where there are too few labels, or groups, of one class."""
    if groups is None:
        folds = min(folds, int(wanted.sum()), int((1 - wanted).sum()))
        if folds > 1:
            yield from StratifiedKFold(folds, shuffle=True, random_state=seed).split(np.zeros(len(wanted)), wanted)
        return
    names = np.unique(np.asarray(groups, dtype=object).astype(str), return_inverse=True)[1]
    folds = min(folds, *(len(np.unique(names[wanted == label])) for label in (0, 1)))
    if folds > 1:
        fold_of = _deal(names, wanted, folds, seed)[names]
        for fold in range(folds):
            learn, hold = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
            if 0 < wanted[learn].sum() < len(learn):
                yield learn, hold


def _deal(names: np.ndarray, wanted: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """The fold of each group: the large first, each to the fold that has least of its rarer class by then.

    scikit-learn's StratifiedGroupKFold weighs the spread of classes anew for every group and fold: seconds for some
    thousands of groups.
    """
    held = np.stack([np.bincount(names, wanted == label, minlength=names.max() + 1) for label in (0, 1)])
    rarer = int(held[1].sum() <= held[0].sum())
    lots = np.random.default_rng(seed).permutation(held.shape[1])
    counts, dealt = held.astype(int).tolist(), np.zeros(held.shape[1], dtype=np.int64)
    loads = [[0] * folds, [0] * folds]
    for group in np.lexsort((lots, -held[rarer], -held.sum(axis=0))).tolist():
        own = [counts[label][group] for label in (0, 1)]
        first = loads[rarer if own[rarer] else 1 - rarer]
        fold = min(range(folds), key=lambda fold: (first[fold], loads[0][fold] + loads[1][fold]))
        dealt[group] = fold
        loads[0][fold] += own[0]
        loads[1][fold] += own[1]
    return dealt
