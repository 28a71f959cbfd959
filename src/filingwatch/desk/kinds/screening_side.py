"""Beside a document that is read for a watch: how far the work is, who did what, and whether it may stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from filingwatch.desk.sides import Figure, Side
from filingwatch.labelling import Progress

_SHARES = {
    "recall": "Found by people and model",
    "recall_low": "Found by people, at least",
    "precision": "Relevant among what is kept",
}
_COUNTS = {
    "expected_missed": "Relevant and unread, expected",
    "upper_missed": "Relevant and unread, at most",
    "audit_missing": "Random checks to come",
}
_ORDER = ("recall", "recall_low", "expected_missed", "upper_missed", "precision", "audit_missing", "hard", "kappa")


def screening_side(progress: Progress, who: str) -> Side:
    """Figures of a screen for one person."""
    labelled = progress.relevant + progress.irrelevant
    rows = sorted((row for row in progress.quality if row["measure"] in _ORDER), key=_place)
    return Side(
        figures=(
            Figure("Labelled today", f"{sum(progress.today.values()):,}", f"{progress.today.get(who, 0):,} by you"),
            Figure("Labelled in all", f"{labelled:,}", f"{progress.relevant:,} relevant"),
            Figure("Left in the queue", f"{progress.left:,}"),
            Figure("Disputes", f"{progress.disputed:,}"),
            Figure("Skipped", f"{progress.skipped:,}"),
            Figure("Wait for the next night", f"{progress.waiting:,}"),
        ),
        people=tuple(Figure(name, f"{count:,}") for name, count in progress.by_person.items()),
        advice=progress.advice or "How much is missed is not known yet: go on.",
        advice_figures=tuple(filter(None, (_figure(row) for row in rows))),
    )


def _place(row: Mapping[str, Any]) -> tuple[int, str]:
    return _ORDER.index(row["measure"]), row["scope"]


def _figure(row: Mapping[str, Any]) -> Figure | None:
    """A measure with its interval; what has no value yet, or is of a part that nobody asks about here, is left out."""
    measure, scope, value = row["measure"], row["scope"], row["value"]
    if value is None:
        return None
    if measure == "kappa":
        return Figure(f"Agreement of {scope} (kappa)", f"{value:.2f}", _interval(row, "{:.2f}"))
    if measure == "hard":
        return Figure("Hard cases", f"{value:,.0f}", f"{row['sample_count']:,} read")
    if measure in _SHARES and scope == "all" and row["sample_count"]:
        return Figure(_SHARES[measure], f"{value:.0%}", _interval(row, "{:.0%}"))
    return Figure(_COUNTS[measure], f"{value:,.0f}") if measure in _COUNTS and scope == "all" else None


def _interval(row: Mapping[str, Any], show: str) -> str:
    return "" if None in (row["low"], row["high"]) else f"{show.format(row['low'])} to {show.format(row['high'])}"
