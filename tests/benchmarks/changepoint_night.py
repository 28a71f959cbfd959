"""How long a night of the changepoint job takes for thousands of series.

    python tests/benchmarks/changepoint_night.py --series 2000

The watch is SYNTHETIC: series of 20 offices and two types, one in five of them pooled over offices, at 5 to 50 filings
a month with growth, a December peak, overdispersion and weekly publication after 3 to 18 months; a tenth of them
doubles or halves once. Three nights: the first (everything is looked at, and what is found in the back-file is dated by
replays), one on which nothing changed, and one on which each hundredth series lost a filing, such as by a label.
Printed: seconds of the process (`cpu`) and of the clock, the number of looks, and what was found.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from filingwatch import ledger
from filingwatch.changepoints.months import first_day, month_number
from filingwatch.jobs import changepoint_rows as rows
from filingwatch.jobs.base import JobResult
from filingwatch.jobs.changepoint_series import read_series
from filingwatch.jobs.changepoints import ChangepointJob
from filingwatch.jobs.pipeline_findings import CHANGES, FINDING, FINDINGS, PARTS, TRIANGLE
from filingwatch.watch import SeriesRule, Term, Watch

START, NIGHT = dt.date(2006, 1, 1), dt.date(2026, 11, 22)
MONTHS = month_number(NIGHT) - month_number(START) + 1
COLUMNS = ["series_id", "filing_month", "publication_date", "filing_count"]
LEVELS = (5, 15, 50)
WATCH = Watch(
    watch="bench", title="Bench", question="How long does it take?",
    include=(Term(term="bench", language="en", reason="the thing itself"),), series=(SeriesRule(by=("office",)),),
)  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--series", type=int, default=2000)
    asked.add_argument("--changed", type=float, default=0.1, help="share of the series that double or halve once")
    options = asked.parse_args()
    tables = _tables(np.random.default_rng(1), options.series, options.changed)
    print(
        f"SYNTHETIC: {options.series} series of {MONTHS} months, {tables['insight.fct_series_triangle'].height:,} rows"
    )
    known: dict[str, pl.DataFrame] = {
        "ml.changepoint": pl.DataFrame(schema=rows.CHANGEPOINT),
        "ml.series_verdict": pl.DataFrame(schema=rows.VERDICT),
        "ml.series_fit": pl.DataFrame(schema=rows.FIT),
        FINDINGS: pl.DataFrame(schema=FINDING),
    }
    _timed("only reading the series", lambda: read_series(tables))
    known = _night("first look", tables, known, 0)
    known = _night("nothing changed", tables, known, 1)
    _night("each hundredth series changed", _lose_some(tables), known, 2)


def _night(name: str, tables: dict[str, pl.DataFrame], known: dict[str, pl.DataFrame], day: int) -> dict[str, Any]:
    as_of = NIGHT + dt.timedelta(days=day)
    run = ledger.Run(f"run-{day}", "nightly", as_of, dt.datetime.combine(as_of, dt.time(3)))
    result: JobResult = _timed(name, lambda: ChangepointJob().run(tables, known, WATCH, run))
    figures = ("looked_at", "changepoints", "events", "new_history", "new_news", "withdrawn")
    print("    " + ", ".join(f"{figure} {result.figures[figure]}" for figure in figures))
    fit, key = result.change["ml.series_fit"], ["series_id", "filing_month"]
    standing = known["ml.series_fit"].join(fit.gone, on=key, how="anti").join(fit.rows, on=key, how="anti")
    return {**result.replace, "ml.series_fit": pl.concat([standing, fit.rows])}


def _timed(name: str, work: Callable[[], Any]) -> Any:
    clock, cpu = time.monotonic(), time.process_time()
    answer = work()
    print(f"{name}: {time.process_time() - cpu:.1f} s cpu, {time.monotonic() - clock:.1f} s")
    return answer


def _tables(rng: np.random.Generator, number: int, changed: float) -> dict[str, pl.DataFrame]:
    """Every series for itself: pools are no sums here, as only time is measured."""
    offices = [f"O{index:02}" for index in range(20)]
    described, parts = [], []
    for index in range(number):
        office = offices[index % len(offices)]
        patent_type = ("invention", "utility_model")[index // len(offices) % 2]
        is_pool = index % 5 == 0
        where = "" if is_pool else f"office={office}/patent_type={patent_type}/"
        series_id = f"bench/{where}technology=t{index:04}"
        described.append(
            (series_id, series_id, None if is_pool else office, None if is_pool else patent_type, 0, False)
        )
        parts.append(_reports(rng, series_id, office, patent_type, LEVELS[index % 3], rng.random() < changed))
    triangle = pl.concat(parts).filter(pl.col("publication_date") <= NIGHT)
    names = ("series_id", "label", "office", "patent_type", "filing_count", "is_synthetic")
    reporting = (
        triangle.group_by("office", "patent_type", "filing_month", pl.col("publication_date").dt.truncate("1mo"))
        .agg(pl.col("filing_count").sum())
        .rename({"publication_date": "publication_month"})
        .with_columns(is_synthetic=pl.lit(False))
    )
    return {
        "insight.dim_series": pl.DataFrame(described, schema=names, orient="row"),
        "insight.fct_series_triangle": triangle.select(COLUMNS).sort(COLUMNS),
        "insight.fct_reporting_triangle": reporting,
        TRIANGLE.table: triangle.drop("office", "patent_type").clear(),
        **{read.table: pl.DataFrame(schema=dict.fromkeys(read.columns, pl.String)) for read in (CHANGES, PARTS)},
    }


def _reports(
    rng: np.random.Generator, series_id: str, office: str, patent_type: str, level: float, is_changed: bool
) -> pl.DataFrame:
    time_ = np.arange(MONTHS)
    rate = level * 1.05 ** (time_ / 12) * np.where(time_ % 12 == 11, 1.6, 1.0)
    if is_changed:
        rate = rate * np.where(time_ >= rng.integers(36, MONTHS - 36), rng.choice([0.5, 2.0]), 1.0)
    filed = np.repeat(time_, rng.poisson(rate * rng.gamma(10, 0.1, MONTHS)))
    delay = np.where(
        rng.random(len(filed)) < 0.3, rng.integers(90, 280, len(filed)), rng.integers(545, 575, len(filed))
    )
    months = pl.Series([first_day(month_number(START) + month) for month in time_])
    return (
        pl.DataFrame({"filing_month": months.gather(filed), "delay": delay + rng.integers(0, 28, len(filed))})
        .with_columns(publication_date=(pl.col("filing_month") + pl.duration(days=pl.col("delay"))).dt.truncate("1w"))
        .group_by("filing_month", "publication_date")
        .agg(filing_count=pl.len().cast(pl.Int32))
        .with_columns(series_id=pl.lit(series_id), office=pl.lit(office), patent_type=pl.lit(patent_type))
    )


def _lose_some(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Each hundredth series has one filing fewer in a past month; the delays of all filings stay."""
    chosen = tables["insight.dim_series"]["series_id"].gather_every(100)
    triangle = tables["insight.fct_series_triangle"].with_row_index()
    first = (
        triangle.filter(pl.col("series_id").is_in(chosen.implode()))
        .group_by("series_id")
        .agg(pl.col("index").min())["index"]
    )
    fewer = triangle.filter(~pl.col("index").is_in(first.implode())).drop("index")
    return {**tables, "insight.fct_series_triangle": fewer}


if __name__ == "__main__":
    main()
