"""How much of each month of filing can have been published by now, by the delay law that the changepoint job uses.

Belongs to no watch: the delays are those of all filings of an office and type. Unknown stays null: an office whose
publications of the last three years are too few has no law of its own, and another's is not a substitute.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from filingwatch.changepoints.months import month_number
from filingwatch.changepoints.replaying import LEAST_EXPOSURE
from filingwatch.jobs.changepoint_series import Strata

LEAST_EVIDENCE = 50
"""So many inventions of an office and type must have been published in the window before their delays are believed; as
many as a small group borrows from its parent."""
EVIDENCE_MONTHS = 36
"""The window of that: months of reports before the last one."""
_TWO_SIDED_95 = 1.96
_CELL = ("is_synthetic", "office", "patent_type")


def measure_completeness(triangle: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """One row for every month from the first filing to the last day observed, by office, type and origin; sorted.

    The bounds hold the law's own error: what past months came to against what the law said of them.
    """
    strata = Strata(triangle)
    dated = triangle.drop_nulls("filing_month")
    parts = [
        _measure(strata, cell, part, as_of)
        for cell, part in sorted(dated.partition_by(*_CELL, as_dict=True).items())
    ]  # fmt: skip
    return pl.concat(parts) if parts else pl.DataFrame(schema=_SCHEMA)


def _measure(strata: Strata, cell: tuple, part: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    is_synthetic, office, patent_type = cell
    until = strata.source_until(is_synthetic, office, patent_type, as_of)
    months = _every_month(part.group_by("filing_month").agg(pl.col("filing_count").sum()), until)
    evidence = _count_evidence(part, until)
    share = low = high = young = None
    if evidence >= LEAST_EVIDENCE:
        number = np.array([month_number(month) for month in months["filing_month"]])
        known, error = strata.law(is_synthetic, office, patent_type, until).at(number, until)
        share, spread = np.minimum(known, 1.0), _TWO_SIDED_95 * known * error
        low, high = np.clip(share - spread, 0.0, 1.0), np.clip(share + spread, 0.0, 1.0)
        young = share < LEAST_EXPOSURE
    return months.select(
        pl.lit(office).alias("office"),
        pl.lit(patent_type).alias("patent_type"),
        "filing_month",
        pl.lit(is_synthetic).alias("is_synthetic"),
        pl.col("filing_count").cast(pl.Int32),
        pl.lit(None if share is None else pl.Series(share), pl.Float64).alias("completeness_share"),
        pl.lit(None if low is None else pl.Series(low), pl.Float64).alias("completeness_share_low"),
        pl.lit(None if high is None else pl.Series(high), pl.Float64).alias("completeness_share_high"),
        pl.lit(None if young is None else pl.Series(young), pl.Boolean).alias("is_too_young"),
        pl.lit(until).alias("observed_until"),
        pl.lit(evidence, pl.Int32).alias("evidence_count"),
    )


def _every_month(counted: pl.DataFrame, until: dt.date) -> pl.DataFrame:
    """Months without a filing too, up to the last that was observed: of the youngest ones nothing is out yet."""
    first, last = counted["filing_month"].min(), counted["filing_month"].max()
    months = pl.date_range(first, max(last, until.replace(day=1)), "1mo", eager=True).alias("filing_month")
    return (
        months.to_frame().join(counted, on="filing_month", how="left").with_columns(pl.col("filing_count").fill_null(0))
    )


def _count_evidence(part: pl.DataFrame, until: dt.date) -> int:
    end = month_number(until)
    reported = part.drop_nulls("publication_month").with_columns(
        number=pl.col("publication_month").dt.year().cast(pl.Int64) * 12 + pl.col("publication_month").dt.month() - 1
    )
    return int(reported.filter(pl.col("number").is_between(end - EVIDENCE_MONTHS, end))["filing_count"].sum())


_SCHEMA = {
    "office": pl.String,
    "patent_type": pl.String,
    "filing_month": pl.Date,
    "is_synthetic": pl.Boolean,
    "filing_count": pl.Int32,
    "completeness_share": pl.Float64,
    "completeness_share_low": pl.Float64,
    "completeness_share_high": pl.Float64,
    "is_too_young": pl.Boolean,
    "observed_until": pl.Date,
    "evidence_count": pl.Int32,
}
