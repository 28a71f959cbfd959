"""All series of a watch in one night: which of them are looked at again, and what stands for the others.

The looks themselves are in `changepoint_looks`, what decides in `changepoint_keys`; events and alerts are made in
`changepoints`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import polars as pl

from filingwatch.alerts.doctrine import Member
from filingwatch.changepoints import tracking
from filingwatch.changepoints.tracking import Tracked
from filingwatch.jobs import changepoint_rows as rows
from filingwatch.jobs.base import Change, Tables
from filingwatch.jobs.changepoint_keys import Bar, bar_for, look_key, method_of
from filingwatch.jobs.changepoint_looks import Night, SeriesNight
from filingwatch.jobs.changepoint_series import read_series
from filingwatch.jobs.pipeline_findings import continue_findings, name_causes, read_findings
from filingwatch.ledger import Run


class WatchNight:
    """Tonight's looks at the series that changed, and what the last looks said of those that did not."""

    def __init__(self, tables: Tables, prior: Tables, watch: str, run: Run, model_id: str, job_version: int) -> None:
        self._watch, self._run, self._model_id = watch, run, model_id
        self._fit = prior["ml.series_fit"]
        self._verdicts = rows.read_verdicts(prior["ml.series_verdict"])
        self._known: dict[str, list[Tracked]] = defaultdict(list)
        for row in rows.read_changepoints(prior["ml.changepoint"]):
            self._known[row.finding.series_id].append(row)
        self.series = {one.series_id: one for one in read_series(tables)}
        self.bar: Bar = bar_for(len(self.series))
        self.method = method_of(self.bar)
        night = Night(run.as_of, model_id, self.bar.threshold, name_causes(tables))
        self.looked: dict[str, SeriesNight] = {}
        for name, one in self.series.items():
            key, last = look_key(one, night.until, self.method, job_version), self._verdicts.get((name, "careful"))
            if last is None or last.row["look_key"] != key:
                self.looked[name] = SeriesNight(one, night, self._known[name], last, key)
        apart = [finding for one in self.looked.values() for finding in one.apart.findings]
        self.pipeline, self.pipeline_news = continue_findings(read_findings(prior), apart, self.looked)

    def rows(self, mode: tracking.Mode) -> list[Tracked]:
        """Every changepoint of the watch, by id; new ones have no event yet."""
        found = [row for one in self.looked.values() for row in (one.careful if mode == "careful" else one.paper)]
        for name, known in self._known.items():
            if name not in self.looked:
                of_mode = [row for row in known if row.finding.mode == mode]
                # of a series that is gone nothing is said any more; one that says the same grows older
                found += [tracking.stand(row, self._run.as_of) for row in of_mode] if name in self.series else of_mode
        return sorted(found, key=lambda row: row.changepoint_id)

    def member(self, row: Tracked) -> Member:
        """A changepoint with what a reader needs to know of its series."""
        name = row.finding.series_id
        one = self.series.get(name)
        if one is None:
            return rows.absent_member(row)
        newest = self.looked[name].newest if name in self.looked else rows.newest_of(self._fit_of(name))
        return Member(row, one.label, one.filing_count, one.is_synthetic, newest)

    def vintage(self, row: Tracked) -> dict[str, Any]:
        """What was known when something happened to a changepoint, and by which bar it was judged."""
        name = row.finding.series_id
        if name in self.looked:
            of_series = self.looked[name].vintage
        else:
            last = self._verdicts[name, "careful"].row
            of_series = {
                "observed_until": last["observed_until"].isoformat(),
                "filing_count": int(self._fit_of(name)["filing_count"].sum()),
                "look_key": last["look_key"],
            }
        return {
            "as_of": self._run.as_of.isoformat(),
            **of_series,
            "method": self.method["name"],
            "method_version": self.method["version"],
            "threshold": self.bar.threshold,
            "false_announcements_per_series_year": self.bar.rate,
            "evidence": row.finding.evidence,
            "firm_evidence": row.finding.firm_evidence,
            "model_id": row.model_id,
        }

    @cached_property
    def verdict_rows(self) -> pl.DataFrame:
        """Rows of ml.series_verdict: tonight's, and the last ones of all others."""
        return rows.verdict_rows(self._watch, self._model_id, self._run.as_of, self.looked, self._verdicts)

    def fit_change(self) -> Change:
        """Rows of ml.series_fit of what was looked at, and which of the others are gone."""
        fitted = rows.fit_rows(
            self._watch, self._model_id, [(name, one.look, one.nowcast) for name, one in self.looked.items()]
        )
        key = ["series_id", "filing_month"]
        standing = pl.col("series_id").is_in(list(self.series.keys() - self.looked.keys()))
        gone = self._fit.select(key).filter(~standing).join(fitted.select(key), on=key, how="anti")
        return Change(fitted, gone)

    def figures(self) -> dict[str, Any]:
        """How many series there are, were looked at, and what stands of them."""
        of_series = pl.col("series_id").is_in(list(self.series)) & (pl.col("mode") == "careful")
        verdicts: Mapping[str, int] = Counter(self.verdict_rows.filter(of_series)["verdict"].to_list())
        return {
            "series": len(self.series),
            "looked_at": len(self.looked),
            "changed": verdicts["changed"],
            "no_change": verdicts["no change"],
            "too_young": verdicts["too young to judge"],
            "no_data": verdicts["no data"],
            "threshold": self.bar.threshold,
        }

    def _fit_of(self, name: str) -> pl.DataFrame:
        return self._fit.filter(pl.col("series_id") == name)
