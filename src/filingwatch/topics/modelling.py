"""One night's topics of a watch: fit, put into words, match with the topics known before, name.

A fit starts from the known topics while these explain nearly as much as a fresh one; ids are kept by matching. A filing
may so move to another topic although nothing about it changed: `same_topic_share` in the figures says how many did not.
What happens between fits belongs to `settling`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, zip_longest
from typing import Any

import numpy as np
import polars as pl

from filingwatch.texts import Batch, Texts, draw_sample
from filingwatch.topics.choosing import choose_count
from filingwatch.topics.continuing import Before, Continued, continue_topics, is_near, most_topics
from filingwatch.topics.identity import Described, Matching, match_topics
from filingwatch.topics.model import Factors, TopicSettings, factorise, topic_count
from filingwatch.topics.placing import Placed, place_documents
from filingwatch.topics.terms import TopicTerms, describe_topics, name_topic, still_describes

# changes when the same filings and settings would give other topics
VERSION = 3
TOPIC_SCHEMA = {
    "topic_id": pl.String,
    "name": pl.String,
    "named_by": pl.String,
    "state": pl.String,
    "terms_en": pl.List(pl.String),
    "terms_zh": pl.List(pl.String),
    "filing_count": pl.Int32,
    "first_seen_on": pl.Date,
    "classes": pl.List(pl.String),
    "coherence": pl.Float64,
}
FILING_SCHEMA = {
    "invention_id": pl.String,
    "topic_id": pl.String,
    "weight": pl.Float64,
    "runner_up": pl.String,
    "margin": pl.Float64,
}
LINEAGE_SCHEMA = {
    "topic_id": pl.String,
    "previous_topic_id": pl.String,
    "state": pl.String,
    "similarity": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the last run said: its topics (TOPIC_SCHEMA), its filings (FILING_SCHEMA). Both may be empty.

    `human_names` are the names that people gave, by topic id; an empty name gives the naming back to the rule.
    """

    topics: pl.DataFrame
    filings: pl.DataFrame
    human_names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Topics:
    """Topics (TOPIC_SCHEMA, also those gone), filings (FILING_SCHEMA), what happened (LINEAGE_SCHEMA), and how made."""

    topics: pl.DataFrame
    filings: pl.DataFrame
    lineage: pl.DataFrame
    parameters: Mapping[str, Any]
    figures: Mapping[str, Any]
    factors: Factors | None = None
    topic_ids: tuple[str, ...] = ()


def model_topics(
    documents: pl.DataFrame | Texts,
    known: Known,
    *,
    count: int | None,
    settings: TopicSettings,
    today: dt.date,
    mint_from: str,
    ids: Sequence[str] | None = None,
    newcomers: Collection[str] | None = None,
    ruled: Collection[str] = (),
) -> Topics:
    """Topics of these documents, carrying on the known ones.

    Documents are a frame with invention_id (unique), text and symbols, or texts with the ids that are meant.

    `newcomers` are the documents that came since the last fit, without it those without a known topic; new topics grow
    from them alone. `ruled` are the known topics that have a rule. Without `count` there are as many topics as were
    known, and the first time as many as `choosing` finds (in the figures as `count_choice`). Every document belongs to
    its heaviest topic; one that shares no word or class with others belongs to none and is counted. Where there are too
    few documents, every known topic is gone and the figures say why.
    """
    if isinstance(documents, pl.DataFrame):
        ids, documents = documents["invention_id"].to_list(), Texts.of_frame(documents)
    ids = sorted(ids or ())
    before = _describe_known(known)
    # all of them as long as they are not too many, drawn by their ids otherwise
    fitted = documents.read(sorted(draw_sample(ids, settings.most_fitted, settings.seed)))
    wanted, choice = count, None
    if wanted is None:
        wanted = sum(bool(topic.members) for topic in before.values())
        if not wanted:
            choice = choose_count(documents.count(fitted), settings)
            wanted = choice.count
    bears = topic_count(len(ids), wanted, settings)
    continued = _continue(documents, ids, fitted, before, (newcomers, ruled), bears, count, settings)
    if continued is not None:
        factors, placed = continued.factors, continued.placed
    else:
        factors = factorise(documents.count(fitted), bears, settings) if bears else None
        placed = _place(documents, ids, fitted, factors)
    members = _members(placed, 0 if factors is None else len(factors.weights))
    terms = _describe(factors, fitted)
    now = [
        Described(frozenset(ids[row] for row in rows), _mix(spoken.en, spoken.zh))
        for spoken, rows in zip(terms, members, strict=True)
    ]
    matching = match_topics(now, before, mint_from=mint_from)
    topics = pl.DataFrame(_topic_rows(matching, terms, members, known, today), TOPIC_SCHEMA, orient="row")
    filings = filing_rows(matching.ids, placed, ids)
    lineage = [(step.topic_id, step.previous, step.state, step.similarity) for step in matching.lineage]
    parameters = asdict(settings) | {
        "count_wanted": count,
        "documents_hash": _hash_documents(fitted),
        "carried_on": sorted(known.topics["topic_id"]),
    }
    figures = {
        "documents": len(ids),
        "fitted": len(fitted.ids) if factors is not None else 0,
        "topics": len(now),
        "topics_allowed": bears,
        "count_choice": None if choice is None else asdict(choice),
        "documents_without_topic": len(ids) - filings.height,
        "states": dict(sorted(topics.group_by("state").len().iter_rows())),
        "same_topic_share": same_topic_share(filings, known.filings),
        "unexplained_share": None if factors is None else 1.0 - factors.explained,
        "fit": None if factors is None else "carried on" if factors.is_carried_on else "fresh",
        "grown": 0 if continued is None else continued.grown,
        "merged": 0 if continued is None else continued.merged,
        "ended": 0 if continued is None else continued.ended,
        "note": _note(len(ids), bears, factors, settings),
    }
    steps = pl.DataFrame(lineage, LINEAGE_SCHEMA, orient="row")
    return Topics(topics, filings, steps, parameters, figures, factors, matching.ids)


