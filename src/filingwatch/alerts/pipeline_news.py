"""What ops are told of changepoints that the pipeline made, hid or altered. Pure; monitors never hear of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from filingwatch.alerts import Alert
from filingwatch.changepoints.tracking import name_id

MOST_SHOWN = 20
"""Findings that the text of one message lists; the evidence has all."""

_WORDS = {
    "pipeline": "only as counted now: made by the pipeline",
    "hidden": "only as it was counted before: hidden by the pipeline",
    "altered": "counted both ways, but of another size",
}


class Found(Protocol):
    """What is read of a finding; see jobs.pipeline_findings.PipelineFinding."""

    finding_id: str
    series_id: str
    label: str
    kind: str
    direction: str
    month: Any
    month_low: Any
    month_high: Any
    new_rate_ratio: float | None
    old_rate_ratio: float | None
    new_filing_count: int
    old_filing_count: int
    causes: Sequence[str]
    is_synthetic: bool


def tell_ops(watch: str, news: Sequence[Found], run_id: str, as_of: str) -> list[Alert]:
    """One message for all that is new tonight in a watch; none without news."""
    if not news:
        return []
    ordered = sorted(news, key=lambda one: (one.kind, one.series_id, one.month))
    shown = [line for one in ordered[:MOST_SHOWN] for line in _lines(one)]
    more = len(ordered) - MOST_SHOWN
    body = [
        f"Since something changed in how the series of {watch} are made, they are counted both ways: as now, and as if "
        "nothing had changed. These changepoints differ; monitors hear of none of them.",
        "",
        "What changed:",
        *(f"- {cause}" for cause in ordered[0].causes),
        "",
        *shown,
        *([f"... and {more} more, in ml.pipeline_finding."] if more > 0 else []),
        "",
        "What to do: see `A changepoint that the pipeline made` in docs/operations.md.",
    ]
    count = f"{len(ordered)} changepoint{'s' if len(ordered) > 1 else ''}"
    is_synthetic = any(one.is_synthetic for one in ordered)
    mark = "[SYNTHETIC] " if is_synthetic else ""
    return [
        Alert(
            alert_id="ops-" + name_id(watch, "pipeline finding", as_of, *(one.finding_id for one in ordered)),
            audience="ops",
            watch=watch,
            event="pipeline finding",
            subject=f"{mark}filingwatch: the pipeline, not the world: {count} in {watch}",
            body="\n".join(body),
            evidence={
                "run_id": run_id,
                "as_of": as_of,
                "causes": list(ordered[0].causes),
                "findings": [_evidence(one) for one in ordered],
            },
            is_synthetic=is_synthetic,
        )
    ]


def _lines(one: Found) -> list[str]:
    way = "more" if one.direction == "up" else "fewer"
    return [
        f"- {one.label or one.series_id}: {way} filings since {one.month:%Y-%m} "
        f"({one.month_low:%Y-%m} to {one.month_high:%Y-%m}); {_WORDS[one.kind]}.",
        f"  Rate after against before: {_times(one.new_rate_ratio)} now, {_times(one.old_rate_ratio)} before. "
        f"Filings: {one.new_filing_count} now, {one.old_filing_count} before.",
    ]


def _times(ratio: float | None) -> str:
    return "no change" if ratio is None else f"{ratio:.2f} times"


def _evidence(one: Found) -> dict[str, Any]:
    return {
        "finding_id": one.finding_id, "series_id": one.series_id, "label": one.label, "kind": one.kind,
        "direction": one.direction, "month": f"{one.month:%F}",
        "month_interval": [f"{one.month_low:%F}", f"{one.month_high:%F}"],
        "new_rate_ratio": one.new_rate_ratio, "old_rate_ratio": one.old_rate_ratio,
        "new_filing_count": one.new_filing_count, "old_filing_count": one.old_filing_count,
    }  # fmt: skip
