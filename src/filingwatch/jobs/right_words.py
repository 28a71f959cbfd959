"""What people said of tags, laid over what the rules say: confirmed, refused, or added as an analyst's judgement.

A word is about an invention and a right, and so holds for every publication of the family and every later version of
it; near-duplicates share it unless somebody spoke of them. Here belongs joining words to tags; what is a near-duplicate
belongs to `relevance.duplicates`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from filingwatch.jobs.corpus import Corpus
from filingwatch.rights.rules import JUDGED

if TYPE_CHECKING:
    from filingwatch.rights.rules import RuleSet

CONFIRMED, REFUSED = "confirmed", "refused"
PROTECTS = "protects "
"""Before a right in a subject: the word is about the tags that protect it, not about those that put it at stake."""
BY_PERSON, BY_DECISION = "person", "decision"
"""Rule and field of a tag that no rule found; `person protects` is the rule where it is about protection."""


@dataclass(frozen=True, slots=True)
class Word:
    """What stands of an invention and a right. A confirmation may bring the passage that the person quotes."""

    value: str
    reason: str | None
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """Words by invention, right and whether it is about protection; subjects that answer to nothing are counted."""

    said: Mapping[tuple[str, str, bool], Word]
    strangers: int
    unknown_rights: int

    @property
    def inventions(self) -> set[str]:
        return {invention for invention, _, _ in self.said}

    def figures(self, relevant: AbstractSet[str]) -> dict[str, int]:
        return {
            "decisions": len(self.said),
            "decisions_of_unknown_filings": self.strangers,
            "decisions_of_unknown_rights": self.unknown_rights,
            "decisions_of_irrelevant_filings": len({key for key in self.said if key[0] not in relevant}),
        }


def resolve_words(decisions: pl.DataFrame, invention_of: pl.DataFrame, rules: RuleSet) -> Words:
    """The last word on each invention and right, from decisions in any order; a reset takes back what stood."""
    from filingwatch.relevance.resolving import find_inventions

    split = [
        (*(part.strip() for part in subject.split("|", 1)), value, reason, context)
        for subject, value, reason, context in decisions.sort("decision_id")
        .select("subject", "value", "reason", "context")
        .iter_rows()
        if "|" in subject
    ]
    home = find_inventions(sorted({subject for subject, *_ in split}), invention_of)
    said: dict[tuple[str, str, bool], Word] = {}
    strange: set[str] = set()
    unknown: set[str] = set()
    for subject, right, value, reason, context in split:
        code, is_protective = right.removeprefix(PROTECTS), right.startswith(PROTECTS)
        if subject not in home:
            strange.add(subject)
        elif code not in rules.by_code:
            unknown.add(code)
        else:
            key = (home[subject], code, is_protective)
            said.pop(key, None)
            if value in (CONFIRMED, REFUSED):
                said[key] = Word(value, reason, json.loads(context) if context else {})
    return Words(said, len(strange), len(unknown))


def copies_of_spoken(
    corpus: Corpus, relevant: Sequence[str], spoken: AbstractSet[str], before: pl.DataFrame, fresh: AbstractSet[str]
) -> dict[str, str]:
    """Which filings are near-duplicates of one of which somebody spoke, and of which; the likest, then the smallest id.

    `before` is what was found last. Only filings that are new or changed are compared, unless those spoken of are other
    ones than then, or one of them changed.
    """
    if not spoken:
        return {}
    known = set(before.filter("is_spoken")["invention_id"]) if before.height else set()
    # a filing that nobody speaks of any more may be like another one of which somebody does
    is_whole = spoken != known or bool(spoken & fresh)
    asked = [one for one in relevant if one not in spoken and (is_whole or one in fresh)]
    kept = {}
    if not is_whole:
        standing = before.drop_nulls("copy_of").select("invention_id", "copy_of").iter_rows()
        kept = {one: other for one, other in standing if one not in fresh}
    found: dict[str, list[tuple[float, str]]] = {}
    if asked:
        # near-duplicates bring numpy and scipy along; a night without words must not pay for it
        from filingwatch.relevance.duplicates import find_pairs

        texts = _texts(corpus, sorted(spoken))
        for batch in corpus.texts.batches(asked):
            for pair in find_pairs(texts, dict(zip(batch.ids, batch.texts, strict=True))):
                if pair.other not in spoken:
                    found.setdefault(pair.other, []).append((-pair.likeness, pair.document))
    return dict(sorted((kept | {one: min(pairs)[1] for one, pairs in found.items()}).items()))


def _texts(corpus: Corpus, ids: Sequence[str]) -> dict[str, str]:
    return {
        name: text for batch in corpus.texts.batches(ids) for name, text in zip(batch.ids, batch.texts, strict=True)
    }


def lay_words_over(
    tags: pl.DataFrame,
    words: Words,
    copies: Mapping[str, str],
    relevant: AbstractSet[str],
    corpus: Corpus,
    rules: RuleSet,
) -> pl.DataFrame:
    """The tags with what people said of each, and a row for each word about a right that no rule tied to the filing.

    A refusal stands there too: what a technology alone would tie to the filing is refused by it.
    """
    reach = _reach(words, copies, relevant)
    if not reach:
        return tags
    rows = [(*key, word.value, source) for key, (word, source) in sorted(reach.items())]
    schema = {
        "invention_id": pl.String, "right_code": pl.String, "is_protective": pl.Boolean, "said_by": pl.String,
        "said_from": pl.String,
    }  # fmt: skip
    said = pl.DataFrame(rows, schema, orient="row")
    on = ["invention_id", "right_code", "is_protective"]
    laid = tags.drop("said_by", "said_from").join(said, on=on, how="left").select(tags.columns)
    missing = said.join(tags, on=on, how="anti").sort(on)
    added = [_added(corpus, rules, *row, reach) for row in missing.select(*on, "said_from").iter_rows()]
    return pl.concat([laid, pl.DataFrame(added, dict(tags.schema), orient="row")])


def _reach(
    words: Words, copies: Mapping[str, str], relevant: AbstractSet[str]
) -> dict[tuple[str, str, bool], tuple[Word, str]]:
    """Every invention, right and side that a word reaches, with the word and the invention that it was said of."""
    by_invention: dict[str, list[tuple[str, bool, Word]]] = {}
    for (invention, right, is_protective), word in words.said.items():
        by_invention.setdefault(invention, []).append((right, is_protective, word))
    reached = {key: (word, key[0]) for key, word in words.said.items() if key[0] in relevant}
    for one, other in copies.items():
        for right, is_protective, word in by_invention.get(other, ()):
            reached.setdefault((one, right, is_protective), (word, other))
    return reached


def _added(
    corpus: Corpus,
    rules: RuleSet,
    invention: str,
    right: str,
    is_protective: bool,
    source: str,
    reach: Mapping[tuple[str, str, bool], tuple[Word, str]],
) -> tuple[Any, ...]:
    """The row of a word that is about no tag of a rule; its quote stands only where the stored text holds it."""
    word, _ = reach[invention, right, is_protective]
    place = _find_quote(corpus, invention, word.context) if invention == source else None
    publication, field, language, start, quote = place or (None, BY_DECISION, "", None, None)
    reason, rule = word.reason or "no reason was given", f"{BY_PERSON} protects" if is_protective else BY_PERSON
    return (
        invention, right, rule, language, field, rules.by_code[right].udhr, None, JUDGED, is_protective, 0,
        publication, start, quote, reason, word.value, source,
    )  # fmt: skip


def _find_quote(
    corpus: Corpus, invention: str, context: Mapping[str, Any]
) -> tuple[str, str, str, int, str] | None:  # fmt: skip
    """Where the quote of a decision's context stands among the stored texts; None when it gives none that does."""
    quote = context.get("quote")
    if not isinstance(quote, str) or not quote.strip():
        return None
    for _, publication, part, language, text in corpus.read_passages([invention]).iter_rows():
        start = text.find(quote)
        if start >= 0:
            return publication, part, language, start, quote
    return None
