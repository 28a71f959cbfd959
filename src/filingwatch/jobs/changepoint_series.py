"""The series that the changepoint job looks at, each with the delay law that fits it.

A series of one office and one patent type has the law of all filings of that kind, relevant or not. A series that
pools offices or types has a mixture of laws: it is learned from the series itself, which weighs the mixture as it is,
and borrows from the law of everything it may contain.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from filingwatch.changepoints.delay import DelayLaw, Reports, learn_law, observed_until
from filingwatch.changepoints.model import Array
from filingwatch.changepoints.months import last_day, last_whole_month, month_number
from filingwatch.changepoints.nowcast import REPLAYS, STEP
from filingwatch.jobs.base import Tables

OLD_TRIANGLE = "insight.fct_old_series_triangle"
"""The series that would be counted otherwise, had nothing changed in how series are made; see `pipeline_findings`."""


class Strata:
    """The reporting triangles of all filings, by office and patent type, and the laws learned from them.

    Invented and real filings never share a law.
    """

    def __init__(self, triangle: pl.DataFrame) -> None:
        self._triangle = triangle.rename(
            {"filing_month": "reference_month", "publication_month": "report_month", "filing_count": "count"}
        )
        self.reports = cache(self._reports)
        self._law = cache(self._learn)
        self._until = cache(self._observed_until)
        self.fingerprint = cache(self._fingerprint)

    def law(self, is_synthetic: bool, office: str | None, patent_type: str | None, until: dt.date) -> DelayLaw:
        """The law of an office and type (None is all of them), as it could be known at the end of a day."""
        return self._law(is_synthetic, office, patent_type, last_whole_month(until))

    def source_until(self, is_synthetic: bool, office: str | None, patent_type: str | None, as_of: dt.date) -> dt.date:
        """The day until which the source has told of such filings: earlier than `as_of` when it fell silent."""
        return self._until(is_synthetic, office, patent_type, as_of)

    def _fingerprint(self, is_synthetic: bool, office: str | None, patent_type: str | None, until: dt.date) -> bytes:
        """Equal for two nights exactly when the laws that looks and nowcasts of a day use are the same."""
        month = month_number(last_whole_month(until))
        days = [last_day(month - STEP * back) for back in range(REPLAYS + 1)]
        laws = [self.law(is_synthetic, office, patent_type, day) for day in days]
        return _digest(*(part.tobytes() for law in laws for part in (law.share, law.error)))

    def _reports(self, is_synthetic: bool, office: str | None, patent_type: str | None) -> Reports:
        chosen = pl.col("is_synthetic") == is_synthetic
        if office is not None:
            chosen &= pl.col("office") == office
        if patent_type is not None:
            chosen &= pl.col("patent_type") == patent_type
        return Reports.from_frame(self._triangle.filter(chosen))

    def _learn(self, is_synthetic: bool, office: str | None, patent_type: str | None, until: dt.date) -> DelayLaw:
        parent = None
        if office is not None:
            parent = self._law(is_synthetic, None, patent_type, until)
        elif patent_type is not None:
            parent = self._law(is_synthetic, None, None, until)
        return _in_known_digits(learn_law(self.reports(is_synthetic, office, patent_type), until, parent))

    def _observed_until(
        self, is_synthetic: bool, office: str | None, patent_type: str | None, as_of: dt.date
    ) -> dt.date:
        until = observed_until(self.reports(is_synthetic, office, patent_type), as_of)
        # reports are known by month here: the whole last month counts as told
        return min(as_of, last_day(month_number(until)))


class Monitored:
    """One series: its reports, and the law by which they appear.

    `old_reports` are those of the way of counting before model, labels, watch or sources changed; None where that
    counts the same.
    """

    def __init__(
        self, description: Mapping[str, Any], reports: Reports, strata: Strata, old_reports: Reports | None = None
    ) -> None:
        self.series_id: str = description["series_id"]
        self.label: str = description["label"]
        self.filing_count: int = description["filing_count"]
        self.is_synthetic: bool = description["is_synthetic"]
        self.reports = reports
        self.old_reports = old_reports
        self._stratum = (self.is_synthetic, description["office"], description["patent_type"])
        self._strata = strata
        self._own_law = cache(self._learn_own)

    def law_at(self, until: dt.date) -> DelayLaw:
        """The law as it could be known at the end of a day."""
        if None in self._stratum:
            return self._own_law(last_whole_month(until))
        return self._strata.law(*self._stratum, until)

    def source_until(self, as_of: dt.date) -> dt.date:
        """The day until which the source has told of filings like these."""
        return self._strata.source_until(*self._stratum, as_of)

    def fingerprint(self, until: dt.date) -> bytes:
        """Equal for two nights exactly when a look sees the same: reports by that day, and the laws of its stratum.

        A law of its own is learned from these two, and need not be learned to be compared. The laws are those of the
        day until which a look finds the series reported, and of the days that its nowcast replays.
        """
        ways = [self.reports] if self.old_reports is None else [self.reports, self.old_reports]
        known = [way.known_by(until) for way in ways]
        told = min(observed_until(self.reports, until), self.source_until(until))
        own = [column.tobytes() for way in known for column in (way.month, way.day, way.count)]
        where = repr((self._stratum, told.isoformat())).encode()
        return _digest(where, *own, self._strata.fingerprint(*self._stratum, told))

    def _learn_own(self, until: dt.date) -> DelayLaw:
        return _in_known_digits(learn_law(self.reports, until, self._strata.law(*self._stratum, until)))


def read_series(tables: Tables) -> list[Monitored]:
    """Every series of the watch with its reports, by id."""
    strata = Strata(tables["insight.fct_reporting_triangle"])
    reports, old_reports = _by_series(tables["insight.fct_series_triangle"]), _by_series(tables[OLD_TRIANGLE])
    none = Reports(*(np.zeros(0, dtype=kind) for kind in (np.int64, np.int64, np.float64)))
    return [
        Monitored(one, reports.get(one["series_id"], none), strata, old_reports.get(one["series_id"]))
        for one in tables["insight.dim_series"].sort("series_id").iter_rows(named=True)
    ]


def _by_series(triangle: pl.DataFrame) -> dict[str, Reports]:
    triangle = triangle.rename(
        {"filing_month": "reference_month", "publication_date": "report_date", "filing_count": "count"}
    )
    triangle = triangle.drop_nulls()
    if not _is_sorted(triangle):
        triangle = triangle.sort("series_id", "reference_month", "report_date")
    runs = triangle["series_id"].rle().struct.unnest()
    ends = runs["len"].cum_sum()
    reports = Reports.from_frame(triangle)
    return {
        one: Reports(*(column[end - length : end] for column in (reports.month, reports.day, reports.count)))
        for one, length, end in zip(runs["value"], runs["len"], ends, strict=True)
    }


def _is_sorted(triangle: pl.DataFrame) -> bool:
    """As jobs are handed it; to sort millions of rows once more would cost more than all else of a quiet night."""
    series, month, day = (pl.col(name) for name in ("series_id", "reference_month", "report_date"))
    in_month = (month > month.shift()) | ((month == month.shift()) & (day >= day.shift()))
    in_order = (series > series.shift()) | ((series == series.shift()) & in_month)
    return bool(triangle.select(in_order.slice(1).all()).item())


def _in_known_digits(law: DelayLaw) -> DelayLaw:
    """The law as used: more than four digits of it nobody knows.

    One late report moves every law of its type by a millionth, through the parents; it must not be a reason to look at
    every series again.
    """
    return replace(law, share=_rounded(law.share), error=_rounded(law.error))


def _rounded(row: Array) -> Array:
    """To four significant digits; order is kept."""
    unit = 10.0 ** (np.floor(np.log10(np.maximum(np.abs(row), 1e-12))) - 3)
    return np.round(row / unit) * unit


def _digest(*parts: bytes) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()
