"""A refit of the topics beside those in force: which of them places filings, what is asked of a person, who is told.

Here belong rows and words. What a refit would do to each topic, and whether that is too much, belongs to
`topics.holding`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from filingwatch.alerts import Alert
from filingwatch.jobs.base import Tables
from filingwatch.ledger import Run

if TYPE_CHECKING:
    from filingwatch.topics.holding import Effect

REFIT = {
    "watch": pl.String, "candidate_id": pl.String, "incumbent_id": pl.String, "decision": pl.String,
    "because": pl.String, "lost_name_share": pl.Float64, "moved_filing_share": pl.Float64, "topics_before": pl.Int32,
    "topics_after": pl.Int32, "on_date": pl.Date, "run_id": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """The model in force and the newest one that was held back since, with their states; None where there is none.

    `word` is what people said last of the latter: accepted, refused, or None. `is_logged` says that a run has already
    written down that it was refused.
    """

    in_force_id: str | None
    in_force: bytes | None
    candidate_id: str | None
    candidate: bytes | None
    word: str | None
    is_logged: bool


def find_standing(prior: Tables, decisions: pl.DataFrame) -> Standing:
    """What stands; `decisions` are those of kind topic_refit by time, `prior` holds ml.model and ml.topic_refit."""
    models, refits = prior["ml.model"].sort("model_id"), prior["ml.topic_refit"]
    held = set(refits.filter(decision="held back")["candidate_id"])
    rows = dict(models.iter_rows())
    in_force = max((name for name in rows if name not in held), default=None)
    candidate = max((name for name in rows if name in held and name > (in_force or "")), default=None)
    said = decisions.filter(pl.col("subject") == candidate)["value"].to_list() if candidate else []
    return Standing(
        in_force_id=in_force,
        in_force=rows.get(in_force) if in_force else None,
        candidate_id=candidate,
        candidate=rows.get(candidate) if candidate else None,
        word=said[-1] if said and said[-1] != "reset" else None,
        is_logged=bool(refits.filter(candidate_id=candidate, decision="refused").height) if candidate else False,
    )


def refit_row(
    run: Run, watch: str, ids: tuple[str, str | None], decision: str, because: str, effect: Effect | None, topics: int
) -> pl.DataFrame:
    """The row of ml.topic_refit; `ids` are candidate and incumbent, `topics` how many there are after a first fit."""
    row = {
        "watch": watch, "candidate_id": ids[0], "incumbent_id": ids[1], "decision": decision, "because": because,
        "lost_name_share": effect and effect.lost_name_share,
        "moved_filing_share": effect and effect.moved_filing_share,
        "topics_before": effect.before_count if effect else 0,
        "topics_after": effect.after_count if effect else topics,
        "on_date": run.as_of, "run_id": run.run_id,
    }  # fmt: skip
    return pl.DataFrame([row], REFIT)


def answer_row(run: Run, watch: str, said: Standing, prior: Tables, decision: str, because: str) -> pl.DataFrame:
    """The row of ml.topic_refit by which a run obeys what a person said of a candidate."""
    held = prior["ml.topic_refit"].filter(candidate_id=said.candidate_id, decision="held back")
    told = {"watch": watch, "decision": decision, "because": because, "on_date": run.as_of, "run_id": run.run_id}
    return pl.DataFrame([held.row(-1, named=True) | told], REFIT)


def tell_ops(run: Run, watch: str, candidate: str, because: str, effect: Effect, is_synthetic: bool) -> Alert:
    """The message about a refit that was held back."""
    mark = "[SYNTHETIC] " if is_synthetic else ""
    fates: dict[str, int] = {}
    for fate in effect.fates:
        fates[fate.fate] = fates.get(fate.fate, 0) + 1
    body = [
        f"The topics of {watch} were fitted anew, and the result is held back: {because}.",
        "",
        f"It would leave {effect.after_count} topics where there are {effect.before_count} "
        f"({', '.join(f'{count} {fate}' for fate, count in sorted(fates.items()))}) and move "
        f"{100 * effect.moved_filing_share:.0f} % of the filings.",
        "The topics there are go on placing filings. It is not tried again until much has changed or a month is over.",
        "",
        f"What to do: `filingwatch topics review --watch {watch}` shows what would happen to each topic; say --accept "
        "or --refuse there. See `A refit that is held back` in docs/operations.md.",
    ]
    evidence: dict[str, Any] = {
        "run_id": run.run_id, "candidate_id": candidate, "because": because,
        "lost_name_share": effect.lost_name_share, "moved_filing_share": effect.moved_filing_share,
    }  # fmt: skip
    return Alert(
        alert_id=f"ops-refit-held-back-{candidate}",
        audience="ops",
        watch=watch,
        event="refit held back",
        subject=f"{mark}filingwatch: a refit of the topics of {watch} is held back",
        body="\n".join(body),
        evidence=evidence,
        is_synthetic=is_synthetic,
    )
