"""The relevance job: which inventions belong to the watch. Reads tables, calls `relevance.screening`, returns rows.

On most nights it judges only what is new or changed, with the model of an earlier night; `relevance.learned` says when
it learns anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from filingwatch import ledger
from filingwatch.jobs.base import Change, JobResult, Read, Tables
from filingwatch.jobs.corpus import CLASSIFICATION, INVENTION, Corpus
from filingwatch.jobs.models import last_model, model_row, name_model
from filingwatch.watch import Watch

if TYPE_CHECKING:
    from filingwatch.relevance.learned import Learned
    from filingwatch.relevance.rule import Rule
    from filingwatch.relevance.screening import ScreeningSettings

_SAID = ("invention_id", "document_hash", "is_relevant", "decided_by")


class RelevanceJob:
    """Rates inventions that are new or changed, all of them when it learns anew; labels of the watch alone count."""

    name = "relevance"
    version = 2
    reads_corpus = True
    reads = (
        Read(INVENTION, ("invention_id", "text"), is_large=True),
        Read(CLASSIFICATION, ("invention_id", "symbol"), is_large=True),
        Read("core.dim_publication", ("publication_id", "invention_id")),
        Read(
            "raw.decision",
            ("decision_id", "subject", "value", "decided_at"),
            per_watch=True,
            where="kind = 'relevance_label'",
        ),
    )
    prior = (Read("ml.relevance", _SAID, per_watch=True), last_model("relevance"))

    def parameters(self, watch: Watch, as_of: dt.date) -> Mapping[str, Any]:
        """Nothing beside the watch: a changed setting is a new `version` of the job."""
        return {}

    def run(self, tables: Tables, prior: Tables, watch: Watch, run: ledger.Run, corpus: Corpus) -> JobResult:
        # scikit-learn takes two seconds to import; a night without news must not pay them
        from filingwatch.relevance.labels import hash_human, read_decisions
        from filingwatch.relevance.learned import Learned, why_anew
        from filingwatch.relevance.screening import ScreeningSettings, name_purpose

        human, strangers = read_decisions(tables["raw.decision"], tables["core.dim_publication"])
        settings, rule = ScreeningSettings(recall_target=watch.relevance.recall_target), _rule_of(watch)
        said, model = prior["ml.relevance"], prior["ml.model"]
        scored = corpus.hashes.join(said, on=["invention_id", "document_hash"], how="anti")
        state = model["state"].item() if model.height else None
        kept = None if state is None else Learned.from_bytes(state)
        now = Learned(
            None, 0.0, None, name_purpose(rule, settings), hash_human(human), (0, 0), corpus.hashes.height, run.as_of
        )
        because = why_anew(kept, now, new_count=scored.height)
        if kept is not None and because is None:
            because = _why_enough(kept, corpus, scored, rule, settings)
        task = _Task(watch, run, rule, human, settings, corpus)
        if kept is None or because is not None:
            return task.learn(self, {"retrained_because": because, "labels_of_unknown_filings": strangers})
        return task.judge(kept, model["model_id"].item(), said, scored, {"labels_of_unknown_filings": strangers})


class _Task:
    """One watch in one run."""

    def __init__(
        self,
        watch: Watch,
        run: ledger.Run,
        rule: Rule,
        human: Mapping[str, bool],
        settings: ScreeningSettings,
        corpus: Corpus,
    ) -> None:
        self.watch, self.run, self.rule = watch, run, rule
        self.human, self.settings, self.corpus = human, settings, corpus

    def learn(self, job: RelevanceJob, figures: Mapping[str, Any]) -> JobResult:
        from filingwatch.relevance.screening import screen

        ids = self.corpus.hashes["invention_id"].to_list()
        result = screen(self.corpus.texts, self.rule, self.human, self.settings, ids=ids, today=self.run.as_of)
        figures = {**result.figures, "scored": result.rows.height, **figures}
        name, state = self.watch.watch, result.learned.to_bytes()
        model = model_row(self.run, job.name, job.version, name, result.parameters, figures, state)
        rows = self._finish(result.rows, name_model(self.run, job.name, name))
        return JobResult(replace={"ml.relevance": rows}, append={"ml.model": model}, figures=figures)

    def judge(
        self, kept: Learned, model_id: str, said: pl.DataFrame, scored: pl.DataFrame, figures: Mapping[str, Any]
    ) -> JobResult:
        from filingwatch.relevance.screening import count_answers, judge

        rows = judge(self.corpus.texts, scored["invention_id"].to_list(), kept, self.rule, self.human, self.settings)
        gone = said.join(self.corpus.hashes, on="invention_id", how="anti").select("invention_id")
        touched = pl.concat([gone, scored.select("invention_id")])
        standing = said.join(touched, on="invention_id", how="anti")
        left = gone.with_columns(pl.lit(self.watch.watch).alias("watch"))
        counted = pl.concat([frame.select("is_relevant", "decided_by") for frame in (standing, rows)])
        return JobResult(
            change={"ml.relevance": Change(self._finish(rows, model_id), left)},
            figures={
                **count_answers(counted),
                "scored": rows.height,
                "gone": gone.height,
                "threshold": kept.threshold,
                "model_of": kept.trained_on,
                "retrained_because": None,
                **figures,
            },
        )

    def _finish(self, rows: pl.DataFrame, model_id: str) -> pl.DataFrame:
        said_by = (pl.lit(self.watch.watch).alias("watch"), pl.lit(model_id).alias("model_id"))
        return rows.with_columns(*said_by).join(self.corpus.hashes, on="invention_id", how="left")


def _rule_of(watch: Watch) -> Rule:
    from filingwatch.relevance.rule import Rule

    return Rule(
        tuple(term.term for term in watch.include),
        tuple(term.term for term in watch.exclude),
        watch.classes,
        tuple((term.term, term.unless) for term in watch.include if term.unless),
    )


def _why_enough(
    kept: Learned, corpus: Corpus, scored: pl.DataFrame, rule: Rule, settings: ScreeningSettings
) -> str | None:
    """Where only the rule spoke for want of labels: whether what is new brings enough of them."""
    from filingwatch.relevance.screening import count_weak, why_rule

    if kept.linear is not None or why_rule(kept.label_counts, settings) is None:
        return None
    more = count_weak(corpus.texts, scored["invention_id"].to_list(), rule)
    counts = [before + new for before, new in zip(kept.label_counts, more, strict=True)]
    return None if why_rule(counts, settings) else "there are enough labels to learn from now"
