"""What the changepoint job does with a series that two ways of counting count unlike: whose each changepoint is.

Telling them apart is `changepoints.apart`; here belong the looks both ways, the rows of ml.pipeline_finding, and which
changes are named as causes. What ops read is `alerts.pipeline_news`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import polars as pl

from filingwatch.changepoints.apart import Seen, Verdict, tell_apart
from filingwatch.changepoints.months import month_number
from filingwatch.changepoints.replaying import Look, look_at
from filingwatch.changepoints.tracking import Finding, Tracked, name_id
from filingwatch.jobs import changepoint_rows as rows
from filingwatch.jobs.base import Read, Tables
from filingwatch.jobs.changepoint_series import OLD_TRIANGLE, Monitored

TRIANGLE = Read(OLD_TRIANGLE, ("series_id", "filing_month", "publication_date", "filing_count"), per_watch=True)
CHANGES = Read("ml.pipeline_change", ("cause", "before", "after", "on_date", "run_id"), per_watch=True, decides=False)
PARTS = Read("ml.series_baseline", ("part", "opened_on"), per_watch=True, decides=False)
FINDINGS = "ml.pipeline_finding"

LEAST_BEFORE = 12
"""Judged months that the old way has to have before a changepoint; with fewer it has no say in it."""

_PART_OF = {
    "model": ("relevance",), "labels": ("relevance",), "watch": ("relevance", "technologies"),
    "topics": ("topics",),
    "source gained": ("feeds",), "source lost": ("feeds",), "source returned": ("feeds",),
}  # fmt: skip
FINDING = {
    "finding_id": pl.String, "watch": pl.String, "series_id": pl.String, "kind": pl.String, "direction": pl.String,
    "month": pl.Date, "month_low": pl.Date, "month_high": pl.Date, "new_rate_ratio": pl.Float64,
    "old_rate_ratio": pl.Float64, "new_filing_count": pl.Int32, "old_filing_count": pl.Int32,
    "causes": pl.List(pl.String), "first_found_on": pl.Date, "is_standing": pl.Boolean,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PipelineFinding:
    """A changepoint that is not, or not alone, the world's: with the numbers of both ways. `label` is for people; it is
    empty for a series that was not looked at tonight."""

    finding_id: str
    series_id: str
    kind: str
    direction: str
    month: dt.date
    month_low: dt.date
    month_high: dt.date
    new_rate_ratio: float | None
    old_rate_ratio: float | None
    new_filing_count: int
    old_filing_count: int
    causes: tuple[str, ...]
    first_found_on: dt.date
    is_standing: bool
    label: str = ""
    is_synthetic: bool = False


class Tonight(Protocol):
    """What is read of the night: see `changepoint_looks.Night`."""

    as_of: dt.date
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Apart:
    """What of tonight's look at a series is followed as the world's, and what ops are to hear."""

    followed: list[Finding]
    findings: tuple[PipelineFinding, ...] = ()


def set_apart(
    series: Monitored,
    look: Look,
    found: Sequence[Finding],
    known: Sequence[Tracked],
    is_sure: Callable[[Finding], bool],
    night: Tonight,
) -> Apart:
    """Whose the changepoints are that a careful look found; all are the world's where both ways count alike.

    What was announced before stays: it is neither taken back because the old way does not show it, nor withdrawn
    because the new way hides it. Where only sources changed, the old way asks the same question of the feeds that told
    all the time: what it alone shows is of the world as well, and ops hear that the new way hides it.
    """
    if series.old_reports is None:
        return Apart(list(found))
    old_look = look_at(series.old_reports, look.as_of, series.law_at, source_until=series.source_until(look.as_of))
    old = [rows.as_finding(series.series_id, "careful", old_look, one) for one in old_look.detection.changepoints]
    alive = [row.finding for row in known if row.state != "withdrawn"]
    followed, told = list(found), []
    for verdict in tell_apart(_sort(found, is_sure), _sort(old, is_sure)):
        if verdict.kind == "pipeline" and verdict.new is not None:
            if _continues(verdict.new, alive):
                continue
            if not _has_a_say(old_look, verdict.new) and not _is_made_by_refit(series, old_look, night):
                continue
            followed.remove(verdict.new)
        elif verdict.kind == "hidden" and verdict.old is not None:
            continued = [one for one in alive if _continues(verdict.old, [one]) and not _continues(one, followed)]
            followed += continued or ([verdict.old] if _only_sources_changed(night) else [])
        if verdict.kind != "world":
            told.append(verdict)
    return Apart(followed, tuple(_describe(series, look, old_look, verdict, night) for verdict in told))


def _only_sources_changed(night: Tonight) -> bool:
    return bool(night.causes) and all(cause.startswith("source ") for cause in night.causes)


def _is_made_by_refit(series: Monitored, old_look: Look, night: Tonight) -> bool:
    """Whether the series is that of a topic which the fit of before did not know.

    It has no past that a changepoint could be read from: when its filings were another topic's is the pipeline's. That
    its subject is new is what emergence says.
    """
    is_of_topic = any(part.startswith("topic=") for part in series.series_id.split("/"))
    return is_of_topic and not old_look.counts.sum() and any(cause.startswith("topics ") for cause in night.causes)


def _sort(found: Sequence[Finding], is_sure: Callable[[Finding], bool]) -> Seen:
    return Seen([one for one in found if is_sure(one)], [one for one in found if not is_sure(one)])


def _continues(finding: Finding, known: Iterable[Finding]) -> bool:
    return any(
        one.direction == finding.direction
        and one.month_low <= finding.month_high
        and finding.month_low <= one.month_high
        for one in known
    )


def _has_a_say(old_look: Look, finding: Finding) -> bool:
    """Whether the old way could have shown a changepoint: a year that was judged, with filings, comes before it."""
    before = month_number(finding.month) - month_number(old_look.start)
    return int(np.sum(old_look.judged[: max(before, 0)])) >= LEAST_BEFORE and bool(old_look.counts.sum())


def _describe(series: Monitored, look: Look, old_look: Look, verdict: Verdict, night: Tonight) -> PipelineFinding:
    finding = verdict.new or verdict.old
    assert finding is not None
    return PipelineFinding(
        name_id(series.series_id, "pipeline", verdict.kind, finding.direction, finding.month, night.as_of),
        series.series_id, verdict.kind, finding.direction, finding.month, finding.month_low, finding.month_high,
        verdict.new.rate_ratio if verdict.new else None, verdict.old.rate_ratio if verdict.old else None,
        int(look.counts.sum()), int(old_look.counts.sum()), night.causes, night.as_of, True, series.label,
        series.is_synthetic,
    )  # fmt: skip


def name_causes(tables: Tables) -> tuple[str, ...]:
    """What changed since the old ways that are kept, in words, oldest first."""
    opened = dict(tables[PARTS.table].select("part", "opened_on").iter_rows())
    named = []
    for row in tables[CHANGES.table].sort("on_date", "run_id", "cause").iter_rows(named=True):
        since = [opened[part] for part in _PART_OF.get(row["cause"], ()) if part in opened]
        if since and row["on_date"] >= min(since):
            what = " -> ".join(value for value in (row["before"], row["after"]) if value)
            named.append(f"{row['cause']} ({what}) on {row['on_date']}, met by run {row['run_id']}")
    return tuple(named)


def read_findings(prior: Tables) -> list[PipelineFinding]:
    """The findings as the last run left them."""
    names = [name for name in PipelineFinding.__slots__ if name in FINDING]
    return [
        PipelineFinding(**{name: tuple(row[name]) if name == "causes" else row[name] for name in names})
        for row in prior[FINDINGS].sort("finding_id").iter_rows(named=True)
    ]


def continue_findings(
    before: Sequence[PipelineFinding], tonight: Sequence[PipelineFinding], looked: Collection[str]
) -> tuple[list[PipelineFinding], list[PipelineFinding]]:
    """All findings as they stand now, and those of them that are new tonight.

    A finding keeps its id while direction and interval meet. Of a series in `looked`, what tonight does not show
    stands no more; the findings of others stand as they were.
    """
    left, now, news = list(before), [], []
    for finding in tonight:
        same = next((one for one in left if _is_same(one, finding)), None)
        if same is None:
            news.append(finding)
            now.append(finding)
        else:
            left.remove(same)
            now.append(replace(finding, finding_id=same.finding_id, first_found_on=same.first_found_on))
            news += [] if same.is_standing else [now[-1]]
    now += [replace(one, is_standing=False) if one.series_id in looked else one for one in left]
    return sorted(now, key=lambda one: one.finding_id), news


def finding_rows(watch: str, findings: Iterable[PipelineFinding]) -> pl.DataFrame:
    """Rows of ml.pipeline_finding."""
    own = [name for name in FINDING if name != "watch"]
    return pl.DataFrame(
        [
            {name: list(one.causes) if name == "causes" else getattr(one, name) for name in own} | {"watch": watch}
            for one in findings
        ],
        schema=FINDING,
        orient="row",
    ).select(list(FINDING))


def _is_same(one: PipelineFinding, other: PipelineFinding) -> bool:
    return (
        (one.series_id, one.kind, one.direction) == (other.series_id, other.kind, other.direction)
        and one.month_low <= other.month_high
        and other.month_low <= one.month_high
    )
