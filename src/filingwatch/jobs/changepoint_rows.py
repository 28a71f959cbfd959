"""Rows of the changepoint tables: from records to frames and back. No judgement is made here."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl

from filingwatch.alerts.doctrine import Member
from filingwatch.changepoints.months import month_number
from filingwatch.changepoints.nowcast import Nowcast
from filingwatch.changepoints.records import Changepoint
from filingwatch.changepoints.replaying import Look
from filingwatch.changepoints.tracking import Finding, Mode, Tracked
from filingwatch.ledger import Run

_TEXT, _DAY, _NUMBER, _FLAG, _COUNT = pl.String, pl.Date, pl.Float64, pl.Boolean, pl.Int32

CHANGEPOINT = {
    "changepoint_id": _TEXT, "watch": _TEXT, "series_id": _TEXT, "mode": _TEXT, "state": _TEXT, "month": _DAY,
    "month_low": _DAY, "month_high": _DAY, "direction": _TEXT, "rate_ratio": _NUMBER, "rate_ratio_low": _NUMBER,
    "rate_ratio_high": _NUMBER, "growth_change": _NUMBER, "probability": _NUMBER,
    "evidence": _NUMBER, "firm_evidence": _NUMBER,
    "would_have_been_announced_on": _DAY, "is_news": _FLAG, "event_id": _TEXT, "first_announced_on": _DAY,
    "is_told": _FLAG, "model_id": _TEXT,
}  # fmt: skip
EVENT = {
    "changepoint_id": _TEXT, "event_id": _TEXT, "event": _TEXT, "on_date": _DAY, "run_id": _TEXT, "is_news": _FLAG,
    "month": _DAY, "month_low": _DAY, "month_high": _DAY, "rate_ratio": _NUMBER, "probability": _NUMBER,
    "vintage": _TEXT, "logged_at": pl.Datetime("us"),
}  # fmt: skip
FIT = {
    "series_id": _TEXT, "watch": _TEXT, "filing_month": _DAY, "filing_count": _COUNT, "completeness": _NUMBER,
    "is_too_young": _FLAG, "expected_count": _NUMBER, "nowcast_count": _NUMBER, "nowcast_low": _COUNT,
    "nowcast_high": _COUNT, "model_id": _TEXT,
}  # fmt: skip
VERDICT = {
    "series_id": _TEXT, "watch": _TEXT, "mode": _TEXT, "verdict": _TEXT, "first_analysed_on": _DAY,
    "last_analysed_on": _DAY, "observed_until": _DAY, "judged_month_count": _COUNT, "spike_months": pl.List(_DAY),
    "overdispersion": _NUMBER, "correlation": _NUMBER, "month_effects": pl.List(_NUMBER), "model_id": _TEXT,
    "look_key": _TEXT,
}  # fmt: skip
_OF_FINDING = (
    "series_id", "mode", "month", "month_low", "month_high", "direction", "rate_ratio", "rate_ratio_low",
    "rate_ratio_high", "growth_change", "probability", "evidence", "firm_evidence",
)  # fmt: skip
_OF_TRACKED = (
    "changepoint_id", "state", "would_have_been_announced_on", "is_news", "event_id", "first_announced_on", "is_told",
    "model_id",
)  # fmt: skip
_COMPLETE = {"nowcast_count": None, "nowcast_low": None, "nowcast_high": None}
NEWEST_MONTHS = 3
"""So many of the newest judged months are told with their completeness."""


@dataclass(frozen=True, slots=True)
class LastVerdict:
    """The row of the last look at a series in one mode, and its two days."""

    first_analysed_on: dt.date
    last_analysed_on: dt.date
    row: Mapping[str, Any]


class Looks(Protocol):
    """What the verdicts need of tonight's looks at one series."""

    look: Look
    paper_look: Look
    look_key: str


def as_finding(series_id: str, mode: Mode, look: Look, found: Changepoint) -> Finding:
    """A changepoint of a look by its dates."""
    return Finding(
        series_id, mode, look.month(found.index), look.month(found.interval[0]), look.month(found.interval[1]),
        found.direction, found.rate_ratio, *found.rate_ratio_interval, found.growth_change, found.probability,
        found.evidence, found.firm_evidence, found.surcharge,
    )  # fmt: skip


def read_changepoints(frame: pl.DataFrame) -> list[Tracked]:
    """The changepoints as the last run left them, in a fixed order."""
    return [
        Tracked(
            finding=Finding(**{name: row[name] for name in _OF_FINDING}),
            **{name: row[name] for name in _OF_TRACKED},
        )
        for row in frame.sort("changepoint_id").iter_rows(named=True)
    ]


