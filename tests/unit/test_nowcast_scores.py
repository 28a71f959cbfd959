"""How good nowcasts were, by office and type: replayed, and checked against what the months came to."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
from counted_worlds import rates, reports

from filingwatch.changepoints.delay import Reports, learn_law
from filingwatch.changepoints.nowcast import nowcast
from filingwatch.changepoints.replaying import look_at
from filingwatch.jobs.changepoint_rows import fit_rows
from filingwatch.jobs.nowcast_scores import score_nowcasts

TODAY = dt.date(2019, 12, 31)


def triangle(months: int, *, early: float = 0.0) -> pl.DataFrame:
    """Inventions of one office as the series layer gives them, with some records that have no date of filing.

    `early` of the reports of filings before 2016 came at once: a law that changed.
    """
    frame = reports(np.random.default_rng(1), rates(months, 60))
    if early:
        told = pl.when(pl.col("reference_month").dt.year() < 2016).then("reference_month").otherwise("report_date")
        at_once = frame.with_columns(report_date=told, count=(pl.col("count") * early).ceil().cast(pl.Int32))
        frame = pl.concat([frame, at_once])
    counted = frame.group_by("reference_month", pl.col("report_date").dt.truncate("1mo")).agg(pl.col("count").sum())
    dated = counted.select(
        office=pl.lit("CN"), patent_type=pl.lit("invention"), filing_month="reference_month",
        publication_month="report_date", filing_count="count", is_synthetic=pl.lit(False),
    )  # fmt: skip
    undated = dated.head(3).with_columns(filing_month=pl.lit(None, pl.Date))
    return pl.concat([dated, undated]).filter(pl.col("publication_month") <= TODAY)


def test_past_nowcasts_are_checked_by_age() -> None:
    """Every age has its row; intervals hold about what they say, and beat known over share."""
    found = score_nowcasts(triangle(144), TODAY)
    assert found["age_band"].to_list() == ["0-5", "12-17", "18-23", "6-11"]
    assert found["nowcast_count"].min() >= 8
    checked = found.filter(pl.col("age_band") != "18-23")
    assert checked["coverage_90_share"].is_between(0.75, 1).all()
    assert (checked["coverage_50_share"] < checked["coverage_90_share"]).all()
    assert (found["coverage_90_share"] <= found["coverage_95_share"]).all()
    assert (checked["wis"] < checked["ladder_wis"]).all()
    assert found["last_look_month"].max() <= dt.date(2019, 6, 1)
    assert found.filter(pl.col("age_band") == "0-5")["last_look_month"][0] <= dt.date(2018, 6, 1)


def test_a_law_that_broke_shows_in_the_scores() -> None:
    """Where nowcasts were far off, coverage and bias say so."""
    steady, broken = (
        score_nowcasts(triangle(144, early=early), TODAY).filter(pl.col("age_band") == "6-11").row(0, named=True)
        for early in (0.0, 1.5)
    )
    assert broken["coverage_90_share"] < steady["coverage_90_share"] - 0.1
    assert abs(broken["bias_share"]) > abs(steady["bias_share"]) + 0.05


def test_what_cannot_be_checked_has_no_row() -> None:
    """A short history, and none at all."""
    short = triangle(144).filter(pl.col("filing_month") >= dt.date(2016, 1, 1))
    assert score_nowcasts(short, TODAY).is_empty()
    assert score_nowcasts(short.clear(), TODAY).is_empty()


def test_months_that_are_not_complete_carry_their_nowcast() -> None:
    """Rows of the fit: an interval that never lies below what is known, and none where all is published."""
    seen = Reports.from_frame(reports(np.random.default_rng(2), rates(144, 40))).known_by(TODAY)
    look = look_at(seen, TODAY, lambda day: learn_law(seen, day))
    said = nowcast(seen, TODAY, lambda day: learn_law(seen, day))
    rows = fit_rows("w", "m", [("w/all", look, said)])
    open_, complete = (rows.filter(pl.col("nowcast_count").is_null() == flag) for flag in (False, True))
    assert open_.height == len(said.months) and complete.height == rows.height - len(said.months)
    assert open_["filing_month"].min() > complete["filing_month"].max()
    assert (complete["completeness"] > 0.99).all() and (open_["completeness"] < 1).all()
    assert (open_["nowcast_low"] >= open_["filing_count"]).all() and (
        open_["nowcast_high"] > open_["nowcast_low"]
    ).any()
    assert (open_["nowcast_count"] >= open_["filing_count"]).all()
    assert open_["nowcast_count"].max() > 20 and open_["filing_count"].min() == 0
