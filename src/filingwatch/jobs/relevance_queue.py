"""What people read next, and how good the screening is by now: rows of ml.label_queue and ml.relevance_quality.

Here belongs putting the answers of a night before `relevance.queueing`, `quality`, `agreement` and `stopping`, which do
the work. Whoever shares a near-duplicate's label counts as read, or the audit would wait for him for ever.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from filingwatch.jobs.corpus import Corpus
from filingwatch.jobs.relevance_promotion import LOT_SEED

if TYPE_CHECKING:
    from filingwatch.relevance.quality import Measure, QualitySettings
    from filingwatch.relevance.resolving import Labels

MOST_QUEUED = 2_000
NEWEST = dt.timedelta(days=90)
"""Drift compares filings of this long before the newest one with those of before."""
LEAST_NEWEST = 30
QUEUE = {
    "watch": pl.String, "place": pl.Int32, "invention_id": pl.String, "chosen_as": pl.String, "why": pl.String,
    "probability": pl.Float64, "group_id": pl.String, "model_id": pl.String,
}  # fmt: skip
QUALITY = {
    "watch": pl.String, "measure": pl.String, "scope": pl.String, "value": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "sample_count": pl.Int64, "note": pl.String, "model_id": pl.String,
}  # fmt: skip
_DISPUTED = "annotators differ; somebody has to rule"
_BY_CHANCE = ("recall", "precision", "elusion", "missed")
"""Measures that say nothing before a document that chance drew is read."""
_NOTES = {
    "precision": "relevant among the final answers",
    "audit_missing": "labels that the audit still waits for",
    "labels_relevant": "labels, own or shared, that say relevant",
    "labels_irrelevant": "labels, own or shared, that say irrelevant",
    "calibration_error": "mean distance of probability and share of relevant, on the audit's labels",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """The labels that count in the order in which people came to them, and which were read because of their rank."""

    labels: Sequence[bool] = ()
    is_ranked: Sequence[bool] = ()


@dataclass(frozen=True, slots=True)
class Screen:
    """Where the screen of a watch stands: `answers` are final (model_probability, is_relevant, label of every document,
    by rising id), `order` the labels of people."""

    watch: str
    model_id: str
    threshold: float
    recall_target: float
    answers: pl.DataFrame
    labels: Labels
    order: Reading


def order_labels(decisions: pl.DataFrame, invention_of: pl.DataFrame, human: Mapping[str, bool]) -> Reading:
    """The labels that count, each where a person first gave the invention one: a second reader, a change of mind or a
    ruling does not move it."""
    from filingwatch.relevance.queueing import RANKED
    from filingwatch.relevance.resolving import VALUES, find_inventions

    home = find_inventions(decisions["subject"].unique().to_list(), invention_of)
    said = decisions.filter(pl.col("kind") != "relevance_seed", pl.col("value").is_in(list(VALUES))).sort("decision_id")
    first: dict[str, bool] = {}
    for subject, context in said.select("subject", "context").iter_rows():
        name = home.get(subject)
        if name in human and name not in first:
            how = json.loads(context) if context else {}
            # without its probability nothing tells in which order the rows of a sheet were ranked
            first[name] = how.get("chosen_as") in RANKED and how.get("probability") is not None
    return Reading([human[name] for name in first], list(first.values()))


def queue_rows(corpus: Corpus, screen: Screen) -> pl.DataFrame:
    """Rows of ml.label_queue: what annotators differ on first, then what `queueing.choose` picks, one of each group of
    near-duplicates."""
    from filingwatch.relevance.queueing import QueueSettings, choose, choose_mix, find_lots

    answers, labels = screen.answers, screen.labels
    ids, probability = answers["invention_id"].to_list(), answers["model_probability"].to_numpy()
    disputed = _in_state(labels, "disputed") & set(ids)
    settings = QueueSettings(threshold=screen.threshold)
    areas = answers.join(corpus.facts, on="invention_id", how="left", maintain_order="left")["office"].fill_null("?")
    counts = list(labels.human.values())
    picks = choose(
        probability,
        is_labelled=(answers["label"].is_not_null() | answers["invention_id"].is_in(list(disputed))).to_numpy(),
        lots=find_lots(ids, LOT_SEED),
        size=MOST_QUEUED,
        mix=choose_mix(sum(counts), len(counts) - sum(counts), screen.order.labels, settings),
        probability=probability,
        areas=areas.to_list(),
        is_skipped=answers["invention_id"].is_in(list(_in_state(labels, "skipped"))).to_numpy(),
        settings=settings,
    )
    groups = _group(corpus, [ids[pick.row] for pick in picks])
    place_of = {name: row for row, name in enumerate(ids)}
    chosen = [(name, "disputed", _DISPUTED, float(probability[place_of[name]]), name) for name in sorted(disputed)]
    seen: set[str] = set()
    for pick in picks:
        name = ids[pick.row]
        if groups[name] not in seen:
            seen.add(groups[name])
            chosen.append((name, pick.chosen_as, pick.why, float(probability[pick.row]), groups[name]))
    rows = [(screen.watch, place, *row, screen.model_id) for place, row in enumerate(chosen[:MOST_QUEUED], 1)]
    return pl.DataFrame(rows, QUEUE, orient="row")


def quality_rows(corpus: Corpus, screen: Screen) -> pl.DataFrame:
    """Rows of ml.relevance_quality."""
    from filingwatch.relevance.quality import QualitySettings, estimate
    from filingwatch.relevance.queueing import find_lots

    labels, ids = screen.labels, screen.answers["invention_id"].to_list()
    hard = sorted(set().union(*(_in_state(labels, state) for state in ("skipped", "disputed", "ruled"))))
    frame = screen.answers.select(
        "invention_id", "label", probability="model_probability", is_accepted="is_relevant"
    ).with_columns(lot=find_lots(ids, LOT_SEED), is_hard=pl.col("invention_id").is_in(hard))
    settings = QualitySettings(threshold=screen.threshold)
    measures = [*estimate(frame, settings).measures] if frame.height else []
    measures = [_settle(one) for one in measures]
    measures += [*_agreements(labels), *_states(labels), _drift(corpus, screen), *_stopping(screen, frame, settings)]
    rows = [
        (
            screen.watch,
            one.measure,
            one.scope,
            one.value,
            one.low,
            one.high,
            one.sample_count,
            one.note,
            screen.model_id,
        )
        for one in measures
    ]
    return pl.DataFrame(rows, QUALITY, orient="row", strict=False)


def _settle(one: Measure) -> Measure:
    value = None if one.measure in _BY_CHANCE and not one.sample_count else one.value
    return replace(one, value=value, note=one.note or _NOTES.get(one.measure, ""))


def _group(corpus: Corpus, ids: Sequence[str]) -> dict[str, str]:
    from filingwatch.relevance.duplicates import group

    if not ids:
        return {}
    batch = corpus.texts.read(list(ids))
    return group(batch.ids, batch.texts)


def _in_state(labels: Labels, state: str) -> set[str]:
    return set(labels.rows.filter(pl.col("state") == state)["invention_id"])


def _states(labels: Labels) -> list[Measure]:
    from filingwatch.relevance.quality import Measure

    states = labels.rows["state"].to_list()
    notes = {
        "disputed": "inventions on which annotators differ and nobody has ruled",
        "skipped": "inventions that were only skipped",
        "ruled": "inventions on which somebody ruled",
    }
    found = [Measure(name, "all", states.count(name), None, None, len(states), note) for name, note in notes.items()]
    seeds = Measure("seeds", "all", len(labels.seeds), None, None, len(labels.seeds), "weak labels of a seed list")
    return [*found, seeds]


def _agreements(labels: Labels) -> list[Measure]:
    from filingwatch.relevance.agreement import compare_annotators
    from filingwatch.relevance.quality import Measure

    said: dict[str, dict[str, bool]] = {}
    for document, annotator, label in labels.votes.iter_rows():
        said.setdefault(annotator, {})[document] = label
    rows = []
    for pair in compare_annotators(said):
        scope = f"{pair.one} and {pair.other}"
        note = f"the same label for {pair.agreed_count} of {pair.pair_count}"
        rows.append(Measure("agreement", scope, pair.share, None, None, pair.pair_count, note))
        said_of_kappa = "Cohen's kappa" if pair.kappa is not None else "not defined: both always say the same"
        rows.append(Measure("kappa", scope, pair.kappa, pair.low, pair.high, pair.pair_count, said_of_kappa))
    return rows


def _drift(corpus: Corpus, screen: Screen) -> Measure:
    """How far the probabilities of the newest filings are from those of before."""
    from filingwatch.relevance.quality import Measure, find_drift

    dated = screen.answers.join(corpus.facts, on="invention_id").drop_nulls("filing_date")
    newest = dated["filing_date"].max()
    if not isinstance(newest, dt.date):
        return Measure("drift", "newest filings", None, None, None, 0, "no filing has a date")
    is_new = pl.col("filing_date") > newest - NEWEST
    before, now = (dated.filter(side)["model_probability"].to_numpy() for side in (~is_new, is_new))
    if len(now) < LEAST_NEWEST or not len(before):
        note = f"only {len(now)} filings of the newest {NEWEST.days} days, {LEAST_NEWEST} are needed"
        return Measure("drift", "newest filings", None, None, None, len(now), note)
    note = (
        f"population stability index of the probabilities of {len(now)} filings of the {NEWEST.days} days up to "
        f"{newest} against {len(before)} of before; above 0.25 the new ones are not what the model knew"
    )
    return Measure("drift", "newest filings", find_drift(before, now), None, None, len(now), note)


def _stopping(screen: Screen, frame: pl.DataFrame, settings: QualitySettings) -> list[Measure]:
    """The advice whether to stop, as measures; `stop` is 1 when it is time."""
    from filingwatch.relevance.quality import Measure, cut_strata
    from filingwatch.relevance.stopping import StopSettings, advise

    unread, read = frame["label"].null_count(), len(screen.order.labels)
    wanted = StopSettings(recall_target=screen.recall_target)
    advice = advise(
        screen.order.labels, unread=unread, is_ranked=screen.order.is_ranked, strata=cut_strata(frame, settings),
        settings=wanted,
    )  # fmt: skip
    return [
        Measure("stop", "all", float(advice.stop), None, None, read, advice.words),
        Measure("recall_low", "all", advice.recall_low, None, None, read, "recall if as many are missed as may be"),
        Measure("expected_missed", "all", advice.expected_missed, None, None, read, "unread ones that are relevant"),
        Measure("upper_missed", "all", advice.upper_missed, None, None, read, "the most of them by the rule"),
        Measure("unread", "all", unread, None, None, read, "documents without a label, own or shared"),
        Measure("more_labels", "all", advice.more_labels_estimate, None, None, read, "until it is time to stop"),
    ]


def find_final(answers: pl.DataFrame, words: pl.DataFrame) -> pl.DataFrame:
    """Answers with `label` (a person's, own or shared) by rising id; older answers lend what they believed."""
    held = pl.coalesce("model_probability", pl.when(pl.col("decided_by") != "person").then("probability"))
    return (
        answers.join(words.select("invention_id", "label"), on="invention_id", how="left")
        .with_columns(model_probability=held.fill_null(0.5).cast(pl.Float64))
        .sort("invention_id")
    )