def read_verdicts(frame: pl.DataFrame) -> dict[tuple[str, str], LastVerdict]:
    """The last verdicts by series and mode."""
    return {
        (row["series_id"], row["mode"]): LastVerdict(row["first_analysed_on"], row["last_analysed_on"], row)
        for row in frame.iter_rows(named=True)
    }


def changepoint_rows(watch: str, tracked: Iterable[Tracked]) -> pl.DataFrame:
    """Rows of ml.changepoint."""
    return _frame(
        (
            {"watch": watch}
            | {name: getattr(row.finding, name) for name in _OF_FINDING}
            | {name: getattr(row, name) for name in _OF_TRACKED}
            for row in tracked
        ),
        CHANGEPOINT,
    )


def event_rows(tracked: Iterable[tuple[Tracked, Mapping[str, Any]]], run: Run) -> pl.DataFrame:
    """Rows of ml.changepoint_event: one for each turn of tonight, with its vintage."""
    return _frame(
        (
            {name: getattr(row.finding, name) for name in EVENT if name in _OF_FINDING}
            | {name: getattr(row, name) for name in EVENT if name in _OF_TRACKED}
            | {"event": turn, "on_date": run.as_of, "run_id": run.run_id, "logged_at": run.started_at}
            | {"vintage": json.dumps(vintage)}
            for row, vintage in tracked
            for turn in row.turns
        ),
        EVENT,
    )


def fit_rows(watch: str, model_id: str, looks: Iterable[tuple[str, Look, Nowcast]]) -> pl.DataFrame:
    """Rows of ml.series_fit: one for each month of each series.

    What was not judged has no expected count, what is complete no nowcast.
    """
    return _frame(
        (
            {
                "series_id": series_id, "watch": watch, "filing_month": look.month(index), "filing_count": int(count),
                "completeness": float(share), "is_too_young": not judged,
                "expected_count": expected if judged and expected == expected else None, "model_id": model_id,
            } | nowcasts.get(month_number(look.month(index)), _COMPLETE)
            for series_id, look, said in looks
            for nowcasts in (_by_month(said),)
            for index, (count, share, judged, expected) in enumerate(
                zip(look.counts, look.completeness, look.judged.tolist(), look.detection.expected, strict=True)
            )
        ),
        FIT,
    )  # fmt: skip


def _by_month(said: Nowcast) -> dict[int, dict[str, float]]:
    low, high = said.interval(0.9)
    return {
        int(month): {"nowcast_count": float(mean), "nowcast_low": int(least), "nowcast_high": int(most)}
        for month, mean, least, most in zip(said.months, said.mean, low, high, strict=True)
    }


def verdict_rows(
    watch: str,
    model_id: str,
    as_of: dt.date,
    looked: Mapping[str, Looks],
    last: Mapping[tuple[str, str], LastVerdict],
) -> pl.DataFrame:
    """Rows of ml.series_verdict: tonight's, and the last ones of series that were not looked at tonight."""
    tonight = {}
    for series_id, one in looked.items():
        for mode, look in (("careful", one.look), ("paper", one.paper_look)):
            key = (series_id, mode)
            first = last[key].first_analysed_on if key in last else as_of
            tonight[key] = _verdict(watch, model_id, as_of, key, look, first) | {"look_key": one.look_key}
    left = [dict(verdict.row) for key, verdict in last.items() if key not in tonight]
    return _frame([*tonight.values(), *left], VERDICT)


def newest_of(fit: pl.DataFrame) -> dict[str, float]:
    """The newest judged months of a series and the share of each that can have been published, as fitted last."""
    judged = fit.filter(~pl.col("is_too_young")).sort("filing_month").tail(NEWEST_MONTHS)
    months = judged.select(pl.col("filing_month").dt.strftime("%Y-%m"), pl.col("completeness").round(3))
    return dict(months.iter_rows())


def absent_member(row: Tracked) -> Member:
    """A changepoint of a series that is not looked at any more, so that its event stays whole."""
    series_id = row.finding.series_id
    return Member(row, series_id, 0, series_id.endswith("/synthetic"), {})


def _verdict(
    watch: str, model_id: str, as_of: dt.date, key: tuple[str, str], look: Look, first: dt.date
) -> dict[str, Any]:
    method = look.detection.method
    return {
        "series_id": key[0], "watch": watch, "mode": key[1], "verdict": look.detection.verdict,
        "first_analysed_on": first, "last_analysed_on": as_of, "observed_until": look.observed_until,
        "judged_month_count": int(look.judged.sum()),
        "spike_months": [look.month(index) for index in look.detection.spikes],
        "overdispersion": method.overdispersion, "correlation": method.correlation,
        "month_effects": list(method.month_effects), "model_id": model_id,
    }  # fmt: skip


def _frame(rows: Iterable[Mapping[str, Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([dict(row) for row in rows], schema=dict(schema), orient="row")
