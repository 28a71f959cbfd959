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

from filingwatch.relevance.fitting import find_log_odds, sigmoid
from filingwatch.relevance.labels import TrainingSet, choose_training, hash_human, hash_labels
from filingwatch.relevance.learned import Learned, Linear
from filingwatch.relevance.model import find_probabilities
from filingwatch.relevance.reasons import MOST_REASONS, explain
from filingwatch.relevance.rule import Hits, Rule, find_hits, rule_probability, weak_label
from filingwatch.relevance.teaching import teach
from filingwatch.texts import Batch, Texts

# changes when the same documents, labels and settings would be answered otherwise
VERSION = 6
# how much of the belief in a plain hit is the rule's while nobody has labelled enough
RULE_SHARE = 1 / 3

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
    pair_weight: float = 0.35
    most_features: int = 200_000
    most_read: int = 50_000
    most_weak_labels: int = 3_000
    least_labels: int = 10
    least_human_labels: int = 20
    weak_weight: float = 0.2
    seed_weight: float = 0.5
    strength: float = 0.11
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
    seeds: Mapping[str, bool] | None = None,
    groups: Mapping[str, str] | None = None,
    days: Mapping[str, dt.date] | None = None,
) -> Screening:
    """Learn and judge every document; `human` labels are final.

    Documents are a frame with invention_id (unique), text and symbols, or texts with the ids that are there. `seeds`
    are weak labels from a seed list or another watch. `groups` names families or near-equal texts by id (those without
    a name stand alone), `days` are filing dates: they serve the figures and the calibration.
    """
    seeds = seeds or {}
    if isinstance(documents, pl.DataFrame):
        ids, documents = documents["invention_id"].to_list(), Texts.of_frame(documents)
    ids = sorted(ids or ())
    digest = hashlib.sha256()
    hits = _find_all(documents, ids, rule, digest)
    training = choose_training(ids, hits, human, most_weak=settings.most_weak_labels, seed=settings.seed, seeds=seeds)
    counts = tuple(int(np.sum(training.is_relevant == wanted)) for wanted in (True, False))
    shortage = why_rule(counts, settings)
    terms = (*rule.include, *rule.exclude)
    taught = None if shortage else teach(documents, ids, training, terms, settings, groups=groups, days=days)
    linear, own, figures = None, {}, {}
    if taught is None:
        shortage = shortage or "the labels could not be told apart better than by chance"
        figures = {"threshold": settings.rule_threshold, "why_rule": shortage}
    else:
        linear, own, figures = taught.linear, taught.own, dict(taught.figures)
    made_for, human_hash = name_purpose(rule, settings), hash_human(human, seeds)
    leans = taught is not None and not taught.threshold.is_on_human
    learned = Learned(linear, figures["threshold"], shortage, made_for, human_hash, counts, len(ids), today, leans)
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
            if learned.leans_on_rule:
                judged = [_lean_on_rule(row, hit, learned.threshold) for row, hit in zip(judged, held, strict=True)]
            judged = [_keep_out(row, hit, learned.threshold) for row, hit in zip(judged, held, strict=True)]
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


def _judge_by_model(
    documents: Texts, batch: Batch, linear: Linear, threshold: float, own: Mapping[str, float]
) -> list[_Row]:
    features = linear.vectors.build(documents.count(batch, linear.tokenise))
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


def _lean_on_rule(row: _Row, hit: Hits, threshold: float) -> _Row:
    """Until people have labelled enough, the rule's belief in a plain hit counts beside the model's.

    All that such a model knows is the rule's word for other filings: alone it would leave out a filing whose term of
    the watch no other filing holds. The log odds of both are averaged (logarithmic opinion pool, Genest & Zidek 1986).
    """
    if not weak_label(hit):
        return row
    model, rule = find_log_odds([row[0], rule_probability(hit)])
    joined = float(sigmoid(model + RULE_SHARE * (rule - model)))
    return (joined, joined >= threshold, *row[2:])


def _keep_out(row: _Row, hit: Hits, threshold: float) -> _Row:
    """What is in reach only by an excluded sense is outside the watch, however much its words resemble the others."""
    if not hit.is_collision:
        return row
    # what is left out is below the threshold: estimates cut the answers there
    return (min(row[0], rule_probability(hit), 0.99 * threshold), False, "rule", [], list(hit.exclude[:MOST_REASONS]))


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
