"""The changepoint job: when the rate of filing changed. Reads tables, calls `changepoints`, returns rows and alerts.

The frames of its tables are made in `changepoint_rows`; who is told belongs to `alerts.doctrine`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from filingwatch import ledger
from filingwatch.alerts.doctrine import Member, Vintage, judge_events
from filingwatch.changepoints import calibration, delay, detection, tracking
from filingwatch.changepoints.months import month_number
from filingwatch.changepoints.records import Changepoint
from filingwatch.changepoints.replaying import (
    LEAST_EXPOSURE,
    Look,
    find_matching,
    first_sight,
    look_as_the_paper,
    look_at,
)
from filingwatch.changepoints.tracking import Dating, Finding, Tracked
from filingwatch.jobs import changepoint_rows as rows
from filingwatch.jobs.base import JobResult, Read, Tables
from filingwatch.jobs.changepoint_series import Monitored, read_series
from filingwatch.jobs.models import model_row, name_model
from filingwatch.watch import Watch

NEWS_DAYS = 45
"""What would have been announced more than so many days before the last look at its series is history."""
NEWS_MONTHS = 36
"""So is a change that lies longer back than this at that look: a night that adds the last bit of evidence for an old
change wakes nobody."""
KEPT_MARGIN = 3.0
"""A known changepoint is withdrawn only when it is not found even with a penalty lower by this (a twentieth of the
evidence): one that stands at the edge must not come and go."""


class ChangepointJob:
    """Looks at every series of a watch, in careful mode and as the 2023 paper did.

    It runs when counts changed and once a month without any change, since months also ripen by themselves.

    News or history: a new changepoint is history when it is also found by looking, with what had been published by
    then, at the day 45 days before the last look at this series (before today for a series never looked at). So
    what a first night finds in the back-file is history, and so is what an import adds to a past already looked at.
    A change that lies more than three years back is history as well.
    """

    name = "changepoints"
    version = 1
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
    )
    prior = ("ml.changepoint", "ml.series_verdict")

    def parameters(self, watch: Watch, as_of: dt.date) -> Mapping[str, Any]:
        """The month of the look and the rule of alerts."""
        return {"month": as_of.replace(day=1).isoformat(), "alerts": watch.alerts.model_dump(mode="json")}

    def run(self, tables: Tables, prior: Tables, watch: Watch, run: ledger.Run) -> JobResult:
        model_id = name_model(run, self.name, watch.watch)
        known = rows.read_changepoints(prior["ml.changepoint"])
        verdicts = rows.read_verdicts(prior["ml.series_verdict"])
        series = read_series(tables)
        nights = [_Night(one, run.as_of, model_id, known, verdicts) for one in series]
        looked = {one.series_id for one in series}
        careful = [row for night in nights for row in night.careful]
        careful += [row for row in known if row.finding.mode == "careful" and row.finding.series_id not in looked]
        paper = [row for night in nights for row in night.paper]
        paper += [row for row in known if row.finding.mode == "paper" and row.finding.series_id not in looked]
        careful = tracking.group_events(watch.watch, careful, run.as_of)
        vintage = Vintage(run.run_id, run.as_of.isoformat(), model_id, _method())
        members = [night.as_member(row) for night in nights for row in careful if night.owns(row)]
        members += [rows.absent_member(row) for row in careful if row.finding.series_id not in looked]
        alerts = judge_events(watch.watch, members, watch.alerts, vintage)
        told = {alert.evidence["event_id"] for alert in alerts}
        careful = [replace(row, is_told=True) if row.event_id in told else row for row in careful]
        figures = _figures(nights, careful, len(alerts))
        turned = [row for row in careful if row.turns]
        return JobResult(
            replace={
                "ml.series_fit": rows.fit_rows(watch.watch, model_id, [(n.series.series_id, n.look) for n in nights]),
                "ml.series_verdict": rows.verdict_rows(watch.watch, model_id, run.as_of, nights, verdicts),
                "ml.changepoint": rows.changepoint_rows(watch.watch, careful + paper),
            },
            append={
                "ml.changepoint_event": rows.event_rows(turned, run, {n.series.series_id: n.vintage for n in nights}),
                "ml.model": model_row(run, self.name, self.version, watch.watch, _method(), figures),
            },
            figures=figures,
            alerts=alerts,
        )


class _Night:
    """What tonight's looks at one series say, against what was known of it."""

    def __init__(
        self,
        series: Monitored,
        as_of: dt.date,
        model_id: str,
        known: list[Tracked],
        verdicts: Mapping[tuple[str, str], rows.LastVerdict],
    ) -> None:
        self.series = series
        self.as_of = as_of
        self.last_look = verdicts.get((series.series_id, "careful"))
        self.look = self._look(as_of)
        self.paper_look = look_as_the_paper(series.reports, as_of)
        own = [row for row in known if row.finding.series_id == series.series_id]
        self.careful = self._track([row for row in own if row.finding.mode == "careful"], model_id, "careful")
        self.paper = [
            replace(row, event_id=row.changepoint_id)
            for row in self._track([row for row in own if row.finding.mode == "paper"], model_id, "paper")
        ]

    def owns(self, row: Tracked) -> bool:
        return row.finding.series_id == self.series.series_id

    def as_member(self, row: Tracked) -> Member:
        judged = [index for index, is_judged in enumerate(self.look.judged) if is_judged][-3:]
        newest = {f"{self.look.month(index):%Y-%m}": round(float(self.look.completeness[index]), 3) for index in judged}
        return Member(row, self.series.label, self.series.filing_count, self.series.is_synthetic, newest)

    @property
    def vintage(self) -> dict[str, Any]:
        """What was known of the series tonight."""
        return {
            "as_of": self.as_of.isoformat(),
            "observed_until": self.look.observed_until.isoformat(),
            "filing_count": int(self.look.counts.sum()),
            "method": detection.NAME,
            "method_version": detection.VERSION,
        }

    def _track(self, known: list[Tracked], model_id: str, mode: tracking.Mode) -> list[Tracked]:
        look = self.look if mode == "careful" else self.paper_look
        if look.detection.verdict in ("too young to judge", "no data"):
            return [replace(row, turns=()) for row in known]
        found = [rows.as_finding(self.series.series_id, mode, look, one) for one in look.detection.changepoints]
        if mode == "paper":
            return tracking.track(known, found, self.as_of, model_id, lambda _: Dating(False, None))
        found += self._barely_seen(tracking.find_lost(known, found))
        return tracking.track(known, found, self.as_of, model_id, self._date)

    def _barely_seen(self, lost: list[Tracked]) -> list[Finding]:
        """Those of the lost changepoints for which a little less evidence than for a new one is left."""
        if not lost:
            return []
        look = self._look(self.as_of, penalty=calibration.PENALTY - KEPT_MARGIN)
        kept = [_matching(look, row.finding) for row in lost]
        return [rows.as_finding(self.series.series_id, "careful", look, one) for one in dict.fromkeys(kept) if one]

    def _look(self, on: dt.date, **options: float) -> Look:
        return look_at(
            self.series.reports, on, self.series.law_at, source_until=self.series.source_until(on), **options
        )

    def _date(self, finding: Finding) -> Dating:
        last = self.as_of if self.last_look is None else min(self.last_look.last_analysed_on, self.as_of)
        before = last - dt.timedelta(days=NEWS_DAYS)
        is_recent = month_number(finding.month) >= month_number(before) - NEWS_MONTHS
        if not self._is_seen(finding, before):
            return Dating(is_recent, self.as_of)
        return Dating(False, first_sight(lambda day: self._is_seen(finding, day), finding.month, before) or before)

    def _is_seen(self, finding: Finding, on: dt.date) -> bool:
        if month_number(on) <= month_number(finding.month_low):
            return False
        return _matching(self._look(on), finding) is not None