def name_purpose(count: int | None, settings: TopicSettings) -> str:
    """16 hex digits over all that topics depend on besides documents and the topics before."""
    return hashlib.sha256(json.dumps([VERSION, count, asdict(settings)]).encode()).hexdigest()[:16]


def _continue(
    documents: Texts,
    ids: Sequence[str],
    fitted: Batch,
    before: Mapping[str, Described],
    told: tuple[Collection[str] | None, Collection[str]],
    bears: int,
    wanted: int | None,
    settings: TopicSettings,
) -> Continued | None:
    """The known topics carried on; None where there are none that could be, or too few or many for what is wanted."""
    there = set(ids)
    living = {topic: held for topic, described in before.items() if (held := described.members & there)}
    if not bears or not is_near(len(living), bears):
        return None
    newcomers = there.difference(*living.values()) if told[0] is None else there.intersection(told[0])
    # what has a topic that grew is no news any more
    newcomers = newcomers.difference(*(living[topic] for topic in told[1] if topic in living))
    held = Before(living, frozenset(told[1]), frozenset(newcomers))
    return continue_topics(documents, ids, fitted, held, most_topics(len(living), wanted), settings)


def _place(documents: Texts, ids: Sequence[str], fitted: Batch, factors: Factors | None) -> Placed | None:
    if factors is None or len(ids) == len(fitted.ids):
        return None if factors is None else Placed(*_places(factors), None, *_seconds(factors))
    among = set(fitted.ids)
    rest = [document for document in ids if document not in among]
    placed = place_documents(documents, rest, factors.vectors, factors.weights)
    said = dict(zip(fitted.ids, zip(*_places(factors), *_seconds(factors), strict=True), strict=True))
    said |= dict(zip(rest, zip(*_places(placed), *_seconds(placed), strict=True), strict=True))
    tops, shares, second, second_shares = map(np.array, zip(*(said[document] for document in ids), strict=True))
    return Placed(tops, shares, None, second, second_shares)


def _places(found: Factors | Placed) -> tuple[np.ndarray, np.ndarray]:
    return found.topic_of, found.share


def _seconds(found: Factors | Placed) -> tuple[np.ndarray, np.ndarray]:
    return found.second_of, found.second_share


def _members(placed: Placed | None, count: int) -> list[list[int]]:
    members: list[list[int]] = [[] for _ in range(count)]
    for row, topic in enumerate(() if placed is None else placed.topic_of.tolist()):
        if topic >= 0:
            members[topic].append(row)
    return members


def _describe(factors: Factors | None, fitted: Batch) -> list[TopicTerms]:
    if factors is None:
        return []
    members: list[list[str]] = [[] for _ in factors.weights]
    for text, topic in zip(fitted.texts, factors.topic_of.tolist(), strict=True):
        if topic >= 0:
            members[topic].append(text)
    return describe_topics(factors.weights, factors.tokens, members)


