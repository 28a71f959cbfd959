"""A model that was learned anew beside the one in force: which of them answers, what that changes, and who is told.

Here belong rows and words. The comparison itself belongs to `relevance.promoting`, the audit sample to
`relevance.quality`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from filingwatch.alerts import Alert
from filingwatch.jobs.corpus import Corpus
from filingwatch.ledger import Run

LOT_SEED = 2015
"""Of the permanent random numbers: the audit of every night draws by the same lots."""
PROMOTION = {
    "watch": pl.String, "candidate_id": pl.String, "incumbent_id": pl.String, "decision": pl.String,
    "because": pl.String, "became_relevant": pl.Int32, "became_irrelevant": pl.Int32, "incumbent_loss": pl.Float64,
    "candidate_loss": pl.Float64, "loss_low": pl.Float64, "loss_high": pl.Float64, "audit_labels": pl.Int32,
    "on_date": pl.Date, "run_id": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Promotion:
    """What was decided about a candidate. `decision` is first, promoted or held back; `losses` as in ml.promotion."""

    decision: str
    because: str
    losses: Mapping[str, Any]

    @property
    def is_in_force(self) -> bool:
        return self.decision != "held back"


def begin(because: str) -> Promotion:
    """For a model that nothing stands beside: the first one, or the first for a changed watch."""
    return Promotion("first", because, {"audit_labels": 0})


def weigh(
    said: pl.DataFrame,
    candidate: pl.DataFrame,
    labels: Mapping[str, bool],
    thresholds: tuple[float, float],
    apart: Collection[str] = (),
) -> Promotion:
    """The candidate against the one in force on the audit's labels.

    `said` and `candidate` are answers with model_probability; `thresholds` those of the one in force and the candidate.
    `apart` are documents that were read and cannot judge: they neither count nor end the sample.
    """
    from filingwatch.relevance.promoting import Answers, compare, judge
    from filingwatch.relevance.quality import QualitySettings, draw_audit
    from filingwatch.relevance.queueing import find_lots

    both = (
        said.select("invention_id", probability="model_probability")
        .join(candidate.select("invention_id", now="model_probability"), on="invention_id")
        .drop_nulls()
        .sort("invention_id")
    )
    ids = both["invention_id"].to_list()
    both = both.with_columns(
        label=pl.Series([labels.get(name) for name in ids], dtype=pl.Boolean),
        lot=find_lots(ids, LOT_SEED),
        is_hard=pl.col("invention_id").is_in(sorted(apart)),
    )
    rows, weights = draw_audit(both, QualitySettings(threshold=thresholds[0]))
    audit = both[rows.tolist()]
    answers = [
        Answers(audit[name].to_numpy(), audit[name].to_numpy() >= threshold)
        for name, threshold in zip(("probability", "now"), thresholds, strict=True)
    ]
    found = compare(audit["label"].fill_null(False).to_numpy(), weights, *answers)
    verdict = judge(found)
    losses = {name: getattr(found, name) for name in ("incumbent_loss", "candidate_loss", "loss_low", "loss_high")}
    decision = "promoted" if verdict.is_promoted else "held back"
    return Promotion(decision, verdict.because, losses | {"audit_labels": found.audit_labels})


def promotion_rows(
    run: Run, watch: str, ids: tuple[str, str | None], said: Promotion, before: pl.DataFrame, after: pl.DataFrame
) -> pl.DataFrame:
    """The row of ml.promotion; `ids` are candidate and incumbent, `before` and `after` the answers of each."""
    changed = (
        before.select("invention_id", was="is_relevant")
        .join(after.select("invention_id", now="is_relevant"), on="invention_id")
        .filter(pl.col("was") != pl.col("now"))
    )
    became = int(changed["now"].sum())
    row = {
        "watch": watch, "candidate_id": ids[0], "incumbent_id": ids[1], "decision": said.decision,
        "because": said.because, "became_relevant": became, "became_irrelevant": changed.height - became,
        "on_date": run.as_of, "run_id": run.run_id, **said.losses,
    }  # fmt: skip
    return pl.DataFrame([row], PROMOTION)


def effect_rows(
    run: Run, watch: str, candidate: str, corpus: Corpus, before: pl.DataFrame, after: pl.DataFrame
) -> pl.DataFrame:
    """Rows of ml.promotion_effect: relevant inventions by what was said before and since, where there are any."""
    cells = ["office", "patent_type", "filing_year"]
    facts = corpus.facts.with_columns(filing_year=pl.col("filing_date").dt.year())
    both = before.select("invention_id", was="is_relevant").join(
        after.select("invention_id", now="is_relevant"), on="invention_id", how="full", coalesce=True
    )
    return (
        facts.join(both, on="invention_id")
        .group_by(cells)
        .agg(
            before_count=pl.col("was").fill_null(False).sum().cast(pl.Int32),
            after_count=pl.col("now").fill_null(False).sum().cast(pl.Int32),
        )
        .filter((pl.col("before_count") > 0) | (pl.col("after_count") > 0))
        .sort(cells)
        .with_columns(watch=pl.lit(watch), candidate_id=pl.lit(candidate), run_id=pl.lit(run.run_id))
    )


def tell_ops(run: Run, watch: str, candidate: str, said: Promotion, is_synthetic: bool) -> list[Alert]:
    """One message for a candidate that was held back; none otherwise."""
    if said.is_in_force:
        return []
    mark = "[SYNTHETIC] " if is_synthetic else ""
    body = [
        f"A model of relevance was learned anew for {watch} and does not take over: {said.because}.",
        "",
        "The model in force goes on judging, and people's labels stand above both. Nothing is lost; the same labels do "
        "not lead to the same attempt again.",
        "",
        f"The candidate is {candidate} in ml.model.",
        "What to do: see `A model that is held back` in docs/operations.md.",
    ]
    return [
        Alert(
            alert_id=f"ops-held-back-{candidate}",
            audience="ops",
            watch=watch,
            event="model held back",
            subject=f"{mark}filingwatch: a new model of relevance for {watch} is held back",
            body="\n".join(body),
            evidence={"run_id": run.run_id, "candidate_id": candidate, "because": said.because, **said.losses},
            is_synthetic=is_synthetic,
        )
    ]
