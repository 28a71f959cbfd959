"""Tonight's looks at one series: careful and as the 2023 paper, set against what was known of the series.

What a night of all series makes of them belongs to `changepoints`, rows to `changepoint_rows`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from filingwatch.changepoints import tracking
from filingwatch.changepoints.monitoring import is_announced
from filingwatch.changepoints.months import last_whole_month, month_number
from filingwatch.changepoints.nowcast import Nowcast, nowcast
from filingwatch.changepoints.replaying import Look, find_matching, first_sight, look_as_the_paper, look_at
from filingwatch.changepoints.tracking import Dating, Finding, Tracked
from filingwatch.jobs import changepoint_rows as rows
from filingwatch.jobs.changepoint_keys import NEWS_DAYS, NEWS_MONTHS
from filingwatch.jobs.changepoint_series import Monitored
from filingwatch.jobs.pipeline_findings import Apart, set_apart

_UNJUDGED = ("too young to judge", "no data")


@dataclass(frozen=True, slots=True)
class Night:
    """What is the same for all series of a watch in one run. `causes` are what changed in how its series are made."""

    as_of: dt.date
    model_id: str
    threshold: float
    causes: tuple[str, ...] = ()

    @property
    def until(self) -> dt.date:
        """Looks use whole months of reports: nights of one month see the same unless earlier months change."""
        return last_whole_month(self.as_of)


class SeriesNight:
    """The looks at one series that has changed since it was looked at last, or never was."""

    def __init__(
        self, series: Monitored, night: Night, known: Sequence[Tracked], last: rows.LastVerdict | None, look_key: str
    ) -> None:
        self.series = series
        self.look_key = look_key
        self._night = night
        self._last = last
        self._look_until = cache(self._look)
        self.look = self._look_until(night.until)
        self.paper_look = look_as_the_paper(series.reports, night.until)
        self.apart = Apart([])
        self.careful = self._track_careful([row for row in known if row.finding.mode == "careful"])
        self.paper = self._track_paper([row for row in known if row.finding.mode == "paper"])

    @property
    def newest(self) -> dict[str, float]:
        """The newest judged months and the share of each that can have been published."""
        judged = [index for index, is_judged in enumerate(self.look.judged) if is_judged][-rows.NEWEST_MONTHS :]
        return {f"{self.look.month(index):%Y-%m}": round(float(self.look.completeness[index]), 3) for index in judged}

    @property
    def nowcast(self) -> Nowcast:
        """What the months that are not complete will come to."""
        return nowcast(self.series.reports, self.look.observed_until, self.series.law_at)

    @property
    def vintage(self) -> dict[str, Any]:
        """What was known of the series tonight."""
        return {
            "observed_until": self.look.observed_until.isoformat(),
            "filing_count": int(self.look.counts.sum()),
            "look_key": self.look_key,
        }

    def _track_careful(self, known: list[Tracked]) -> list[Tracked]:
        if self.look.detection.verdict in _UNJUDGED:
            return [tracking.stand(row, self._night.as_of) for row in known]
        found = self._findings("careful", self.look)
        self.apart = set_apart(self.series, self.look, found, known, self._is_sure, self._night)
        return tracking.track(
            known, self.apart.followed, self._night.as_of, self._night.model_id, self._date, self._is_sure
        )

    def _is_sure(self, finding: Finding) -> bool:
        return is_announced(finding, self._night.threshold)

    def _track_paper(self, known: list[Tracked]) -> list[Tracked]:
        if self.paper_look.detection.verdict in _UNJUDGED:
            return known
        tracked = tracking.track(
            known, self._findings("paper", self.paper_look), self._night.as_of, self._night.model_id,
            lambda _: Dating(False, None), lambda _: True,
        )  # fmt: skip
        return [replace(row, event_id=row.changepoint_id) for row in tracked]

    def _findings(self, mode: tracking.Mode, look: Look) -> list[Finding]:
        return [rows.as_finding(self.series.series_id, mode, look, one) for one in look.detection.changepoints]

    def _look(self, until: dt.date) -> Look:
        return look_at(
            self.series.reports, until, self.series.law_at, source_until=self.series.source_until(until)
        )  # fmt: skip

    def _date(self, finding: Finding) -> Dating:
        """News or history: whether it could have been announced long before the last look."""
        looked = self._last.last_analysed_on if self._last else None
        last = min(last_whole_month(looked), self._night.as_of) if looked else self._night.as_of
        before = last - dt.timedelta(days=NEWS_DAYS)
        is_recent = month_number(finding.month) >= month_number(before) - NEWS_MONTHS
        if not self._is_seen(finding, before):
            return Dating(is_recent, self._night.as_of)
        return Dating(False, first_sight(lambda day: self._is_seen(finding, day), finding.month, before) or before)

    def _is_seen(self, finding: Finding, on: dt.date) -> bool:
        if month_number(on) <= month_number(finding.month_low):
            return False
        look = self._look_until(last_whole_month(on))
        same = find_matching(look, finding.month, finding.month_low, finding.month_high, finding.direction)
        return same is not None and is_announced(same, self._night.threshold)