def _matching(look: Look, finding: Finding) -> Changepoint | None:
    return find_matching(look, finding.month, finding.month_low, finding.month_high, finding.direction)


def _method() -> dict[str, Any]:
    return {
        "name": detection.NAME,
        "version": detection.VERSION,
        "penalty": calibration.PENALTY,
        "least_exposure": LEAST_EXPOSURE,
        "delay_window_months": delay.WINDOW,
        "delay_strength": delay.STRENGTH,
        "news_days": NEWS_DAYS,
        "news_months": NEWS_MONTHS,
        "kept_margin": KEPT_MARGIN,
    }


def _figures(nights: list[_Night], careful: list[Tracked], alerts: int) -> dict[str, Any]:
    verdicts = [night.look.detection.verdict for night in nights]
    turns = [turn for row in careful for turn in row.turns]
    return {
        "series": len(nights),
        "changed": verdicts.count("changed"),
        "no_change": verdicts.count("no change"),
        "too_young": verdicts.count("too young to judge"),
        "no_data": verdicts.count("no data"),
        "changepoints": sum(row.state != "withdrawn" for row in careful),
        "new_history": sum("detected" in row.turns and not row.is_news for row in careful),
        "new_news": sum("detected" in row.turns and row.is_news for row in careful),
        "moved": turns.count("moved"),
        "confirmed": turns.count("confirmed"),
        "withdrawn": turns.count("withdrawn"),
        "alerts": alerts,
    }
