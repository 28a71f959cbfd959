"""The topic job: what the relevant inventions are about. Reads tables, calls `topics.modelling`, returns rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from filingwatch import ledger
from filingwatch.jobs.base import JobResult, Read, Tables
from filingwatch.jobs.models import model_row, name_model, with_symbols
from filingwatch.watch import Watch

if TYPE_CHECKING:
    from filingwatch.topics.modelling import Known


class TopicJob:
    """Fits topics when the set of relevant inventions, their texts, classes or human names changed.

    Of ml.relevance only who is relevant is read: probabilities that move on one side of the threshold change nothing.
    """

    name = "topics"
    version = 1
    reads = (
        Read("core.fct_invention", ("invention_id", "text")),
        Read("core.bridge_invention_classification", ("invention_id", "symbol")),
        Read("ml.relevance", ("invention_id", "is_relevant"), per_watch=True, where="is_relevant"),
        Read(
            "raw.decision",
            ("decision_id", "subject", "value", "decided_at"),
            per_watch=True,
            where="kind = 'topic_name'",
        ),
    )
    prior = ("ml.topic", "ml.filing_topic")

    def parameters(self, watch: Watch, as_of: dt.date) -> Mapping[str, Any]:
        """Nothing beside the watch: a changed setting is a new `version` of the job."""
        return {}

    def run(self, tables: Tables, prior: Tables, watch: Watch, run: ledger.Run) -> JobResult:
        # scikit-learn takes two seconds to import; a night without news must not pay them
        from filingwatch.topics.model import TopicSettings
        from filingwatch.topics.modelling import model_topics

        relevant = tables["core.fct_invention"].join(tables["ml.relevance"], on="invention_id", how="semi")
        named = tables["raw.decision"].sort("decided_at", "decision_id")
        result = model_topics(
            with_symbols(relevant, tables["core.bridge_invention_classification"]),
            _known(tables, prior, dict(named.select("subject", "value").iter_rows())),
            count=watch.topics.count,
            settings=TopicSettings(),
            today=run.as_of,
            mint_from=f"{watch.watch} {run.as_of}",
        )
        model_id = name_model(run, self.name, watch.watch)
        said_by = (pl.lit(watch.watch).alias("watch"), pl.lit(model_id).alias("model_id"))
        return JobResult(
            replace={
                "ml.topic": result.topics.with_columns(*said_by),
                "ml.filing_topic": result.filings.with_columns(*said_by),
            },
            append={
                "ml.topic_lineage": result.lineage.with_columns(*said_by, pl.lit(run.as_of).alias("on_date")),
                "ml.model": model_row(run, self.name, self.version, watch.watch, result.parameters, result.figures),
            },
            figures=result.figures,
        )


def _known(tables: Tables, prior: Tables, names: Mapping[str, str]) -> Known:
    """The topics known before; none when not one of their filings is there any more.

    Synthetic filings make way for real ones: what was learned of the one corpus says nothing about the other.
    """
    from filingwatch.topics.modelling import Known

    topics, filings = prior["ml.topic"], prior["ml.filing_topic"]
    if filings.height and filings.join(tables["core.fct_invention"], on="invention_id", how="semi").is_empty():
        topics, filings = topics.clear(), filings.clear()
    return Known(topics, filings, names)
