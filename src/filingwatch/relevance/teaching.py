"""What screening learns for a watch from its training set: features, model, threshold, and figures of how good it is.

Here belongs the way from documents and labels to a `Linear` and its figures. Which labels count belongs to `labels`,
the answer of a document to `screening`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.stats import rankdata
from threadpoolctl import threadpool_limits

from filingwatch.relevance.fitting import MOST_FOR_AXES, fit_axes, fit_linear, sigmoid
from filingwatch.relevance.labels import TrainingSet
from filingwatch.relevance.learned import Linear
from filingwatch.relevance.model import Model, Threshold, choose_threshold, fit_vectors, train_model, weigh_labels
from filingwatch.relevance.tokens import ScreeningTokens
from filingwatch.texts import Texts, draw_sample

if TYPE_CHECKING:
    from filingwatch.relevance.screening import ScreeningSettings

EARLIER_SHARE = 0.7
LEAST_BY_TIME = 5


@dataclass(frozen=True, slots=True)
class Taught:
    """A linear model, its threshold, the probabilities out of fold of what was learned from, by id, and figures."""

    linear: Linear
    threshold: Threshold
    own: Mapping[str, float]
    figures: Mapping[str, Any]


def teach(
    documents: Texts,
    ids: Sequence[str],
    training: TrainingSet,
    terms: Sequence[str],
    settings: ScreeningSettings,
    *,
    groups: Mapping[str, str] | None = None,
    days: Mapping[str, dt.date] | None = None,
) -> Taught | None:
    """What these labels teach; None where they cannot be told apart better than by chance.

    `groups` names families or near-equal texts: their documents are held out together. `days` are filing dates.
    """
    labelled = [ids[row] for row in training.rows]
    read = sorted({*labelled, *draw_sample(ids, settings.most_read, settings.seed)})
    tokenise = ScreeningTokens(tuple(terms))
    counted = documents.count_all(read, tokenise=tokenise)
    vectors = fit_vectors(
        counted,
        use_classes=settings.use_classes,
        most=settings.most_features,
        class_weight=settings.class_weight,
        pair_weight=settings.pair_weight,
    )
    place = {document: row for row, document in enumerate(read)}

    def weigh(some: Sequence[str]) -> sparse.csr_matrix:
        return vectors.build(counted.take(np.array([place[document] for document in some], dtype=np.int64))).matrix

    matrix = weigh(labelled)
    with threadpool_limits(1):
        axes = fit_axes(weigh(sorted(draw_sample(read, MOST_FOR_AXES, settings.seed))), seed=settings.seed)
    model = train_model(
        matrix,
        axes,
        training,
        weak_weight=settings.weak_weight,
        seed_weight=settings.seed_weight,
        strength=settings.strength,
        folds=settings.folds,
        seed=settings.seed,
        groups=None if groups is None else [groups.get(document, document) for document in labelled],
    )
    if model is None:
        return None
    threshold = choose_threshold(
        model, training, recall_target=settings.recall_target, least_human=settings.least_human_labels
    )
    figures = _describe(model, threshold) | {"features": matrix.shape[1], "read_for_vocabulary": len(read)}
    if days:
        later = _judge_later(matrix, axes, training, model, threshold, [days.get(each) for each in labelled], settings)
        figures["by_time"] = later
    linear = Linear(vectors, model.weights, model.intercept, model.slope, model.offset, tokenise.terms)
    return Taught(linear, threshold, dict(zip(labelled, model.out_of_fold.tolist(), strict=True)), figures)


def _describe(model: Model, threshold: Threshold) -> dict[str, Any]:
    return {
        "threshold": threshold.value,
        "threshold_set_on": threshold.set_on,
        "recall_out_of_fold": threshold.recall,
        "precision_out_of_fold": threshold.precision,
        "calibration": f"sigmoid on out-of-fold scores, {model.folds} folds",
        "calibration_slope": model.slope,
        "calibration_offset": model.offset,
    }


def _judge_later(
    matrix: sparse.csr_matrix,
    axes: np.ndarray,
    training: TrainingSet,
    model: Model,
    threshold: Threshold,
    days: Sequence[dt.date | None],
    settings: ScreeningSettings,
) -> dict[str, Any]:
    """How well labels of the earlier filings order and judge the later ones; a reason where they are too few.

    The later ones are those filed after the day by which EARLIER_SHARE of the labelled filings were filed.
    """
    known = sorted(day for day in days if day is not None)
    if not known:
        return {"why_not": "no filing date among the labels"}
    until = known[min(int(EARLIER_SHARE * len(known)), len(known) - 1)]
    earlier = np.array([day is not None and day <= until for day in days])
    later = np.array([day is not None and day > until for day in days])
    wanted = training.is_relevant
    counts = [int(np.sum(side & (wanted == label))) for side in (earlier, later) for label in (True, False)]
    if min(counts) < LEAST_BY_TIME:
        return {"until": str(until), "why_not": f"fewer than {LEAST_BY_TIME} labels of a class on one side"}
    weights = weigh_labels(training, weak_weight=settings.weak_weight, seed_weight=settings.seed_weight)[earlier]
    with threadpool_limits(1):
        own, intercept = fit_linear(matrix[earlier], axes, wanted[earlier].astype(int), weights, settings.strength)
    score, truth = matrix[later] @ own + intercept, wanted[later]
    taken = sigmoid(model.slope * score + model.offset) >= threshold.value
    above = rankdata(score)[truth].sum() - truth.sum() * (truth.sum() + 1) / 2
    return {
        "until": str(until),
        "learned_from": int(earlier.sum()),
        "judged": int(later.sum()),
        "pairs_in_order": float(above / (truth.sum() * (~truth).sum())),
        "recall": float(np.mean(taken[truth])),
        "precision": float(np.mean(truth[taken])) if taken.any() else 0.0,
    }
