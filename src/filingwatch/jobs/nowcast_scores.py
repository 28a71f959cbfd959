"""How good nowcasts were: those of past months, made with what was published then, against what the months came to.

Belongs to no watch: the counts are all filings of an office and type. What a nowcast is belongs to
`changepoints.nowcast`.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from filingwatch.changepoints import scores
from filingwatch.changepoints.months import first_day, last_day, last_whole_month, month_number
from filingwatch.changepoints.nowcast import Nowcast, chain_ladder, nowcast
from filingwatch.changepoints.triangle import LONGEST_DELAY
from filingwatch.jobs.changepoint_series import Strata

LOOKS = 12
STEP = 6
"""So many past looks, so many months apart, the newest as long ago."""
LEAST_HISTORY = 60
"""Months of filing that a look must have behind it."""
CHECKED_SHARE = 0.995
"""A month is checked when this share of it must be published by now."""
_BANDS = ((6, "0-5"), (12, "6-11"), (18, "12-17"), (24, "18-23"))
_OLDEST = "24+"
_CELL = ("is_synthetic", "office", "patent_type")


def score_nowcasts(triangle: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Coverage, bias and weighted interval score by office, type, origin and age of the month at the look; sorted.

    No row where nothing could be checked: a history of less than five years, or no month that is complete by now.
    """
    strata = Strata(triangle)
    cells = triangle.drop_nulls("filing_month").select(_CELL).unique().sort(_CELL).rows()
    parts = [row for cell in cells for row in _score(strata, cell, as_of)]
    return pl.DataFrame(parts, schema=_SCHEMA)


def _score(strata: Strata, cell: tuple[bool, str, str], as_of: dt.date) -> list[dict[str, object]]:
    checked = [_check(strata, cell, as_of, back) for back in range(STEP, STEP * LOOKS + 1, STEP)]
    rows = pl.concat([frame for frame in checked if frame is not None]) if any(f is not None for f in checked) else None
    if rows is None or rows.is_empty():
        return []
    return [
        {
            "is_synthetic": cell[0],
            "office": cell[1],
            "patent_type": cell[2],
            "age_band": band,
            "nowcast_count": part.height,
            **{f"coverage_{chance}_share": part[f"within_{chance}"].mean() for chance in (50, 90, 95)},
            "bias_share": part["mean"].sum() / part["truth"].sum() - 1 if part["truth"].sum() else None,
            "wis": part["wis"].mean(),
            "ladder_wis": part["ladder_wis"].mean(),
            "first_look_month": part["look_month"].min(),
            "last_look_month": part["look_month"].max(),
        }
        for (band,), part in sorted(rows.partition_by("age_band", as_dict=True).items())
    ]


def _check(strata: Strata, cell: tuple[bool, str, str], as_of: dt.date, back: int) -> pl.DataFrame | None:
    """One past look: its nowcasts of months that are complete by now."""
    reports = strata.reports(*cell)
    now = last_whole_month(strata.source_until(*cell, as_of))
    looked = month_number(now) - back
    first = reports.triangle[0]
    if looked - first < LEAST_HISTORY:
        return None
    said = nowcast(reports, last_day(looked), lambda day: strata.law(*cell, day))
    row, age = said.months - first, np.minimum(month_number(now) - said.months, LONGEST_DELAY)
    is_whole = (strata.law(*cell, now).share[age] >= CHECKED_SHARE) & (row >= 0) & (row < len(reports.known))
    truth = reports.known[np.where(is_whole, row, 0), age]
    return _judge(said, truth, looked).filter(pl.Series(is_whole))


def _judge(said: Nowcast, truth: np.ndarray, looked: int) -> pl.DataFrame:
    quantiles = said.quantiles(scores.LEVELS)
    ladder = chain_ladder(said).quantiles(scores.LEVELS)
    ages = [next((name for limit, name in _BANDS if age < limit), _OLDEST) for age in looked - said.months]
    return pl.DataFrame(
        {
            "age_band": pl.Series(ages, dtype=pl.String),
            "mean": said.mean,
            "truth": truth,
            "wis": scores.weighted_interval_score(quantiles, truth),
            "ladder_wis": scores.weighted_interval_score(ladder, truth),
            "look_month": pl.Series([first_day(looked)] * len(truth), dtype=pl.Date),
            **{
                f"within_{chance}": (quantiles[low] <= truth) & (truth <= quantiles[-1 - low])
                for chance, low in ((50, 6), (90, 2), (95, 1))
            },
        }
    )


_SCHEMA = {
    "is_synthetic": pl.Boolean,
    "office": pl.String,
    "patent_type": pl.String,
    "age_band": pl.String,
    "nowcast_count": pl.Int32,
    "coverage_50_share": pl.Float64,
    "coverage_90_share": pl.Float64,
    "coverage_95_share": pl.Float64,
    "bias_share": pl.Float64,
    "wis": pl.Float64,
    "ladder_wis": pl.Float64,
    "first_look_month": pl.Date,
    "last_look_month": pl.Date,
}
