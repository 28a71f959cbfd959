"""The rights job: which rights each relevant invention touches, and by which passage, class or person.

Rules are matched by `rights.tagging` once for each filing that is new or changed; what people said is laid over all
tags by `right_words` every time. Reads tables, returns rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from filingwatch import ledger
from filingwatch.jobs.base import Change, JobResult, Read, Tables
from filingwatch.jobs.corpus import CLASSIFICATION, INVENTION, PASSAGE, PUBLICATION, Corpus
from filingwatch.jobs.models import last_model, model_row, name_model
from filingwatch.watch import Watch

if TYPE_CHECKING:
    from filingwatch.rights.rules import RuleSet

TAG, JUDGED = "ml.right_tag", "ml.right_judged"
TAG_KEY = ("invention_id", "right_code", "rule_id", "language", "field")
TAG_SCHEMA = {
    "invention_id": pl.String, "right_code": pl.String, "rule_id": pl.String, "language": pl.String,
    "field": pl.String, "udhr_article": pl.String, "technology": pl.String, "state": pl.String,
    "is_protective": pl.Boolean, "rule_version": pl.Int32, "publication_id": pl.String, "start": pl.Int32,
    "quote": pl.String, "reason": pl.String, "said_by": pl.String, "said_from": pl.String,
}  # fmt: skip
JUDGED_SCHEMA = {
    "invention_id": pl.String, "passages_hash": pl.UInt64, "is_spoken": pl.Boolean, "copy_of": pl.String,
}  # fmt: skip
_BATCH = 2_000


class RightsJob:
    """Runs when texts, classes, the set of relevant inventions, people's words or the rules changed."""

    name = "rights"
    version = 2
    reads_corpus = True
    reads = (
        Read(PASSAGE, ("publication_id", "part", "language", "text"), is_large=True),
        Read(CLASSIFICATION, ("invention_id", "symbol"), is_large=True),
        Read(INVENTION, ("invention_id", "text"), is_large=True, decides=False),
        Read(PUBLICATION, ("publication_id", "invention_id", "is_deleted")),
        Read("ml.relevance", ("invention_id",), per_watch=True, where="is_relevant"),
        Read(
            "raw.decision",
            ("decision_id", "subject", "value", "reason", "context"),
            per_watch=True,
            where="kind = 'right_tag'",
        ),
    )
    prior = (
        Read(TAG, ("*",), per_watch=True),
        Read(JUDGED, ("*",), per_watch=True),
        last_model("rights"),
    )

    def parameters(self, watch: Watch, as_of: dt.date) -> Mapping[str, Any]:
        """The rules as they are now."""
        from filingwatch.rights.rules import read_rules

        return {"rules": read_rules().version}

    def run(self, tables: Tables, prior: Tables, watch: Watch, run: ledger.Run, corpus: Corpus) -> JobResult:
        from filingwatch.jobs.right_words import copies_of_spoken, lay_words_over, resolve_words
        from filingwatch.rights.rules import read_rules

        rules, model = read_rules(), prior["ml.model"]
        # what reads the rules decides as well as the rules: another version of either judges all filings anew
        state = f"{self.version} {rules.version}".encode()
        is_anew = model.is_empty() or model["state"].item() != state
        model_id = name_model(run, self.name, watch.watch) if is_anew else model["model_id"].item()
        hashes = corpus.read_passage_hashes().join(tables["ml.relevance"], on="invention_id", how="semi")
        before = prior[JUDGED].clear() if is_anew else prior[JUDGED]
        fresh = hashes.join(before, on=["invention_id", "passages_hash"], how="anti").sort("invention_id")
        fresh_ids = fresh["invention_id"].to_list()
        tags = [row for ids in _batches(fresh_ids) for row in tag_filings(corpus, ids, rules)]
        kept = _rule_made(prior[TAG], hashes, fresh) if not is_anew else pl.DataFrame(schema=TAG_SCHEMA)
        by_rule = pl.concat([kept, pl.DataFrame(tags, TAG_SCHEMA, orient="row")])
        words = resolve_words(tables["raw.decision"], tables[PUBLICATION], rules)
        relevant = set(hashes["invention_id"])
        spoken = words.inventions & relevant
        copies = copies_of_spoken(corpus, sorted(relevant), spoken, before, set(fresh_ids))
        said = lay_words_over(by_rule, words, copies, relevant, corpus, rules)
        judged = hashes.with_columns(
            is_spoken=pl.col("invention_id").is_in(sorted(spoken)),
            copy_of=pl.col("invention_id").replace_strict(copies, default=None, return_dtype=pl.String),
        )
        figures = {
            "filings": hashes.height, "judged": fresh.height, "tags": said.height,
            **_count(said), "copies": len(copies), **words.figures(relevant),
            "rules": len(rules.rules), "read_anew": is_anew,
        }  # fmt: skip
        change = {
            TAG: _difference(said.select(list(TAG_SCHEMA)), prior[TAG], TAG_KEY, watch, model_id),
            JUDGED: _difference(judged.select(list(JUDGED_SCHEMA)), prior[JUDGED], ("invention_id",), watch, model_id),
        }
        append = {}
        if is_anew:
            parameters = {"rules": rules.version}
            append["ml.model"] = model_row(run, self.name, self.version, watch.watch, parameters, figures, state)
        return JobResult(change=change, append=append, figures=figures)


