"""The topic job: what the relevant inventions are about. Reads tables, calls `topics.modelling`, returns rows.

On most nights it places what is new or changed among the topics there are; `topics.placing` says when it fits anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from filingwatch import ledger
from filingwatch.jobs.base import JobResult, Read, Tables
from filingwatch.jobs.corpus import CLASSIFICATION, INVENTION, Corpus
from filingwatch.jobs.models import last_model, model_row, name_model
from filingwatch.watch import Watch

if TYPE_CHECKING:
    from filingwatch.topics.modelling import Known
    from filingwatch.topics.placing import Fitted


class TopicJob:
    """Runs when the set of relevant inventions, their texts, classes or human names changed.

    Of ml.relevance only who is relevant and the hash of what was judged is read: probabilities that move on one side of
    the threshold change nothing.
    """

    name = "topics"
    version = 3
    reads_corpus = True
    reads = (
        Read(INVENTION, ("invention_id", "text"), is_large=True, decides=False),
        Read(CLASSIFICATION, ("invention_id", "symbol"), is_large=True, decides=False),
        Read("ml.relevance", ("invention_id", "document_hash"), per_watch=True, where="is_relevant"),
        Read(
            "raw.decision",
            ("decision_id", "subject", "value", "decided_at"),
            per_watch=True,
            where="kind = 'topic_name'",
        ),
    )
    prior = ("ml.topic", "ml.filing_topic", last_model("topics"))

    def parameters(self, watch: Watch, as_of: dt.date) -> Mapping[str, Any]:
        """Nothing beside the watch: a changed setting is a new `version` of the job."""
        return {}

    def run(self, tables: Tables, prior: Tables, watch: Watch, run: ledger.Run, corpus: Corpus) -> JobResult:
        # scikit-learn takes two seconds to import; a night without news must not pay them
        from filingwatch.topics.model import TopicSettings
        from filingwatch.topics.modelling import name_purpose
        from filingwatch.topics.placing import Fitted, are_strange, why_refit
        from filingwatch.topics.settling import settle

        relevant, known = tables["ml.relevance"], _known(tables, prior, corpus)
        model, made_for = prior["ml.model"], name_purpose(watch.topics.count, TopicSettings())
        state = model["state"].item() if model.height and known.topics.height else None
        kept = None if state is None else Fitted.from_bytes(state)
        new = relevant if kept is None else _find_new(relevant, kept)
        gone = 0 if kept is None else len(kept.document_hashes) - (relevant.height - new.height)
        because = why_refit(kept, made_for, run.as_of, new=new.height, gone=gone)
        if kept is not None and because is None:
            result, placed = settle(corpus.texts, known, kept, relevant["invention_id"], new["invention_id"])
            if are_strange(kept, placed):
                because = "the topics explain too little of what came since"
            else:
                return _say(watch, model["model_id"].item(), result.topics, result.filings, result.figures)
        return _fit(self, relevant, known, watch, run, corpus, because or "")


def _find_new(relevant: pl.DataFrame, kept: Fitted) -> pl.DataFrame:
    return relevant.filter(~pl.col("document_hash").is_in(pl.Series(kept.document_hashes).implode()))


def _fit(
    job: TopicJob, relevant: pl.DataFrame, known: Known, watch: Watch, run: ledger.Run, corpus: Corpus, because: str
) -> JobResult:
    from filingwatch.texts import draw_sample
    from filingwatch.topics.model import TopicSettings
    from filingwatch.topics.modelling import model_topics, name_purpose
    from filingwatch.topics.placing import MOST_MEASURED, keep_fit, place_documents

    settings, state = TopicSettings(), None
    result = model_topics(
        corpus.texts,
        known,
        count=watch.topics.count,
        settings=settings,
        today=run.as_of,
        mint_from=f"{watch.watch} {run.as_of}",
        ids=relevant["invention_id"].to_list(),
    )
    if result.factors is not None:
        hashes, made_for = relevant["document_hash"].to_numpy(), name_purpose(watch.topics.count, settings)
        measured = draw_sample(relevant["invention_id"].to_list(), MOST_MEASURED, settings.seed)
        left = place_documents(corpus.texts, measured, result.factors.vectors, result.factors.weights).unexplained
        kept = keep_fit(result.factors, result.topic_ids, hashes, made_for, run.as_of, 1.0 if left is None else left)
        state = kept.to_bytes()
    figures = {**result.figures, "refitted_because": because}
    model_id = name_model(run, job.name, watch.watch)
    said_by = (pl.lit(watch.watch).alias("watch"), pl.lit(model_id).alias("model_id"))
    lineage = result.lineage.with_columns(*said_by, pl.lit(run.as_of).alias("on_date"))
    model = model_row(run, job.name, job.version, watch.watch, result.parameters, figures, state)
    append = {"ml.topic_lineage": lineage, "ml.model": model}
    return _say(watch, model_id, result.topics, result.filings, figures, append)


def _say(
    watch: Watch,
    model_id: str,
    topics: pl.DataFrame,
    filings: pl.DataFrame,
    figures: Mapping[str, Any],
    append: Mapping[str, pl.DataFrame] | None = None,
) -> JobResult:
    said_by = (pl.lit(watch.watch).alias("watch"), pl.lit(model_id).alias("model_id"))
    replace = {"ml.topic": topics.with_columns(*said_by), "ml.filing_topic": filings.with_columns(*said_by)}
    return JobResult(replace=replace, append=append or {}, figures=figures)


def _known(tables: Tables, prior: Tables, corpus: Corpus) -> Known:
    """The topics known before; none when not one of their filings is there any more.

    Synthetic filings make way for real ones: what was learned of the one corpus says nothing about the other.
    """
    from filingwatch.topics.modelling import FILING_SCHEMA, TOPIC_SCHEMA, Known

    topics, filings = prior["ml.topic"].select(list(TOPIC_SCHEMA)), prior["ml.filing_topic"].select(list(FILING_SCHEMA))
    if filings.height and filings.join(corpus.hashes, on="invention_id", how="semi").is_empty():
        topics, filings = topics.clear(), filings.clear()
    names = tables["raw.decision"].sort("decided_at", "decision_id").select("subject", "value")
    return Known(topics, filings, dict(names.iter_rows()))