def _describe_known(known: Known) -> dict[str, Described]:
    members: dict[str, set[str]] = {}
    for invention, topic in known.filings.select("invention_id", "topic_id").iter_rows():
        members.setdefault(topic, set()).add(invention)
    return {
        topic: Described(frozenset(members.get(topic, ())), _mix(en, zh))
        for topic, en, zh in known.topics.select("topic_id", "terms_en", "terms_zh").iter_rows()
    }


def _mix(en: Sequence[str], zh: Sequence[str]) -> tuple[str, ...]:
    """Terms of both languages in turn, so that the rank of a term means the same in each."""
    return tuple(term for term in chain.from_iterable(zip_longest(en, zh)) if term is not None)


def _topic_rows(
    matching: Matching,
    terms: Sequence[TopicTerms],
    members: Sequence[Sequence[int]],
    known: Known,
    today: dt.date,
) -> list[tuple]:
    earlier = {row["topic_id"]: row for row in known.topics.iter_rows(named=True)}
    names = _name_topics(matching, terms, earlier, known.human_names)
    rows = [
        (
            topic,
            *names[topic],
            state,
            list(spoken.en),
            list(spoken.zh),
            len(rows),
            earlier[topic]["first_seen_on"] if topic in earlier else today,
            list(spoken.classes),
            None,
        )
        for topic, state, spoken, rows in zip(matching.ids, matching.states, terms, members, strict=True)
    ]
    for topic in matching.gone:
        row = earlier[topic]
        terms_of = (row["terms_en"], row["terms_zh"], 0, row["first_seen_on"], row["classes"], None)
        rows.append((topic, *names[topic], "gone", *terms_of))
    return sorted(rows)


def _name_topics(
    matching: Matching,
    terms: Sequence[TopicTerms],
    earlier: Mapping[str, Mapping[str, Any]],
    human_names: Mapping[str, str],
) -> dict[str, tuple[str, str]]:
    """(name, named_by) by topic: a person's name, else the earlier name while it still fits, else one by rule."""
    spoken = dict(zip(matching.ids, terms, strict=True))
    names: dict[str, tuple[str, str]] = {}
    for topic in (*matching.ids, *matching.gone):
        before = earlier.get(topic)
        given = human_names.get(topic, before["name"] if before and before["named_by"] == "person" else "")
        if given.strip():
            names[topic] = (given.strip(), "person")
        elif (
            before
            and before["named_by"] == "rule"
            and (topic not in spoken or still_describes(before["name"], spoken[topic]))
        ):
            names[topic] = (before["name"], "rule")
    for topic in (*matching.ids, *matching.gone):
        if topic not in names:
            of_before = earlier.get(topic)
            wording = spoken.get(topic) or TopicTerms(tuple(of_before["terms_en"]), tuple(of_before["terms_zh"]))
            names[topic] = (name_topic(wording, {name for name, _ in names.values()}), "rule")
    return names


def filing_rows(topic_ids: Sequence[str], placed: Placed | None, ids: Sequence[str]) -> pl.DataFrame:
    """The topic of each of these documents (FILING_SCHEMA) that has one."""
    if placed is None:
        return pl.DataFrame(schema=FILING_SCHEMA)
    columns = (placed.topic_of, placed.share, placed.second_of, placed.second_share)
    rows = [
        (document, topic_ids[topic], weight, topic_ids[second] if second >= 0 else None, weight - second_weight)
        for document, topic, weight, second, second_weight in zip(
            ids, *(column.tolist() for column in columns), strict=True
        )
        if topic >= 0
    ]
    return pl.DataFrame(rows, FILING_SCHEMA, orient="row")


def same_topic_share(filings: pl.DataFrame, before: pl.DataFrame) -> float | None:
    """Share of the filings that both runs placed which kept their topic; None where there are none."""
    both = filings.join(before, on="invention_id", suffix="_before")
    return both.select((pl.col("topic_id") == pl.col("topic_id_before")).mean()).item() if both.height else None


def _note(documents: int, bears: int, factors: Factors | None, settings: TopicSettings) -> str | None:
    if not bears:
        return f"too few filings for topics: {documents} relevant, at least {settings.least_documents} are needed"
    if factors is None:
        return "the relevant filings share too few words and classes to form topics"
    return None


def _hash_documents(fitted: Batch) -> str:
    digest = hashlib.sha256()
    for document, text, held in zip(fitted.ids, fitted.texts, fitted.symbols, strict=True):
        digest.update(f"{document}\t{text}\t{' '.join(held)}\n".encode())
    return digest.hexdigest()[:16]
