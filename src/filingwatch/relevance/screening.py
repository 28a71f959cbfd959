"""One answer for every document of a watch: from its rule, human labels, and a model where there is enough to learn.

A first form, and it says what it is: without human labels the model learns from what the rule labels, so it largely
reproduces the rule's terms (`agreement_with_rule` in the figures shows how far) and its recall is recall against weak
labels only. It still orders what the rule leaves open: classes without terms, terms of both kinds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from filingwatch.relevance.labels import TrainingSet, choose_training, hash_labels
from filingwatch.relevance.model import Model, build_features, choose_threshold, train_model
from filingwatch.relevance.reasons import MOST_REASONS, explain
from filingwatch.relevance.rule import Hits, Rule, find_hits, rule_probability, weak_label

SCHEMA = {
    "invention_id": pl.String,
    "probability": pl.Float64,
    "is_relevant": pl.Boolean,
    "decided_by": pl.String,
    "words_for": pl.List(pl.String),
    "words_against": pl.List(pl.String),
}


@dataclass(frozen=True, slots=True)
class ScreeningSettings:
    """What the answer depends on besides documents and labels. Labels made from classes need `use_classes` off."""

    seed: int = 2015
    recall_target: float = 0.95
    use_classes: bool = True
    class_weight: float = 0.7
    most_features: int = 100_000
    most_weak_labels: int = 3_000
    least_labels: int = 10
    least_human_labels: int = 20
    weak_weight: float = 0.2
    strength: float = 5.0
    folds: int = 5
    rule_threshold: float = 0.5


@dataclass(frozen=True, slots=True)
class Screening:
    """`rows`: one row per document (SCHEMA), sorted by id. `parameters` and the same input rebuild it bit for bit."""

    rows: pl.DataFrame
    parameters: Mapping[str, Any]
    figures: Mapping[str, Any]


def screen(documents: pl.DataFrame, rule: Rule, human: Mapping[str, bool], settings: ScreeningSettings) -> Screening:
    """Judge every document. `documents` has invention_id (unique), text and symbols; `human` labels are final."""
    documents = documents.sort("invention_id")
    ids = documents["invention_id"].to_list()
    texts = [text or "" for text in documents["text"]]
    symbols = [sorted(set(held if held is not None else ())) for held in documents["symbols"]]
    hits = [find_hits(rule, text, held) for text, held in zip(texts, symbols, strict=True)]
    training = choose_training(ids, hits, human, most_weak=settings.most_weak_labels, seed=settings.seed)
    shortage = _shortage(training, settings.least_labels)
    learned = None if shortage else _learn(texts, symbols, training, settings)
    if learned is None:
        shortage = shortage or "the labels could not be told apart better than by chance"
        judged, figures = _judge_by_rule(hits, settings), {"threshold": settings.rule_threshold, "why_rule": shortage}
    else:
        judged, figures = learned
        judged = [_keep_out(row, hit) for row, hit in zip(judged, hits, strict=True)]
        figures = figures | {"agreement_with_rule": _agreement(judged, hits)}
    rows = [_let_person_decide(row, human.get(document)) for document, row in zip(ids, judged, strict=True)]
    frame = pl.DataFrame([(document, *row) for document, row in zip(ids, rows, strict=True)], SCHEMA, orient="row")
    counts = _counts(frame, training)
    parameters = asdict(settings) | {
        "rule": asdict(rule),
        "labels": {name: counts[name] for name in counts if name.startswith(("human_", "weak_"))},
        "labels_hash": hash_labels(ids, training),
        "documents_hash": _hash_documents(ids, texts, symbols),
        "threshold": figures["threshold"],
    }
    return Screening(frame, parameters, counts | figures | {"note": _note(training, learned is not None)})


_Row = tuple[float, bool, str, list[str], list[str]]


def _shortage(training: TrainingSet, least: int) -> str | None:
    for relevant, word in ((True, "relevant"), (False, "irrelevant")):
        count = int(np.sum(training.is_relevant == relevant))
        if count < least:
            return f"only {count} labels say {word}, a model needs {least}"
    return None


def _learn(
    texts: Sequence[str], symbols: Sequence[Sequence[str]], training: TrainingSet, settings: ScreeningSettings
) -> tuple[list[_Row], dict[str, Any]] | None:
    features = build_features(
        texts,
        symbols,
        use_classes=settings.use_classes,
        most=settings.most_features,
        class_weight=settings.class_weight,
    )
    model: Model | None = train_model(
        features,
        training,
        weak_weight=settings.weak_weight,
        strength=settings.strength,
        folds=settings.folds,
        seed=settings.seed,
    )
    if model is None:
        return None
    threshold = choose_threshold(
        model, training, recall_target=settings.recall_target, least_human=settings.least_human_labels
    )
    probabilities = model.probabilities(features)
    # nothing is judged by a model that learned its own label: a wrong weak label would be learned by heart
    probabilities[training.rows] = model.out_of_fold
    words = zip(probabilities.tolist(), *explain(features, model, texts), strict=True)
    judged: list[_Row] = [(p, p >= threshold.value, "model", spoke, against) for p, spoke, against in words]
    figures = {
        "threshold": threshold.value,
        "threshold_set_on": threshold.set_on,
        "recall_out_of_fold": threshold.recall,
        "precision_out_of_fold": threshold.precision,
        "calibration": f"sigmoid on out-of-fold scores, {model.folds} folds",
        "calibration_slope": model.slope,
        "calibration_offset": model.offset,
        "features": len(features.tokens),
    }
    return judged, figures


def _judge_by_rule(hits: Sequence[Hits], settings: ScreeningSettings) -> list[_Row]:
    rows: list[_Row] = []
    for hit in hits:
        probability = rule_probability(hit)
        words_for, words_against = [*hit.include, *hit.classes][:MOST_REASONS], [*hit.exclude][:MOST_REASONS]
        rows.append((probability, probability >= settings.rule_threshold, "rule", words_for, words_against))
    return rows


def _keep_out(row: _Row, hit: Hits) -> _Row:
    """What is in reach only by an excluded sense is outside the watch, however much its words resemble the others."""
    if not hit.is_collision:
        return row
    return (min(row[0], rule_probability(hit)), False, "rule", [], list(hit.exclude[:MOST_REASONS]))


def _let_person_decide(row: _Row, label: bool | None) -> _Row:
    return row if label is None else (float(label), label, "person", row[3], row[4])


def _agreement(judged: Sequence[_Row], hits: Sequence[Hits]) -> float | None:
    said = [(row[1], weak_label(hit)) for row, hit in zip(judged, hits, strict=True)]
    known = [verdict == label for verdict, label in said if label is not None]
    return sum(known) / len(known) if known else None


def _counts(frame: pl.DataFrame, training: TrainingSet) -> dict[str, Any]:
    return {
        "documents": frame.height,
        "relevant": int(frame["is_relevant"].sum()),
        "human_relevant": training.count(relevant=True, weak=False),
        "human_irrelevant": training.count(relevant=False, weak=False),
        "weak_relevant": training.count(relevant=True, weak=True),
        "weak_irrelevant": training.count(relevant=False, weak=True),
        "decided_by": dict(sorted(frame.group_by("decided_by").len().iter_rows())),
    }


def _note(training: TrainingSet, learned: bool) -> str:
    if not learned:
        return "Rule only: probabilities are stated beliefs about terms and classes, not estimates; recall is unknown."
    if not np.any(~training.is_weak):
        return (
            "Learned from weak labels only (terms of the watch): recall is recall against weak labels, "
            "and the model largely reproduces the terms. Label filings to learn what the terms miss."
        )
    return "Human labels were not drawn at random: out-of-fold recall describes the labels, not all filings."


def _hash_documents(ids: Sequence[str], texts: Sequence[str], symbols: Sequence[Sequence[str]]) -> str:
    digest = hashlib.sha256()
    for document, text, held in zip(ids, texts, symbols, strict=True):
        digest.update(f"{document}\t{text}\t{' '.join(held)}\n".encode())
    return digest.hexdigest()[:16]
