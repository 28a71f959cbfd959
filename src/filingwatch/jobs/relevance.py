"""The relevance job: which inventions belong to the watch. Reads tables, calls `relevance.screening`, returns rows.

On most nights it judges only what is new or changed, with the model of an earlier night; `relevance.learned` says when
it learns anew, `relevance_promotion` whether what was learned takes over. What people said stands above every model.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from filingwatch import ledger
from filingwatch.alerts import Alert
from filingwatch.jobs.base import Change, JobResult, Read, Tables
from filingwatch.jobs.corpus import CLASSIFICATION, FACTS, INVENTION, Corpus
from filingwatch.jobs.models import model_row, name_model, standing_models
from filingwatch.watch import Watch

if TYPE_CHECKING:
    from filingwatch.jobs.relevance_promotion import Promotion
    from filingwatch.jobs.relevance_queue import Reading
    from filingwatch.relevance.learned import Learned
    from filingwatch.relevance.resolving import Labels
    from filingwatch.relevance.rule import Rule
    from filingwatch.relevance.screening import Screening, ScreeningSettings

_SAID = (
    "invention_id", "document_hash", "probability", "is_relevant", "decided_by", "model_probability", "inherited_from",
)  # fmt: skip
_WORDS = ("words_for", "words_against")


class RelevanceJob:
    """Rates inventions that are new or changed, all of them when it learns anew; labels of the watch alone count."""

    name = "relevance"
    version = 3
    reads_corpus = True
    reads = (
        Read(INVENTION, ("invention_id", "text"), is_large=True),
        Read(INVENTION, ("invention_id", *FACTS), is_large=True, decides=False),
        Read(CLASSIFICATION, ("invention_id", "symbol"), is_large=True),
        Read("core.dim_publication", ("publication_id", "invention_id")),
        Read(
            "raw.decision",
            ("decision_id", "kind", "subject", "value", "decided_by", "context"),
            per_watch=True,
            where="kind in ('relevance_label', 'relevance_ruling', 'relevance_seed')",
        ),
    )
    prior = (
        Read("ml.relevance", _SAID, per_watch=True),
        Read("ml.relevance_label", ("invention_id",), per_watch=True),
        Read("ml.promotion", ("candidate_id", "decision"), per_watch=True),
        Read("ml.term_hit", ("invention_id", "include", "exclude", "classes"), per_watch=True),
        Read("ml.term_yield", ("query_hash",), per_watch=True),
        standing_models("relevance"),
    )

    def parameters(self, watch: Watch, as_of: dt.date) -> Mapping[str, Any]:
        """Nothing beside the watch: a changed setting is a new `version` of the job."""
        return {}

    def run(self, tables: Tables, prior: Tables, watch: Watch, run: ledger.Run, corpus: Corpus) -> JobResult:
        # scikit-learn takes two seconds to import; a night without news must not pay them
        from filingwatch.jobs.relevance_queue import order_labels
        from filingwatch.jobs.relevance_terms import rule_of
        from filingwatch.relevance.resolving import resolve
        from filingwatch.relevance.screening import ScreeningSettings

        labels = resolve(tables["raw.decision"], tables["core.dim_publication"])
        settings = ScreeningSettings(recall_target=watch.relevance.recall_target)
        task = _Task(watch, run, rule_of(watch), labels, settings, corpus, prior)
        because = task.why_anew()
        said = task.judge() if because is None else task.learn(self, because)
        order = order_labels(tables["raw.decision"], tables["core.dim_publication"], labels.human)
        return task.finish(said, because, order)


@dataclass(slots=True)
class _Said:
    """The answers of tonight. `rows` replaces all answers when it is `whole`, else those of the same documents."""

    rows: pl.DataFrame
    is_whole: bool
    model_id: str
    learned: Learned
    hits: pl.DataFrame | None = None
    models: pl.DataFrame | None = None
    promotion: Promotion | None = None
    candidate: str | None = None
    answers_of_candidate: pl.DataFrame | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)


class _Task:
    """One watch in one run."""

    def __init__(
        self,
        watch: Watch,
        run: ledger.Run,
        rule: Rule,
        labels: Labels,
        settings: ScreeningSettings,
        corpus: Corpus,
        prior: Tables,
    ) -> None:
        self.watch, self.run, self.rule, self.labels = watch, run, rule, labels
        self.settings, self.corpus, self.prior = settings, corpus, prior
        self.said = prior["ml.relevance"]
        self.scored = corpus.hashes.join(self.said, on=["invention_id", "document_hash"], how="anti")
        self.gone = self.said.join(corpus.hashes, on="invention_id", how="anti")["invention_id"].to_list()
        self.newest, self.in_force, self.in_force_id = self._read_models()

    def _read_models(self) -> tuple[Learned | None, Learned | None, str | None]:
        """What was learned last, and what is in force with its id: the same unless a candidate was held back."""
        from filingwatch.relevance.learned import Learned

        held_back = set(self.prior["ml.promotion"].filter(pl.col("decision") == "held back")["candidate_id"])
        kept = {
            model_id: learned
            for model_id, state in self.prior["ml.model"].sort("model_id").select("model_id", "state").iter_rows()
            if (learned := Learned.read(state)) is not None
        }
        standing = [model_id for model_id in kept if model_id not in held_back]
        if not standing:
            return None, None, None
        return kept[max(kept)], kept[standing[-1]], standing[-1]

    def why_anew(self) -> str | None:
        """The reason to learn anew, against what was learned last: a candidate that was held back is not learned again
        from the same labels."""
        from filingwatch.relevance.labels import hash_human
        from filingwatch.relevance.learned import Learned, why_anew
        from filingwatch.relevance.screening import count_weak, name_purpose, why_rule

        made_for = name_purpose(self.rule, self.settings)
        said = hash_human(self.labels.human, self.labels.seeds)
        now = Learned(None, 0.0, None, made_for, said, (0, 0), self.corpus.hashes.height, self.run.as_of)
        because = why_anew(self.newest, now, new_count=self.scored.height)
        if because is not None or self.newest is None or self.newest.linear is not None:
            return because
        if why_rule(self.newest.label_counts, self.settings) is None:
            return None
        # only the rule spoke for want of labels: what is new may bring enough of them
        more = count_weak(self.corpus.texts, self.scored["invention_id"].to_list(), self.rule)
        counts = [before + new for before, new in zip(self.newest.label_counts, more, strict=True)]
        return None if why_rule(counts, self.settings) else "there are enough labels to learn from now"

    def learn(self, job: RelevanceJob, because: str) -> _Said:
        """Learn, judge all with what was learned, and say which model answers from now on."""
        from filingwatch.jobs.relevance_labels import find_apart, group_labelled
        from filingwatch.jobs.relevance_promotion import begin, weigh
        from filingwatch.jobs.relevance_queue import find_final
        from filingwatch.jobs.relevance_terms import frame_hits
        from filingwatch.relevance.screening import screen

        ids = sorted(self.corpus.hashes["invention_id"])
        found = screen(
            self.corpus.texts, self.rule, self.labels.human, self.settings, ids=ids, today=self.run.as_of,
            seeds=self.labels.seeds, groups=group_labelled(self.corpus, self.labels),
            days=dict(self.corpus.facts.drop_nulls("filing_date").select("invention_id", "filing_date").iter_rows()),
        )  # fmt: skip
        if self.in_force is None or self.in_force.made_for != found.learned.made_for:
            promotion = begin(because)
        else:
            before = find_final(self.said, pl.DataFrame(schema={"invention_id": pl.String, "label": pl.Boolean}))
            thresholds = (self.in_force.threshold, found.learned.threshold)
            apart = find_apart(self.labels, self.said)
            promotion = weigh(before, found.rows, self.labels.human, thresholds, apart)
        candidate = name_model(self.run, job.name, self.watch.watch)
        if promotion.is_in_force:
            said = _Said(found.rows, True, candidate, found.learned, frame_hits(ids, found.hits))
            said.figures = {**found.figures, "scored": found.rows.height}
        else:
            said = self.judge()
        said.models = self._model(job, found, promotion)
        said.promotion, said.candidate, said.answers_of_candidate = promotion, candidate, found.rows
        return said

    def _model(self, job: RelevanceJob, found: Screening, promotion: Promotion) -> pl.DataFrame:
        figures = {**found.figures, "promotion": promotion.decision, "because": promotion.because}
        state = found.learned.to_bytes()
        return model_row(self.run, job.name, job.version, self.watch.watch, found.parameters, figures, state)

    def judge(self) -> _Said:
        """The answers of the model in force to what is new or changed, and to what people said otherwise of."""
        from filingwatch.relevance.screening import judge

        assert self.in_force is not None and self.in_force_id is not None
        texts = self.corpus.texts
        new = self.scored["invention_id"].to_list()
        rows = judge(texts, new, self.in_force, self.rule, {}, self.settings)
        figures = {"scored": rows.height, "gone": len(self.gone), "model_of": self.in_force.trained_on}
        return _Said(rows, False, self.in_force_id, self.in_force, figures=figures)

    def finish(self, said: _Said, because: str | None, order: Reading) -> JobResult:
        """People's words over the answers, and all that follows from both."""
        from filingwatch.jobs import relevance_labels as people
        from filingwatch.jobs.relevance_queue import Screen, find_final, quality_rows, queue_rows
        from filingwatch.jobs.relevance_terms import look_at_terms

        kept = dict(self.said.drop_nulls("inherited_from").select("invention_id", "inherited_from").iter_rows())
        is_new = because is not None or self.prior["ml.relevance_label"].is_empty()
        news = None if is_new else self.scored["invention_id"].to_list()
        words = people.words_of_people(self.labels, people.find_inherited(self.corpus, self.labels, kept, news))
        rows, answers = self._lay_over(said, words)
        final = find_final(answers, words)
        screen = Screen(
            self.watch.watch, said.model_id, said.learned.threshold, self.watch.relevance.recall_target, final,
            self.labels, order,
        )  # fmt: skip
        replace = {
            "ml.relevance_label": people.label_rows(self.labels, self.watch.watch),
            "ml.label_queue": queue_rows(self.corpus, screen),
            "ml.relevance_quality": quality_rows(self.corpus, screen),
        }
        change = {}
        if said.is_whole:
            replace["ml.relevance"] = rows
        else:
            change["ml.relevance"] = Change(rows, self._name(pl.DataFrame({"invention_id": self.gone})))
        terms = look_at_terms(
            self.corpus, self.watch, self.rule, self.prior, self.scored["invention_id"].to_list(), self.gone,
            said.hits, final, self.labels.human if because is not None else None, said.model_id,
        )  # fmt: skip
        replace, change = replace | terms[0], change | terms[1]
        append, alerts = self._tell(said, answers)
        figures = {**said.figures, **self._figures(said, final, replace), "retrained_because": because}
        return JobResult(replace, change, append, figures, alerts)

    def _lay_over(self, said: _Said, words: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Rows of ml.relevance to write, and all answers as they stand then."""
        from filingwatch.jobs.relevance_labels import find_changed, lay_words_over
        from filingwatch.relevance.screening import judge

        rows = said.rows
        if not said.is_whole:
            standing = self.said.filter(~pl.col("invention_id").is_in([*self.gone, *rows["invention_id"]]))
            others = find_changed(standing, words)
            known = standing.filter(pl.col("invention_id").is_in(others)).drop_nulls("model_probability")
            own = dict(known.select("invention_id", "model_probability").iter_rows())
            again = judge(self.corpus.texts, others, said.learned, self.rule, {}, self.settings, own=own)
            rows = pl.concat([rows, again])
        rows = self._name(lay_words_over(rows, words), said.model_id).join(
            self.corpus.hashes, on="invention_id", how="left"
        )
        if said.is_whole:
            return rows, rows.select(_SAID)
        standing = self.said.filter(~pl.col("invention_id").is_in([*self.gone, *rows["invention_id"]]))
        return rows, pl.concat([standing, rows.select(_SAID)])

    def _tell(self, said: _Said, answers: pl.DataFrame) -> tuple[dict[str, pl.DataFrame], list[Alert]]:
        from filingwatch.jobs import relevance_promotion as promoting

        if said.promotion is None or said.models is None or said.candidate is None:
            return {}, []
        name, before = self.watch.watch, self.said
        after = answers if said.promotion.is_in_force else said.answers_of_candidate
        assert after is not None
        ids = (said.candidate, self.in_force_id)
        append = {
            "ml.model": said.models,
            "ml.promotion": promoting.promotion_rows(self.run, name, ids, said.promotion, before, after),
        }
        if said.promotion.is_in_force:
            append["ml.promotion_effect"] = promoting.effect_rows(
                self.run, name, said.candidate, self.corpus, before, after
            )
        is_synthetic = bool(self.corpus.facts["is_synthetic"].any())
        return append, promoting.tell_ops(self.run, name, said.candidate, said.promotion, is_synthetic)

    def _figures(self, said: _Said, final: pl.DataFrame, replace: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
        from filingwatch.relevance.screening import count_answers

        told = ("recall", "audit_missing", "disputed", "stop")
        quality = replace["ml.relevance_quality"].filter(pl.col("measure").is_in(told), scope="all")
        promotion, terms = said.promotion, replace["ml.term_yield"]
        return {
            **count_answers(final),
            **dict(quality.select("measure", "value").iter_rows()),
            "threshold": said.learned.threshold,
            "labels_of_unknown_filings": self.labels.strangers,
            "inherited": final["inherited_from"].drop_nulls().len(),
            "queued": replace["ml.label_queue"].height,
            "terms_that_bring_only_rejects": terms.filter(verdict="brings only rejects")["term"].to_list(),
            "promotion": promotion and promotion.decision,
            "promotion_because": promotion and promotion.because,
        }

    def _name(self, rows: pl.DataFrame, model_id: str | None = None) -> pl.DataFrame:
        named = rows.cast({"invention_id": pl.String}).with_columns(pl.lit(self.watch.watch).alias("watch"))
        return named if model_id is None else named.with_columns(pl.lit(model_id).alias("model_id"))
