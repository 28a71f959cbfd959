"""Small worlds with a known truth for the changepoint tests: counts, delays, and the tables a night would read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import polars as pl

from filingwatch.changepoints.months import first_day, month_number

START = dt.date(2008, 1, 1)


def season() -> np.ndarray:
    """Twelve factors with a December peak and a February dip, of geometric mean 1."""
    factors = np.ones(12)
    factors[1], factors[11] = 0.7, 1.8
    return factors / np.exp(np.log(factors).mean())


def rates(months: int, level: float, growth: float = 0.08, shifts: Mapping[int, float] | None = None) -> np.ndarray:
    """Expected counts of months from a January on; each shift multiplies the rate from its month on."""
    time = np.arange(months)
    rate = level * (1 + growth) ** (time / 12) * season()[time % 12]
    for month, factor in (shifts or {}).items():
        rate = rate * np.where(time >= month, factor, 1.0)
    return rate


def counts(rng: np.random.Generator, rate: np.ndarray, size: float | None = 10) -> np.ndarray:
    """Negative binomial of that size, or Poisson."""
    return rng.poisson(rate if size is None else rate * rng.gamma(size, 1 / size, len(rate))).astype(float)


def delays(rng: np.random.Generator, number: int) -> np.ndarray:
    """Days from filing to publication: three in ten after three to nine months, the others after eighteen."""
    early = rng.random(number) < 0.3
    return np.where(early, rng.integers(90, 280, number), rng.integers(545, 575, number))


def reports(rng: np.random.Generator, rate: np.ndarray, start: dt.date = START) -> pl.DataFrame:
    """A triangle with days: reference_month, report_date, count."""
    filed = np.repeat(np.arange(len(rate)), counts(rng, rate).astype(int))
    day = rng.integers(0, 28, len(filed)) + delays(rng, len(filed))
    first = month_number(start)
    return (
        pl.DataFrame({"reference_month": [first_day(first + int(month)) for month in filed], "delay": day})
        .select("reference_month", report_date=pl.col("reference_month") + pl.duration(days=pl.col("delay")))
        .group_by(pl.all())
        .agg(count=pl.len().cast(pl.Int32))
        .sort("reference_month", "report_date")
    )


def tables(series: Mapping[str, pl.DataFrame], as_of: dt.date, *, synthetic: bool = False) -> dict[str, pl.DataFrame]:
    """What the changepoint job reads on a day: each series is all inventions of the office it is named after."""
    known = {office: frame.filter(pl.col("report_date") <= as_of) for office, frame in series.items()}
    triangle = pl.concat(
        frame.select(
            series_id=pl.lit(f"parks/office={office}"),
            filing_month="reference_month",
            publication_date="report_date",
            filing_count="count",
        )
        for office, frame in known.items()
    )
    reporting = pl.concat(
        frame.group_by("reference_month", pl.col("report_date").dt.truncate("1mo"))
        .agg(pl.col("count").sum())
        .select(
            office=pl.lit(office),
            patent_type=pl.lit("invention"),
            filing_month="reference_month",
            publication_month="report_date",
            filing_count="count",
            is_synthetic=pl.lit(synthetic),
        )
        for office, frame in known.items()
    )
    described = pl.DataFrame(
        [
            {
                "series_id": f"parks/office={office}",
                "label": f"Parks: {office}, inventions",
                "office": office,
                "patent_type": "invention",
                "filing_count": int(frame["count"].sum()),
                "is_synthetic": synthetic,
            }
            for office, frame in known.items()
        ]
    )
    return {
        "insight.dim_series": described,
        "insight.fct_series_triangle": triangle,
        "insight.fct_reporting_triangle": reporting,
        "insight.fct_old_series_triangle": triangle.clear(),
    }
