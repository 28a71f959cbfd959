"""The relevance job: which inventions belong to the watch. Reads tables, calls `relevance.screening`, returns rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from filingwatch import ledger
from filingwatch.jobs.base import JobResult, Read, Tables
from filingwatch.jobs.models import model_row, name_model, with_symbols
from filingwatch.watch import Watch


class RelevanceJob:
    """Rates every invention anew when inventions, classes or labels changed; labels of the watch alone count."""

    name = "relevance"
    version = 1
    reads = (
        Read("core.fct_invention", ("invention_id", "text")),
        Read("core.bridge_invention_classification", ("invention_id", "symbol")),
        Read("core.dim_publication", ("publication_id", "invention_id")),
        Read(
            "raw.decision",
            ("decision_id", "subject", "value", "decided_at"),
            per_watch=True,
            where="kind = 'relevance_label'",
        ),
    )
    prior: tuple[str, ...] = ()

    def parameters(self, watch: Watch, as_of: dt.date) -> Mapping[str, Any]:
        """Nothing beside the watch: a changed setting is a new `version` of the job."""
        return {}

    def run(self, tables: Tables, prior: Tables, watch: Watch, run: ledger.Run) -> JobResult:
        # scikit-learn takes two seconds to import; a night without news must not pay them
        from filingwatch.relevance.labels import read_decisions
        from filingwatch.relevance.rule import Rule
        from filingwatch.relevance.screening import ScreeningSettings, screen

        human, strangers = read_decisions(tables["raw.decision"], tables["core.dim_publication"])
        documents = with_symbols(tables["core.fct_invention"], tables["core.bridge_invention_classification"])
        rule = Rule(
            tuple(term.term for term in watch.include),
            tuple(term.term for term in watch.exclude),
            watch.classes,
            tuple((term.term, term.unless) for term in watch.include if term.unless),
        )
        result = screen(documents, rule, human, ScreeningSettings(recall_target=watch.relevance.recall_target))
        figures = {**result.figures, "labels_of_unknown_filings": strangers}
        model_id = name_model(run, self.name, watch.watch)
        rows = result.rows.with_columns(pl.lit(watch.watch).alias("watch"), pl.lit(model_id).alias("model_id"))
        model = model_row(run, self.name, self.version, watch.watch, result.parameters, figures)
        return JobResult(replace={"ml.relevance": rows}, append={"ml.model": model}, figures=figures)
