"""The topic job: what the relevant inventions are about. Reads tables, calls `topics.modelling`, returns rows.

On most nights it places what is new or changed among the topics there are; `topics.placing` says when it fits anew,
`topics.holding` when what it fitted waits for a person instead of taking over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from filingwatch import ledger
from filingwatch.alerts import Alert
from filingwatch.jobs.base import JobResult, Read, Tables
from filingwatch.jobs.corpus import CLASSIFICATION, INVENTION, Corpus
from filingwatch.jobs.models import model_row, name_model, standing_models
from filingwatch.jobs.topic_refit import Standing, answer_row, find_standing, refit_row, tell_ops
from filingwatch.watch import Watch

if TYPE_CHECKING:
    from filingwatch.topics.holding import Proposal
    from filingwatch.topics.modelling import Known, Topics
    from filingwatch.topics.placing import Fitted, Placed


class TopicJob:
    """Runs when the set of relevant inventions, their texts, classes, human names or words on a refit changed.

    Of ml.relevance only who is relevant and the hash of what was judged is read: probabilities that move on one side of
    the threshold change nothing.
    """

    name = "topics"
    version = 4
    reads_corpus = True
    reads = (
        Read(INVENTION, ("invention_id", "text"), is_large=True, decides=False),
        Read(CLASSIFICATION, ("invention_id", "symbol"), is_large=True, decides=False),
        Read("ml.relevance", ("invention_id", "document_hash"), per_watch=True, where="is_relevant"),
        Read(
            "raw.decision",
            ("decision_id", "kind", "subject", "value", "decided_at"),
            per_watch=True,
            where="kind in ('topic_name', 'topic_refit')",
        ),
    )
    prior = (
        "ml.topic",
        "ml.filing_topic",
        Read("ml.topic_refit", ("*",), per_watch=True),
        standing_models("topics", held_in="ml.topic_refit"),
    )

    def parameters(self, watch: Watch, as_of: dt.date) -> Mapping[str, Any]:
        """Nothing beside the watch: a changed setting is a new `version` of the job."""
        return {}

    def run(self, tables: Tables, prior: Tables, watch: Watch, run: ledger.Run, corpus: Corpus) -> JobResult:
        return _Night(tables, prior, watch, run, corpus).answer()


@dataclass(frozen=True, slots=True)
class _Settled:
    """What the topics in force say tonight, by which model."""

    model_id: str
    topics: Topics
    placed: Placed


class _Night:
    """One watch in one run."""

    def __init__(self, tables: Tables, prior: Tables, watch: Watch, run: ledger.Run, corpus: Corpus) -> None:
        # scikit-learn takes two seconds to import; a night without news must not pay them
        from filingwatch.topics.model import TopicSettings
        from filingwatch.topics.modelling import name_purpose
        from filingwatch.topics.placing import Fitted

        self.watch, self.run, self.corpus, self.prior = watch, run, corpus, prior
        self.relevant, self.known = tables["ml.relevance"], _known(tables, prior, corpus)
        self.settings = TopicSettings()
        self.made_for = name_purpose(watch.topics.count, self.settings)
        words = tables["raw.decision"].filter(kind="topic_refit").sort("decided_at", "decision_id")
        self.standing: Standing = find_standing(prior, words)
        state = self.standing.in_force if self.known.topics.height else None
        self.kept = None if state is None else Fitted.from_bytes(state)

    def answer(self) -> JobResult:
        from filingwatch.topics.placing import are_strange

        candidate, word = self._candidate(), self.standing.word
        if candidate is not None and word == "accepted":
            return self._accept(candidate)
        because, settled = self._why_refit(self.kept), None
        if self.kept is not None:
            settled = self._settle(self.kept, self.known, self.standing.in_force_id) if because is None else None
            if settled is not None and are_strange(self.kept, settled.placed):
                because = "the topics explain too little of what came since"
        # a candidate that would come out much the same is not learned again while it waits, or once it was refused
        if because is not None and (candidate is None or self._why_refit(candidate.fitted) is not None):
            return self._refit(because, settled)
        assert self.kept is not None
        settled = settled or self._settle(self.kept, self.known, self.standing.in_force_id)
        if because is None and candidate is None:
            return self._say(settled.model_id, settled.topics)
        return self._wait(settled)

    def _candidate(self) -> Proposal | None:
        """The refit that waits for a person, or was refused; None without topics in force that it could wait behind."""
        if self.standing.candidate is None or self.kept is None:
            return None
        from filingwatch.topics.holding import Proposal

        return Proposal.from_bytes(self.standing.candidate)

    def _why_refit(self, kept: Fitted | None) -> str | None:
        from filingwatch.topics.placing import why_refit

        new = self.relevant if kept is None else self._find_new(kept)
        gone = 0 if kept is None else len(kept.document_hashes) - (self.relevant.height - new.height)
        return why_refit(kept, self.made_for, self.run.as_of, new=new.height, gone=gone)

    def _find_new(self, kept: Fitted) -> pl.DataFrame:
        there = pl.Series(kept.document_hashes).implode()
        return self.relevant.filter(~pl.col("document_hash").is_in(there))

    def _settle(self, kept: Fitted, known: Known, model_id: str | None) -> _Settled:
        from filingwatch.topics.settling import settle

        assert model_id is not None
        new = self._find_new(kept)["invention_id"]
        return _Settled(model_id, *settle(self.corpus.texts, known, kept, self.relevant["invention_id"], new))

    def _wait(self, settled: _Settled) -> JobResult:
        """The topics in force, while a refit waits or after it was refused; a refusal is written down once."""
        state = "refused" if self.standing.word == "refused" else "waits for a person"
        figures = {"refit": state, "refit_candidate": self.standing.candidate_id}
        append = {}
        if state == "refused" and not self.standing.is_logged:
            because = "a person refused it"
            append["ml.topic_refit"] = answer_row(
                self.run, self.watch.watch, self.standing, self.prior, "refused", because
            )
        return self._say(settled.model_id, settled.topics, figures, append)

    def _accept(self, candidate: Proposal) -> JobResult:
        """The refit that waited takes over: its topics place what came since, names that people gave count."""
        from filingwatch.topics.modelling import Known

        known = Known(candidate.topics, candidate.filings, self.known.human_names)
        model_id = name_model(self.run, TopicJob.name, self.watch.watch)
        settled = self._settle(candidate.fitted, known, model_id)
        figures = {"refit": "accepted", "refit_candidate": self.standing.candidate_id}
        because = "a person accepted it"
        row = answer_row(self.run, self.watch.watch, self.standing, self.prior, "accepted", because)
        model = self._model({"accepted": self.standing.candidate_id}, figures, candidate.fitted.to_bytes())
        append = {"ml.topic_lineage": self._date(candidate.lineage, model_id), "ml.model": model, "ml.topic_refit": row}
        return self._say(model_id, settled.topics, figures, append)

    def _refit(self, because: str, settled: _Settled | None) -> JobResult:
        """Topics fitted anew; where they would lose too many names, those in force stay and a person is asked."""
        from filingwatch.topics.holding import Proposal, compare_refit, explain, is_too_much

        result, kept = self._fit()
        model_id, most_lost = name_model(self.run, TopicJob.name, self.watch.watch), self.watch.topics.most_lost_share
        ids = self.relevant["invention_id"].to_list()
        effect = compare_refit(self.known.topics, self.known.filings, result, ids) if self.known.topics.height else None
        is_held = effect is not None and kept is not None and self.kept is not None and is_too_much(effect, most_lost)
        decision = "first" if effect is None else "held back" if is_held else "taken"
        why = because if effect is None else f"{because}; {explain(effect, most_lost)}"
        figures = {**result.figures, "refitted_because": because, "refit": decision, "refit_because": why}
        beside = {"effect": effect.to_plain()} if effect else {}
        names = (model_id, self.standing.in_force_id)
        append = {
            "ml.topic_refit": refit_row(self.run, self.watch.watch, names, decision, why, effect, len(result.topic_ids))
        }
        if is_held:
            assert effect is not None and kept is not None and self.kept is not None
            state = Proposal(kept, result.topics, result.filings, result.lineage).to_bytes()
            append["ml.model"] = self._model(result.parameters, figures | beside, state)
            settled = settled or self._settle(self.kept, self.known, self.standing.in_force_id)
            is_synthetic = bool(self.corpus.facts["is_synthetic"].any())
            alert = tell_ops(self.run, self.watch.watch, model_id, why, effect, is_synthetic)
            told = {"refit": decision, "refit_because": why, "refit_candidate": model_id}
            return self._say(settled.model_id, settled.topics, told, append, [alert])
        state = None if kept is None else kept.to_bytes()
        append["ml.model"] = self._model(result.parameters, figures | beside, state)
        append["ml.topic_lineage"] = self._date(result.lineage, model_id)
        return self._say(model_id, result, figures, append)

    def _fit(self) -> tuple[Topics, Fitted | None]:
        """Topics of tonight's relevant inventions, and the fit as it is kept; None where there are too few."""
        from filingwatch.texts import draw_sample
        from filingwatch.topics.measuring import measure_topics
        from filingwatch.topics.modelling import model_topics
        from filingwatch.topics.placing import MOST_MEASURED, keep_fit, place_documents

        ids, texts = self.relevant["invention_id"].to_list(), self.corpus.texts
        result = model_topics(
            texts,
            self.known,
            count=self.watch.topics.count,
            settings=self.settings,
            today=self.run.as_of,
            mint_from=f"{self.watch.watch} {self.run.as_of}",
            ids=ids,
            newcomers=self._find_newcomers(),
            ruled=self.kept.ruled if self.kept is not None else (),
        )
        if result.factors is None:
            return result, None
        measured = draw_sample(ids, MOST_MEASURED, self.settings.seed)
        left = place_documents(texts, measured, result.factors.vectors, result.factors.weights).unexplained
        coherences = measure_topics(texts, measured, result.factors)
        result = replace(result, topics=_lay_coherence(result.topics, result.topic_ids, coherences))
        hashes, today = self.relevant["document_hash"].to_numpy(), self.run.as_of
        unexplained = 1.0 if left is None else left
        return result, keep_fit(result.factors, result.topic_ids, hashes, self.made_for, today, unexplained, self.kept)

    def _find_newcomers(self) -> list[str] | None:
        """The inventions among which new topics are looked for; None where no fit says since when which are there."""
        if self.kept is None:
            return None
        is_new = self.kept.are_newcomers(self.relevant["document_hash"].to_numpy(), self.run.as_of)
        return self.relevant["invention_id"].filter(pl.Series(is_new)).to_list()

    def _model(self, parameters: Mapping[str, Any], figures: Mapping[str, Any], state: bytes | None) -> pl.DataFrame:
        return model_row(self.run, TopicJob.name, TopicJob.version, self.watch.watch, parameters, figures, state)

    def _date(self, lineage: pl.DataFrame, model_id: str) -> pl.DataFrame:
        said_by = (pl.lit(self.watch.watch).alias("watch"), pl.lit(model_id).alias("model_id"))
        return lineage.with_columns(*said_by, pl.lit(self.run.as_of).alias("on_date"))

    def _say(
        self,
        model_id: str,
        said: Topics,
        figures: Mapping[str, Any] | None = None,
        append: Mapping[str, pl.DataFrame] | None = None,
        alerts: list[Alert] | None = None,
    ) -> JobResult:
        said_by = (pl.lit(self.watch.watch).alias("watch"), pl.lit(model_id).alias("model_id"))
        replace = {
            "ml.topic": said.topics.with_columns(*said_by),
            "ml.filing_topic": said.filings.with_columns(*said_by),
        }
        told = {**said.figures, **(figures or {})}
        return JobResult(replace=replace, append=append or {}, figures=told, alerts=alerts or [])


def _lay_coherence(topics: pl.DataFrame, ids: Sequence[str], values: Sequence[float | None]) -> pl.DataFrame:
    measured = pl.DataFrame({"topic_id": ids, "coherence": values}, {"topic_id": pl.String, "coherence": pl.Float64})
    return topics.drop("coherence").join(measured, on="topic_id", how="left").select(topics.columns)


def _known(tables: Tables, prior: Tables, corpus: Corpus) -> Known:
    """The topics known before; none when not one of their filings is there any more.

    Synthetic filings make way for real ones: what was learned of the one corpus says nothing about the other.
    """
    from filingwatch.topics.modelling import FILING_SCHEMA, TOPIC_SCHEMA, Known

    topics, filings = prior["ml.topic"].select(list(TOPIC_SCHEMA)), prior["ml.filing_topic"].select(list(FILING_SCHEMA))
    if filings.height and filings.join(corpus.hashes, on="invention_id", how="semi").is_empty():
        topics, filings = topics.clear(), filings.clear()
    named = tables["raw.decision"].filter(kind="topic_name")
    names = named.sort("decided_at", "decision_id").select("subject", "value")
    return Known(topics, filings, dict(names.iter_rows()))
