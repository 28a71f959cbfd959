"""Nights of the changepoint job without a database: each knows what the one before left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import polars as pl
from counted_worlds import tables

from filingwatch import ledger
from filingwatch.jobs import changepoint_rows as rows
from filingwatch.jobs.base import JobResult
from filingwatch.jobs.changepoints import ChangepointJob
from filingwatch.jobs.pipeline_findings import CHANGES, FINDING, PARTS
from filingwatch.watch import SeriesRule, Term, Watch

WATCH = Watch(
    watch="parks",
    title="Parks",
    question="Who files benches?",
    include=(Term(term="bench", language="en", reason="the thing itself"),),
    series=(SeriesRule(by=("office",), least_filings=1),),
)
NOTHING_KNOWN = {
    "ml.changepoint": pl.DataFrame(schema=rows.CHANGEPOINT),
    "ml.series_verdict": pl.DataFrame(schema=rows.VERDICT),
    "ml.series_fit": pl.DataFrame(schema=rows.FIT),
    "ml.pipeline_finding": pl.DataFrame(schema=FINDING),
}
NOTHING_CHANGED = {read.table: pl.DataFrame(schema=dict.fromkeys(read.columns, pl.String)) for read in (CHANGES, PARTS)}
CONTRACT = ("changepoint_id", "state", "month", "is_news", "event_id", "first_announced_on")


@dataclass(frozen=True, kw_only=True)
class Night(JobResult):
    """What a night said, and what the tables held after it."""

    known: Mapping[str, pl.DataFrame]


def night(series: Mapping[str, pl.DataFrame], as_of: dt.date, before: Night | None = None, **options: Any) -> Night:
    """One night of the job, knowing what the night before left. `watch` is another watch than the plain one, `of_all`
    all filings, relevant or not, whose delays are learned (by default the series themselves)."""
    prior = NOTHING_KNOWN if before is None else before.known
    watch, of_all = options.pop("watch", WATCH), options.pop("of_all", series)
    run = ledger.Run(f"run-{as_of}", "nightly", as_of, dt.datetime.combine(as_of, dt.time(3)))
    told = NOTHING_CHANGED | tables(series, as_of, **options)
    told["insight.fct_reporting_triangle"] = tables(of_all, as_of, **options)["insight.fct_reporting_triangle"]
    result = ChangepointJob().run(told, prior, watch, run)
    fit, key = result.change["ml.series_fit"], ["series_id", "filing_month"]
    standing = prior["ml.series_fit"].join(fit.gone, on=key, how="anti").join(fit.rows, on=key, how="anti")
    known = {**result.replace, "ml.series_fit": pl.concat([standing, fit.rows]).sort(key)}
    return Night(**{one.name: getattr(result, one.name) for one in fields(result)}, known=known)


def careful(result: Night) -> pl.DataFrame:
    return result.replace["ml.changepoint"].filter(pl.col("mode") == "careful").sort("series_id", "month")


def turns(result: Night) -> list[tuple[str, bool]]:
    events = result.append["ml.changepoint_event"]
    return list(events.select("event", "is_news").iter_rows())
