"""The changepoint job: when the rate of filing changed. Reads tables, calls `changepoints`, returns rows and alerts.

What is looked at tonight is in `changepoint_watch`, the frames of the tables are made in `changepoint_rows`; which
changepoints are one event belongs to `changepoints.grouping`, who is told to `alerts.doctrine`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from filingwatch import ledger
from filingwatch.alerts.doctrine import Vintage, judge_events
from filingwatch.alerts.pipeline_news import tell_ops
from filingwatch.changepoints.grouping import group_events
from filingwatch.changepoints.tracking import Tracked
from filingwatch.jobs import changepoint_rows as rows
from filingwatch.jobs.base import JobResult, Read, Tables
from filingwatch.jobs.changepoint_watch import WatchNight
from filingwatch.jobs.models import model_row, name_model
from filingwatch.jobs.pipeline_findings import CHANGES, FINDINGS, PARTS, TRIANGLE, finding_rows
from filingwatch.watch import Watch


class ChangepointJob:
    """Looks at the series of a watch that changed, in careful mode and as the 2023 paper did.

    It runs when counts changed and once a month without any change, since months also ripen by themselves. A series
    whose reports, delays and bar are those of its last look keeps its rows; only time goes by for it.

    News or history: a new changepoint is history when it would also have been announced by looking, with what had been
    published by then, at the day 45 days before the last look at this series (before today for a series never looked
    at). So what a first night finds in the back-file is history, and so is what an import adds to a past already looked
    at. A change that lies more than three years back is history as well.
    """

    name = "changepoints"
    version = 2
    reads = (
        Read(
            "insight.dim_series",
            ("series_id", "label", "office", "patent_type", "filing_count", "is_synthetic"),
            per_watch=True,
        ),
        Read(
            "insight.fct_series_triangle",
            ("series_id", "filing_month", "publication_date", "filing_count"),
            per_watch=True,
        ),
        Read(
            "insight.fct_reporting_triangle",
            ("office", "patent_type", "filing_month", "publication_month", "filing_count", "is_synthetic"),
        ),
        TRIANGLE,
        CHANGES,
        PARTS,
    )
    prior = (
        FINDINGS,
        "ml.changepoint",
        "ml.series_verdict",
        Read(
            "ml.series_fit",
            ("series_id", "filing_month", "filing_count", "completeness", "is_too_young"),
            per_watch=True,
        ),
    )

    def parameters(self, watch: Watch, as_of: dt.date) -> Mapping[str, Any]:
        """The month of the look and the rule of alerts."""
        return {"month": as_of.replace(day=1).isoformat(), "alerts": watch.alerts.model_dump(mode="json")}

    def run(self, tables: Tables, prior: Tables, watch: Watch, run: ledger.Run) -> JobResult:
        model_id = name_model(run, self.name, watch.watch)
        night = WatchNight(tables, prior, watch.watch, run, model_id, self.version)
        careful = group_events(watch.watch, night.rows("careful"), run.as_of)
        vintage = Vintage(run.run_id, run.as_of.isoformat(), model_id, night.method)
        alerts = judge_events(watch.watch, map(night.member, _speaking(careful)), watch.alerts, vintage)
        told = {alert.evidence["event_id"] for alert in alerts}
        careful = [replace(row, is_told=True) if row.event_id in told else row for row in careful]
        figures = night.figures() | _figures(careful, len(alerts)) | {"pipeline_findings": len(night.pipeline_news)}
        turned = [(row, night.vintage(row)) for row in careful if row.turns]
        return JobResult(
            replace={
                "ml.series_verdict": night.verdict_rows,
                "ml.changepoint": rows.changepoint_rows(watch.watch, careful + night.rows("paper")),
                FINDINGS: finding_rows(watch.watch, night.pipeline),
            },
            change={"ml.series_fit": night.fit_change()},
            append={
                "ml.changepoint_event": rows.event_rows(turned, run),
                "ml.model": model_row(run, self.name, self.version, watch.watch, night.method, figures),
            },
            figures=figures,
            alerts=[*alerts, *tell_ops(watch.watch, night.pipeline_news, run.run_id, run.as_of.isoformat())],
        )


def _speaking(careful: Iterable[Tracked]) -> list[Tracked]:
    """All members of the events of which something may be told tonight: something happened, or nothing was told yet."""
    rows_ = list(careful)
    events = {row.event_id for row in rows_ if row.turns or (row.is_news and not row.is_told)}
    return [row for row in rows_ if row.event_id in events]


def _figures(careful: list[Tracked], alerts: int) -> dict[str, Any]:
    turns = [turn for row in careful for turn in row.turns]
    return {
        "changepoints": sum(row.state != "withdrawn" for row in careful),
        "events": len({row.event_id for row in careful if row.state != "withdrawn"}),
        "new_history": sum("detected" in row.turns and not row.is_news for row in careful),
        "new_news": sum("detected" in row.turns and row.is_news for row in careful),
        "moved": turns.count("moved"),
        "confirmed": turns.count("confirmed"),
        "withdrawn": turns.count("withdrawn"),
        "alerts": alerts,
    }
