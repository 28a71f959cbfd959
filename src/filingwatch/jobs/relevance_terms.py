"""The query of a watch against the documents of a night: what its terms bring, and which words the labels suggest.

Here belongs what is looked at anew: hits of new documents only, unless the query changed; suggestions only when labels
or model did. The counting belongs to `relevance.terms`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import polars as pl

from filingwatch.jobs.base import Change, Tables
from filingwatch.jobs.corpus import Corpus
from filingwatch.watch import Watch

if TYPE_CHECKING:
    from filingwatch.relevance.rule import Hits, Rule
    from filingwatch.relevance.terms import QueryTerm

REST = 2_000
"""Documents that nobody labelled and the model leaves out, against which words of the relevant must stand out."""
_REST_SEED = 2015
HIT = {"invention_id": pl.String, **dict.fromkeys(("include", "exclude", "classes"), pl.List(pl.String))}


def rule_of(watch: Watch) -> Rule:
    """The query of a watch as it is looked for."""
    from filingwatch.relevance.rule import Rule

    return Rule(
        tuple(term.term for term in watch.include),
        tuple(term.term for term in watch.exclude),
        watch.classes,
        tuple((term.term, term.unless) for term in watch.include if term.unless),
    )


def query_of(watch: Watch) -> list[QueryTerm]:
    """The parts of a watch's query, each once, with its reason."""
    from filingwatch.relevance.terms import QueryTerm

    parts = [
        *(QueryTerm("include", term.term, term.language, term.reason) for term in watch.include),
        *(QueryTerm("exclude", term.term, term.language, term.reason) for term in watch.exclude),
        *(QueryTerm("class", symbol) for symbol in watch.classes),
    ]
    return list({(part.role, part.term): part for part in parts}.values())


def hash_query(rule: Rule) -> str:
    """16 hex digits that change with terms and classes."""
    return hashlib.sha256(json.dumps(asdict(rule), sort_keys=True).encode()).hexdigest()[:16]


def find_new_hits(corpus: Corpus, rule: Rule, ids: Sequence[str]) -> pl.DataFrame:
    """Hits (HIT) of these documents; those without any are left out."""
    from filingwatch.relevance.rule import find_hits

    frames = [pl.DataFrame(schema=HIT)]
    for batch in corpus.texts.batches(ids):
        found = [find_hits(rule, text, held) for text, held in zip(batch.texts, batch.symbols, strict=True)]
        frames.append(frame_hits(batch.ids, found))
    return pl.concat(frames)


def frame_hits(ids: Sequence[str], hits: Sequence[Hits]) -> pl.DataFrame:
    """Hits as rows (HIT); documents without any are left out."""
    rows = [
        (name, list(hit.include), list(hit.exclude), list(hit.classes))
        for name, hit in zip(ids, hits, strict=True)
        if hit.include or hit.exclude or hit.classes
    ]
    return pl.DataFrame(rows, HIT, orient="row")


def change_hits(kept: pl.DataFrame, new: pl.DataFrame, asked: Sequence[str], gone: Sequence[str], watch: str) -> Change:
    """The change of ml.term_hit when `asked` were looked at again and `gone` are no more."""
    left = kept.filter(pl.col("invention_id").is_in([*asked, *gone])).join(new, on="invention_id", how="anti")
    named = pl.lit(watch).alias("watch")
    return Change(new.with_columns(named), left.select("invention_id", named))


def yield_rows(watch: Watch, rule: Rule, hits: pl.DataFrame, answers: pl.DataFrame, model_id: str) -> pl.DataFrame:
    """Rows of ml.term_yield; `answers` has probability, is_relevant and label of every document."""
    from filingwatch.relevance.terms import measure_terms

    return measure_terms(query_of(watch), hits, answers).with_columns(
        watch=pl.lit(watch.watch), query_hash=pl.lit(hash_query(rule)), model_id=pl.lit(model_id)
    )


def suggestion_rows(
    corpus: Corpus, watch: Watch, hits: pl.DataFrame, answers: pl.DataFrame, human: Mapping[str, bool], model_id: str
) -> pl.DataFrame:
    """Rows of ml.term_suggestion; without any label of a person there are none."""
    from filingwatch.relevance.terms import SUGGESTION, suggest_terms
    from filingwatch.texts import draw_sample

    named = (pl.lit(watch.watch).alias("watch"), pl.lit(model_id).alias("model_id"))
    if not human:
        return pl.DataFrame(schema=SUGGESTION).with_columns(pl.lit(0).alias("document_count"), *named)
    rest = answers.filter(~pl.col("is_relevant") & pl.col("label").is_null())["invention_id"].sort().to_list()
    ids = sorted({*human, *draw_sample(rest, REST, _REST_SEED)})
    rows = [
        (name, text, human.get(name))
        for batch in corpus.texts.batches(ids)
        for name, text in zip(batch.ids, batch.texts, strict=True)
    ]
    documents = pl.DataFrame(rows, {"invention_id": pl.String, "text": pl.String, "label": pl.Boolean}, orient="row")
    include = dict(hits.filter(pl.col("invention_id").is_in(list(human))).select("invention_id", "include").iter_rows())
    found = suggest_terms(documents, query_of(watch), include)
    counts = corpus.count_holding(found["term"].unique().sort().to_list())
    return found.with_columns(
        pl.col("term").replace_strict(counts, default=0, return_dtype=pl.Int32).alias("document_count"), *named
    )


def look_at_terms(
    corpus: Corpus,
    watch: Watch,
    rule: Rule,
    prior: Tables,
    asked: Sequence[str],
    gone: Sequence[str],
    found: pl.DataFrame | None,
    answers: pl.DataFrame,
    human: Mapping[str, bool] | None,
    model_id: str,
) -> tuple[dict[str, pl.DataFrame], dict[str, Change]]:
    """What to replace and what to change of the three tables of terms.

    `asked` are new or changed documents, `gone` are no more; `found` are the hits of all where they are known. `human`
    are labels to take suggestions from, None where these stand as they are.
    """
    kept, replace, change = prior["ml.term_hit"], {}, {}
    if found is None and prior["ml.term_yield"]["query_hash"].unique().to_list() == [hash_query(rule)]:
        new = find_new_hits(corpus, rule, asked)
        change["ml.term_hit"] = change_hits(kept, new, asked, gone, watch.watch)
        hits = pl.concat([kept.filter(~pl.col("invention_id").is_in([*asked, *gone])), new])
    else:
        hits = found if found is not None else find_new_hits(corpus, rule, corpus.hashes["invention_id"].to_list())
        replace["ml.term_hit"] = hits.with_columns(pl.lit(watch.watch).alias("watch"))
    replace["ml.term_yield"] = yield_rows(watch, rule, hits, answers, model_id)
    if human is not None:
        there = set(answers["invention_id"])
        known = {name: label for name, label in human.items() if name in there}
        replace["ml.term_suggestion"] = suggestion_rows(corpus, watch, hits, answers, known, model_id)
    return replace, change