def tag_filings(corpus: Corpus, ids: Sequence[str], rules: RuleSet) -> Iterator[tuple[Any, ...]]:
    """Rows of TAG_SCHEMA of what the rules say of these inventions."""
    from filingwatch.rights.tagging import Text, find_tags

    symbols, texts = corpus.read_symbols(ids), dict[str, list[Text]]()
    for invention, publication, part, language, text in corpus.read_passages(ids).iter_rows():
        texts.setdefault(invention, []).append(Text(publication, part, language, text))
    for invention in ids:
        for tag in find_tags(texts.get(invention, ()), symbols.get(invention, ()), rules):
            rule = rules.by_id[tag.rule_id]
            yield (
                invention, tag.right, tag.rule_id, tag.language, tag.field, rules.by_code[tag.right].udhr,
                rule.technology, tag.state, tag.is_protective, tag.rule_version, tag.publication_id, tag.start,
                tag.quote, rule.reason, None, None,
            )  # fmt: skip


def _batches(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))


def _rule_made(tags: pl.DataFrame, hashes: pl.DataFrame, fresh: pl.DataFrame) -> pl.DataFrame:
    """What rules said before of filings that are as they were; without what people said of it."""
    from filingwatch.rights.rules import JUDGED as BY_PERSON

    return (
        tags.filter(pl.col("state") != BY_PERSON)
        .join(hashes, on="invention_id", how="semi")
        .join(fresh, on="invention_id", how="anti")
        .with_columns(said_by=pl.lit(None, pl.String), said_from=pl.lit(None, pl.String))
        .select(list(TAG_SCHEMA))
        .cast(TAG_SCHEMA)
    )


def _difference(now: pl.DataFrame, before: pl.DataFrame, key: Sequence[str], watch: Watch, model_id: str) -> Change:
    """Rows that are not there as they are, and keys of those that are no more."""
    owner = pl.lit(watch.watch).alias("watch")
    now = now.with_columns(owner, pl.lit(model_id).alias("model_id"))
    before = before.cast(dict(now.schema)) if before.height else now.clear()
    rows = now.join(before, on=now.columns, how="anti", nulls_equal=True)
    gone = before.join(now, on=list(key), how="anti").select(owner, *key)
    return Change(rows, gone)


def _count(tags: pl.DataFrame) -> dict[str, int]:
    counts = dict(tags.group_by("state").len().iter_rows())
    return {
        **{state.replace(" ", "_").replace("'", ""): count for state, count in sorted(counts.items())},
        "protective": int(tags["is_protective"].sum()),
        "confirmed": tags.filter(pl.col("said_by") == "confirmed").height,
        "refused": tags.filter(pl.col("said_by") == "refused").height,
    }
