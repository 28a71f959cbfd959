"""Beside a document that is read for a watch: how far the work is, who did what, and whether it may stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from filingwatch.desk.sides import Figure, Side
from filingwatch.labelling import Progress

_SHARES = {
    "recall": "Recall, estimated",
    "precision": "Precision at the threshold",
    "hard_recall": "Recall among hard cases",
    "kappa": "Agreement (kappa)",
}
_COUNTS = {
    "expected_missed": "Relevant and unread, expected",
    "upper_missed": "Relevant and unread, at most",
    "audit_missing": "Audit labels missing",
}


def screening_side(progress: Progress, who: str) -> Side:
    """Figures of a screen for one person."""
    labelled = progress.relevant + progress.irrelevant
    return Side(
        figures=(
            Figure("Labelled today", f"{sum(progress.today.values()):,}", f"{progress.today.get(who, 0):,} by you"),
            Figure("Labelled in all", f"{labelled:,}", f"{progress.relevant:,} relevant"),
            Figure("Left in the queue", f"{progress.left:,}"),
            Figure("Disputes", f"{progress.disputed:,}"),
            Figure("Skipped, hard cases", f"{progress.skipped:,}"),
            Figure("Not yet heard by a night", f"{progress.waiting:,}"),
        ),
        people=tuple(Figure(name, f"{count:,}") for name, count in progress.by_person.items()),
        advice=progress.advice or "No night has judged yet how much is missed: go on.",
        advice_figures=tuple(filter(None, (_figure(row) for row in progress.quality))),
    )


def _figure(row: Mapping[str, Any]) -> Figure | None:
    """A measure of the whole screen with its interval; what has no value yet is left out."""
    measure, value = row["measure"], row["value"]
    if value is None or row["scope"] not in ("all", "", "watch"):
        return None
    if measure in _SHARES:
        show = "{:.2f}" if measure == "kappa" else "{:.0%}"
        bounds = (row["low"], row["high"])
        note = "" if None in bounds else f"{show.format(bounds[0])} to {show.format(bounds[1])}"
        return Figure(_SHARES[measure], show.format(value), note)
    return Figure(_COUNTS[measure], f"{value:,.0f}") if measure in _COUNTS else None
