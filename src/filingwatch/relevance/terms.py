"""What each term of a query brings, and which words the labels suggest to add or to keep out.

Here belongs counting over hits and labels, and the choice of words. Finding hits belongs to `rule`; nothing here knows
where documents come from.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from filingwatch.intervals import wilson
from filingwatch.words import cjk_chains, drop_covered, grow_fragment, is_cjk, normalise_text, text_tokens

YIELD = {
    "role": pl.String, "term": pl.String, "language": pl.String, "reason": pl.String, "hit_count": pl.Int32,
    "only_count": pl.Int32, "relevant_labels": pl.Int32, "irrelevant_labels": pl.Int32, "relevant_share": pl.Float64,
    "relevant_share_low": pl.Float64, "relevant_share_high": pl.Float64, "expected_relevant": pl.Float64,
    "collision_rate": pl.Float64, "verdict": pl.String,
}  # fmt: skip
SUGGESTION = {
    "kind": pl.String, "term": pl.String, "language": pl.String, "relevant_labels": pl.Int32,
    "irrelevant_labels": pl.Int32, "score": pl.Float64, "beside": pl.String, "example_ids": pl.List(pl.String),
}  # fmt: skip
_LISTS = {"include": "include", "exclude": "exclude", "class": "classes"}
# Japanese is not read: its words would be taken for Chinese ones
_KANA = re.compile("[\u3040-\u30ff]")


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A part of a query: a term that brings in or keeps out, or a class; with its reason in the watch's words."""

    role: str
    term: str
    language: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TermSettings:
    """`least_labels` of a term's hits before its labels are judged. A suggestion stands in at least `least_documents`
    labelled documents, has a z-score of at least `least_score`, and is in at most `most_share` of the other side's
    labelled documents and, to be included, of the rest; of the labelled documents that hold it at least `least_share`
    are of its side. `least_side` is how many labels a side needs; `most` are told
    of a kind and language. `prior_tokens` is how many tokens of the whole corpus the prior is worth."""

    least_labels: int = 12
    least_side: int = 5
    least_documents: int = 3
    least_score: float = 2.0
    most_share: float = 0.1
    least_share: float = 1 / 3
    most: int = 20
    prior_tokens: float = 500.0
    examples: int = 3


def measure_terms(
    query: Sequence[QueryTerm], hits: pl.DataFrame, answers: pl.DataFrame, settings: TermSettings | None = None
) -> pl.DataFrame:
    """One row (YIELD) per part of the query, in its order.

    `hits`: invention_id, include, exclude, classes (lists) of documents that hold any; `answers`: invention_id,
    probability, is_relevant, label (bool or null) of all. The interval of the share of relevant labels is Wilson's
    (1927), at 95 %.
    """
    settings = settings or TermSettings()
    held = hits.join(answers, on="invention_id").with_columns(
        reached=pl.col("include").list.len() + pl.col("classes").list.len()
    )
    rows = []
    for part in query:
        found = held.filter(pl.col(_LISTS[part.role]).list.contains(part.term))
        if part.role == "exclude":
            alone = found.filter((pl.col("reached") == 0) & (pl.col("exclude").list.len() == 1))
        else:
            alone = found.filter(pl.col("reached") == 1)
        relevant, irrelevant = (found.filter(pl.col("label") == said).height for said in (True, False))
        low, high = wilson(relevant, relevant + irrelevant)
        rejected = found.height - int(found["is_relevant"].sum()) if found.height else 0
        rows.append(
            (
                part.role, part.term, part.language, part.reason, found.height, alone.height, relevant, irrelevant,
                relevant / (relevant + irrelevant) if relevant + irrelevant else None, low, high,
                float(found["probability"].sum()), rejected / found.height if found.height else None,
                _name_verdict(part.role, found, relevant, irrelevant, settings),
            )
        )  # fmt: skip
    return pl.DataFrame(rows, YIELD, orient="row")


def _name_verdict(role: str, found: pl.DataFrame, relevant: int, irrelevant: int, settings: TermSettings) -> str:
    if not found.height:
        return "no hits"
    if role == "exclude":
        # what holds an include term or a class besides is not kept out by it
        kept_out = found.filter(pl.col("reached") == 0)["label"]
        relevant, irrelevant = int((kept_out == True).sum()), int((kept_out == False).sum())  # noqa: E712
        if relevant >= settings.least_side and relevant > irrelevant:
            return "keeps out relevant ones"
    if relevant + irrelevant < settings.least_labels:
        return "too few labels"
    return "brings only rejects" if role != "exclude" and not relevant else "useful"


@dataclass(slots=True)
class _Side:
    """Documents of one side, by what they hold; each document counts a token once."""

    counts: Counter[str] = field(default_factory=Counter)
    totals: Counter[bool] = field(default_factory=Counter)
    documents: int = 0

    @classmethod
    def of(cls, documents: Iterable[frozenset[str]]) -> _Side:
        side = cls()
        for tokens in documents:
            side.counts.update(tokens)
            side.documents += 1
        for token, count in side.counts.items():
            side.totals[is_cjk(token)] += count
        return side


@dataclass(frozen=True, slots=True)
class _Document:
    name: str
    plain: str
    tokens: frozenset[str]
    label: bool | None


