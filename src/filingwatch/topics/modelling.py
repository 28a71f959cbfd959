"""One night's topics of a watch: fit, put into words, match with the topics known before, name.

A first form: whenever the relevant filings change, topics are fitted again, starting from the known ones while these
explain nearly as much as a fresh fit; ids are kept by matching. A filing may so move to another topic although nothing
about it changed: `same_topic_share` in the figures says how many did not.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, zip_longest
from typing import Any

import polars as pl

from filingwatch.topics.identity import Described, Matching, match_topics
from filingwatch.topics.model import Factors, TopicSettings, factorise, topic_count
from filingwatch.topics.terms import TopicTerms, describe_topics, name_topic, still_describes

TOPIC_SCHEMA = {
    "topic_id": pl.String,
    "name": pl.String,
    "named_by": pl.String,
    "state": pl.String,
    "terms_en": pl.List(pl.String),
    "terms_zh": pl.List(pl.String),
    "filing_count": pl.Int32,
    "first_seen_on": pl.Date,
}
FILING_SCHEMA = {"invention_id": pl.String, "topic_id": pl.String, "weight": pl.Float64}
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


def model_topics(
    documents: pl.DataFrame, known: Known, *, count: int, settings: TopicSettings, today: dt.date, mint_from: str
) -> Topics:
    """Topics of these documents (invention_id, text, symbols), carrying on the known ones.

    Every document belongs to its heaviest topic; one that shares no word or class with others belongs to none and is
    counted. Where there are too few documents, every known topic is gone and the figures say why.
    """
    documents = documents.sort("invention_id")
    ids = documents["invention_id"].to_list()
    texts = [text or "" for text in documents["text"]]
    symbols = [sorted(set(held if held is not None else ())) for held in documents["symbols"]]
    bears = topic_count(len(ids), count, settings)
    before = _describe_known(known)
    factors = factorise(texts, symbols, bears, settings, _rows_of_known(before, ids)) if bears else None
    members = _members(factors)
    terms = _describe(factors, members, texts)
    now = [
        Described(frozenset(ids[row] for row in rows), _mix(spoken.en, spoken.zh))
        for spoken, rows in zip(terms, members, strict=True)
    ]
    matching = match_topics(now, before, mint_from=mint_from)
    topics = pl.DataFrame(_topic_rows(matching, terms, members, known, today), TOPIC_SCHEMA, orient="row")
    filings = _filing_rows(matching, factors, ids)
    lineage = [(step.topic_id, step.previous, step.state, step.similarity) for step in matching.lineage]
    parameters = asdict(settings) | {
        "count_wanted": count,
        "documents_hash": _hash_documents(ids, texts, symbols),
        "carried_on": sorted(known.topics["topic_id"]),
    }
    figures = {
        "documents": len(ids),
        "topics": len(now),
        "topics_allowed": bears,
        "documents_without_topic": len(ids) - filings.height,
        "states": dict(sorted(topics.group_by("state").len().iter_rows())),
        "same_topic_share": _same_topic_share(filings, known.filings),
        "unexplained_share": None if factors is None else 1.0 - factors.explained,
        "fit": None if factors is None else "carried on" if factors.is_carried_on else "fresh",
        "note": _note(len(ids), bears, factors, settings),
    }
    return Topics(topics, filings, pl.DataFrame(lineage, LINEAGE_SCHEMA, orient="row"), parameters, figures)


def _members(factors: Factors | None) -> list[list[int]]:
    members: list[list[int]] = [[] for _ in range(0 if factors is None else len(factors.weights))]
    for row, topic in enumerate(() if factors is None else factors.topic_of.tolist()):
        if topic >= 0:
            members[topic].append(row)
    return members


def _describe(factors: Factors | None, members: Sequence[Sequence[int]], texts: Sequence[str]) -> list[TopicTerms]:
    if factors is None:
        return []
    return describe_topics(factors.weights, factors.tokens, [[texts[row] for row in rows] for rows in members])


def _describe_known(known: Known) -> dict[str, Described]:
    members: dict[str, set[str]] = {}
    for invention, topic in known.filings.select("invention_id", "topic_id").iter_rows():
        members.setdefault(topic, set()).add(invention)
    return {
        topic: Described(frozenset(members.get(topic, ())), _mix(en, zh))
        for topic, en, zh in known.topics.select("topic_id", "terms_en", "terms_zh").iter_rows()
    }


def _rows_of_known(before: Mapping[str, Described], ids: Sequence[str]) -> list[list[int]]:
    """Where the documents of each living known topic stand among these."""
    return [
        [row for row, document in enumerate(ids) if document in before[topic].members]
        for topic in sorted(before)
        if before[topic].members
    ]


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
        )
        for topic, state, spoken, rows in zip(matching.ids, matching.states, terms, members, strict=True)
    ]
    for topic in matching.gone:
        row = earlier[topic]
        rows.append((topic, *names[topic], "gone", row["terms_en"], row["terms_zh"], 0, row["first_seen_on"]))
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


def _filing_rows(matching: Matching, factors: Factors | None, ids: Sequence[str]) -> pl.DataFrame:
    if factors is None:
        return pl.DataFrame(schema=FILING_SCHEMA)
    rows = [
        (document, matching.ids[topic], weight)
        for document, topic, weight in zip(ids, factors.topic_of.tolist(), factors.share.tolist(), strict=True)
        if topic >= 0
    ]
    return pl.DataFrame(rows, FILING_SCHEMA, orient="row")


def _same_topic_share(filings: pl.DataFrame, before: pl.DataFrame) -> float | None:
    """Share of the filings that both runs placed which kept their topic; None where there are none."""
    both = filings.join(before, on="invention_id", suffix="_before")
    return both.select((pl.col("topic_id") == pl.col("topic_id_before")).mean()).item() if both.height else None


def _note(documents: int, bears: int, factors: Factors | None, settings: TopicSettings) -> str | None:
    if not bears:
        return f"too few filings for topics: {documents} relevant, at least {settings.least_documents} are needed"
    if factors is None:
        return "the relevant filings share too few words and classes to form topics"
    return None


def _hash_documents(ids: Sequence[str], texts: Sequence[str], symbols: Sequence[Sequence[str]]) -> str:
    digest = hashlib.sha256()
    for document, text, held in zip(ids, texts, symbols, strict=True):
        digest.update(f"{document}\t{text}\t{' '.join(held)}\n".encode())
    return digest.hexdigest()[:16]
