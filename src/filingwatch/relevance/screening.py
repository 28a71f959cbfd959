"""One answer for every document of a watch: from its rule, human labels, and a model where there is enough to learn.

A first form, and it says what it is: without human labels the model learns from what the rule labels, so it largely
reproduces the rule's terms (`agreement_with_rule` in the figures shows how far) and its recall is recall against weak
labels only. It still orders what the rule leaves open: classes without terms, terms of both kinds.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from filingwatch.relevance.labels import TrainingSet, choose_training, hash_human, hash_labels
from filingwatch.relevance.learned import Learned, Linear
from filingwatch.relevance.model import choose_threshold, find_probabilities, fit_vectors, train_model
from filingwatch.relevance.reasons import MOST_REASONS, explain
from filingwatch.relevance.rule import Hits, Rule, find_hits, rule_probability, weak_label
from filingwatch.texts import Batch, Texts, draw_sample

# changes when the same documents, labels and settings would be answered otherwise
VERSION = 2

SCHEMA = {
    "invention_id": pl.String,
    "probability": pl.Float64,
    "is_relevant": pl.Boolean,
    "decided_by": pl.String,
    "words_for": pl.List(pl.String),
    "words_against": pl.List(pl.String),
    "model_probability": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class ScreeningSettings:
    """What the answer depends on besides documents and labels. Labels made from classes need `use_classes` off.

    `most_read` bounds the documents that the vocabulary is taken from, besides those that are learned from.
    """

    seed: int = 2015
    recall_target: float = 0.95
    use_classes: bool = True
    class_weight: float = 0.7
    most_features: int = 100_000
    most_read: int = 50_000
    most_weak_labels: int = 3_000
    least_labels: int = 10
    least_human_labels: int = 20
    weak_weight: float = 0.2
    strength: float = 5.0
    folds: int = 5
    rule_threshold: float = 0.5


@dataclass(frozen=True, slots=True)
class Screening:
    """`rows`: one row per document (SCHEMA), sorted by id; `hits` in the same order. `parameters` and the same input
    rebuild it bit for bit."""

    rows: pl.DataFrame
    parameters: Mapping[str, Any]
    figures: Mapping[str, Any]
    learned: Learned
    hits: Sequence[Hits] = ()


def screen(
    documents: pl.DataFrame | Texts,
    rule: Rule,
    human: Mapping[str, bool],
    settings: ScreeningSettings,
    *,
    ids: Sequence[str] | None = None,
    today: dt.date = dt.date.min,
) -> Screening:
    """Learn and judge every document; `human` labels are final.

    Documents are a frame with invention_id (unique), text and symbols, or texts with the ids that are there.
    """
    if isinstance(documents, pl.DataFrame):
        ids, documents = documents["invention_id"].to_list(), Texts.of_frame(documents)
    ids = sorted(ids or ())
    digest = hashlib.sha256()
    hits = _find_all(documents, ids, rule, digest)
    training = choose_training(ids, hits, human, most_weak=settings.most_weak_labels, seed=settings.seed)
    counts = tuple(int(np.sum(training.is_relevant == wanted)) for wanted in (True, False))
    shortage = why_rule(counts, settings)
    taught = None if shortage else _learn(documents, ids, training, settings)
    if taught is None:
        shortage = shortage or "the labels could not be told apart better than by chance"
        linear, own, figures = None, {}, {"threshold": settings.rule_threshold, "why_rule": shortage}
    else:
        linear, own, figures = taught
    made_for, human_hash = name_purpose(rule, settings), hash_human(human)
    learned = Learned(linear, figures["threshold"], shortage, made_for, human_hash, counts, len(ids), today)
    rows = judge(documents, ids, learned, rule, human, settings, own=own, hits=hits)
    if linear is not None:
        figures = figures | {"agreement_with_rule": _agreement(rows, hits)}
    counted = count_answers(rows) | _count_labels(training)
    parameters = asdict(settings) | {
        "rule": asdict(rule),
        "labels": _count_labels(training),
        "labels_hash": hash_labels(ids, training),
        "documents_hash": digest.hexdigest()[:16],
        "threshold": figures["threshold"],
    }
    return Screening(rows, parameters, counted | figures | {"note": _note(training, linear is not None)}, learned, hits)


def judge(
    documents: Texts,
    ids: Sequence[str],
    learned: Learned,
    rule: Rule,
    human: Mapping[str, bool],
    settings: ScreeningSettings,
    *,
    own: Mapping[str, float] | None = None,
    hits: Sequence[Hits] = (),
) -> pl.DataFrame:
    """The answers (SCHEMA) to these documents, by rising id, in batches of bounded size.

    `own` are the probabilities out of fold of those that were learned from: nothing is judged by a model that learned
    its own label, since a wrong weak label would be learned by heart. `hits` are theirs where they are known.
    """
    frames, start = [pl.DataFrame(schema=SCHEMA)], 0
    for batch in documents.batches(ids):
        held = hits[start : start + len(batch.ids)] or _find(batch, rule, {})
        start += len(batch.ids)
        if learned.linear is None:
            judged = _judge_by_rule(held, settings)
        else:
            judged = _judge_by_model(documents, batch, learned.linear, learned.threshold, own or {})
            judged = [_keep_out(row, hit) for row, hit in zip(judged, held, strict=True)]
        rows = [
            (document, *_let_person_decide(row, human.get(document)))
            for document, row in zip(batch.ids, judged, strict=True)
        ]
        frames.append(pl.DataFrame(rows, SCHEMA, orient="row"))
    return pl.concat(frames)


def name_purpose(rule: Rule, settings: ScreeningSettings) -> str:
    """16 hex digits over all that an answer depends on besides documents and labels."""
    plain = json.dumps([VERSION, asdict(rule), asdict(settings)], sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def why_rule(label_counts: Sequence[int], settings: ScreeningSettings) -> str | None:
    """Why so many labels (relevant, irrelevant) are too few for a model; None when they do."""
    for count, word in zip(label_counts, ("relevant", "irrelevant"), strict=True):
        if count < settings.least_labels:
            return f"only {count} labels say {word}, a model needs {settings.least_labels}"
    return None


def count_weak(documents: Texts, ids: Sequence[str], rule: Rule) -> tuple[int, int]:
    """How many of these documents the rule would call relevant, and irrelevant."""
    said = [weak_label(hit) for hit in _find_all(documents, ids, rule)]
    return said.count(True), said.count(False)


def count_answers(rows: pl.DataFrame) -> dict[str, Any]:
    """How many documents were judged, how many of them relevant, and by whom."""
    return {
        "documents": rows.height,
        "relevant": int(rows["is_relevant"].sum()),
        "decided_by": dict(sorted(rows.group_by("decided_by").len().iter_rows())),
    }


_Row = tuple[float, bool, str, list[str], list[str]]


def _find_all(documents: Texts, ids: Sequence[str], rule: Rule, digest: Any = None) -> list[Hits]:
    alike: dict[Hits, Hits] = {}
    found: list[Hits] = []
    for batch in documents.batches(ids):
        found += _find(batch, rule, alike)
        if digest is not None:
            for document, text, symbols in zip(batch.ids, batch.texts, batch.symbols, strict=True):
                digest.update(f"{document}\t{text}\t{' '.join(symbols)}\n".encode())
    return found


def _find(batch: Batch, rule: Rule, alike: dict[Hits, Hits]) -> list[Hits]:
    # most documents hold nothing, the others much the same: equal hits are one object
    found = (find_hits(rule, text, symbols) for text, symbols in zip(batch.texts, batch.symbols, strict=True))
    return [alike.setdefault(hit, hit) for hit in found]


def _learn(
    documents: Texts, ids: Sequence[str], training: TrainingSet, settings: ScreeningSettings
) -> tuple[Linear, dict[str, float], dict[str, Any]] | None:
    labelled = [ids[row] for row in training.rows]
    read = sorted({*labelled, *draw_sample(ids, settings.most_read, settings.seed)})
    counted = documents.count_all(read)
    vectors = fit_vectors(
        counted, use_classes=settings.use_classes, most=settings.most_features, class_weight=settings.class_weight
    )
    place = {document: row for row, document in enumerate(read)}
    matrix = vectors.build(counted).matrix[[place[document] for document in labelled]]
    model = train_model(
        matrix,
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
    figures = {
        "threshold": threshold.value,
        "threshold_set_on": threshold.set_on,
        "recall_out_of_fold": threshold.recall,
        "precision_out_of_fold": threshold.precision,
        "calibration": f"sigmoid on out-of-fold scores, {model.folds} folds",
        "calibration_slope": model.slope,
        "calibration_offset": model.offset,
        "features": matrix.shape[1],
        "read_for_vocabulary": len(read),
    }
    linear = Linear(vectors, model.weights, model.intercept, model.slope, model.offset)
    return linear, dict(zip(labelled, model.out_of_fold.tolist(), strict=True)), figures


def _judge_by_model(
    documents: Texts, batch: Batch, linear: Linear, threshold: float, own: Mapping[str, float]
) -> list[_Row]:
    features = linear.vectors.build(documents.count(batch))
    probabilities = find_probabilities(linear, features).tolist()
    words = zip(batch.ids, probabilities, *explain(features, linear.weights, batch.texts), strict=True)
    known = ((own.get(document, p), spoke, against) for document, p, spoke, against in words)
    return [(p, p >= threshold, "model", spoke, against) for p, spoke, against in known]


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


def _let_person_decide(row: _Row, label: bool | None) -> tuple[Any, ...]:
    """The final answer; what was believed without the person's word stands beside it."""
    final = row if label is None else (float(label), label, "person", row[3], row[4])
    return (*final, row[0])


def _agreement(rows: pl.DataFrame, hits: Sequence[Hits]) -> float | None:
    said = [(verdict, weak_label(hit)) for verdict, hit in zip(rows["is_relevant"], hits, strict=True)]
    known = [verdict == label for verdict, label in said if label is not None]
    return sum(known) / len(known) if known else None


def _count_labels(training: TrainingSet) -> dict[str, int]:
    return {
        f"{'weak' if weak else 'human'}_{'relevant' if relevant else 'irrelevant'}": training.count(
            relevant=relevant, weak=weak
        )
        for weak in (False, True)
        for relevant in (True, False)
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