def suggest_terms(
    documents: pl.DataFrame,
    query: Sequence[QueryTerm],
    include_hits: Mapping[str, Sequence[str]],
    settings: TermSettings | None = None,
) -> pl.DataFrame:
    """Words that the labels suggest (SUGGESTION), those of the highest score first within a kind and language.

    `documents`: invention_id, text, label; a null label marks the rest, which few of the relevant should be in.
    `include_hits` are the include terms of a labelled document. A word to include stands out in the relevant against
    the irrelevant and against the rest; one to exclude marks the irrelevant among those that hold one include term.

    The score is the z-score of the log odds ratio with an informative Dirichlet prior, the prior being all documents
    (Monroe, Colaresi & Quinn 2008, eq. 16 and 22), on documents that hold a word, each script by itself. Including
    takes the lower of its two scores.
    """
    settings = settings or TermSettings()
    read = [
        _Document(name, normalise_text(text or ""), frozenset(text_tokens(text or "")), label)
        for name, text, label in documents.sort("invention_id").select("invention_id", "text", "label").iter_rows()
    ]
    whole = _Side.of(document.tokens for document in read)
    rows = [*_suggest_include(read, query, whole, settings)]
    best: dict[str, tuple] = {}
    for term in sorted({part.term for part in query if part.role == "include"}):
        among = [document for document in read if term in include_hits.get(document.name, ())]
        for row in _suggest_exclude(among, read, term, query, whole, settings):
            if row[1] not in best or row[5] > best[row[1]][5]:
                best[row[1]] = row
    rows += _keep_best(list(best.values()), settings)
    return pl.DataFrame(rows, SUGGESTION, orient="row")


def score_words(left: _Side, right: _Side, prior: _Side, strength: float) -> dict[str, float]:
    """The z-score of every word of `left`: above 0 where it is more usual there than in `right`."""
    scores = {}
    for word, count in left.counts.items():
        script = is_cjk(word)
        total = prior.totals[script] or 1
        alpha, whole = strength * max(prior.counts[word], 1) / total, strength
        other = right.counts[word]
        odds = math.log((count + alpha) / (left.totals[script] + whole - count - alpha))
        odds -= math.log((other + alpha) / (right.totals[script] + whole - other - alpha))
        scores[word] = odds / math.sqrt(1 / (count + alpha) + 1 / (other + alpha))
    return scores


def _suggest_include(
    read: Sequence[_Document], query: Sequence[QueryTerm], whole: _Side, settings: TermSettings
) -> list[tuple]:
    relevant = [document for document in read if document.label is True]
    if len(relevant) < settings.least_side:
        return []
    left, scores = _Side.of(document.tokens for document in relevant), []
    for said in (False, None):
        others = [document.tokens for document in read if document.label is said]
        if len(others) >= settings.least_side:
            scores.append(score_words(left, _Side.of(others), whole, settings.prior_tokens))
    if not scores:
        return []
    chosen = {word: min(score[word] for score in scores) for word in left.counts}
    return _name_words("include", chosen, relevant, read, query, None, settings)


def _suggest_exclude(
    among: Sequence[_Document], read: Sequence[_Document], term: str, query: Sequence[QueryTerm], whole: _Side,
    settings: TermSettings,
) -> list[tuple]:  # fmt: skip
    relevant, irrelevant = ([held for held in among if held.label is said] for said in (True, False))
    if len(irrelevant) < settings.least_side:
        return []
    left, right = (_Side.of(held.tokens for held in side) for side in (irrelevant, relevant))
    scores = score_words(left, right, whole, settings.prior_tokens)
    return _name_words("exclude", scores, irrelevant, read, query, term, settings)


def _name_words(
    kind: str, scores: Mapping[str, float], side: Sequence[_Document], read: Sequence[_Document],
    query: Sequence[QueryTerm], beside: str | None, settings: TermSettings,
) -> list[tuple]:  # fmt: skip
    """The words of the highest scores, pieces of Chinese words grown to whole ones, that pass all limits."""
    strong = sorted((word for word in scores if scores[word] >= settings.least_score), key=lambda w: (-scores[w], w))
    known = [normalise_text(part.term) for part in query if part.role != "class"]
    chains = "\n".join(chain for document in side for chain in cjk_chains(document.plain))
    words: dict[str, float] = {}
    for word in strong[: 10 * settings.most]:
        grown = grow_fragment(word, chains) if is_cjk(word) else word
        words[grown] = max(words.get(grown, 0.0), scores[word])
    rows = []
    labelled = [document for document in read if document.label is not None]
    # what marks the irrelevant may stand in the rest, most of which is irrelevant as well
    rest = [document for document in read if document.label is None] if kind == "include" else []
    for word in drop_covered(words):
        if _is_known(word, known, kind) or _KANA.search(word):
            continue
        holding = [document for document in labelled if _holds(document, word)]
        own = [held.name for held in holding if held.label is (kind == "include")]
        others = len(holding) - len(own)
        most = settings.most_share * sum(document.label is not (kind == "include") for document in labelled)
        in_rest = sum(_holds(document, word) for document in rest)
        if (
            len(own) < max(settings.least_documents, settings.least_share * len(holding))
            or others > most
            or in_rest > settings.most_share * len(rest)
        ):
            continue
        counts = (len(own), others) if kind == "include" else (others, len(own))
        language = "zh" if is_cjk(word) else "en"
        rows.append((kind, word, language, *counts, words[word], beside, own[: settings.examples]))
    return rows if kind == "exclude" else _keep_best(rows, settings)


def _keep_best(rows: list[tuple], settings: TermSettings) -> list[tuple]:
    ranked = sorted(rows, key=lambda row: (-row[5], row[1]))
    by_language = ([row for row in ranked if row[2] == language] for language in ("en", "zh"))
    return [row for held in by_language for row in held[: settings.most]]


def _is_known(word: str, known: Sequence[str], kind: str) -> bool:
    """Whether the query has the word already. A word around a term is news only as another sense of it."""
    return any(word in term or (kind == "include" and term in word) for term in known)


def _holds(document: _Document, word: str) -> bool:
    return word in document.plain if is_cjk(word) else word in document.tokens
