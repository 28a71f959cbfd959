"""The background: how many inventions an office publishes whatever their subject, counted and not kept.

A source tells of each new invention that no watch wants; here it is counted once, whichever page tells of it again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

import duckdb
import polars as pl

from filingwatch import ledger
from filingwatch.sources.base import MonthTotal, Origin, PassedOver


def count_background(
    con: duckdb.DuckDBPyConnection,
    source: Origin,
    told: Sequence[PassedOver] | Sequence[MonthTotal],
    page_id: str,
    seen_at: dt.datetime,
) -> int:
    """Count the inventions that this source has never told of before, or write down the totals that it tells; returns
    how many inventions. Part of the page's transaction."""
    totals = [one for one in told if isinstance(one, MonthTotal)]
    if totals:
        _write_totals(con, source, totals, page_id, seen_at)
    return _count_passed(con, source.name, [one for one in told if isinstance(one, PassedOver)], page_id, seen_at)


def _write_totals(
    con: duckdb.DuckDBPyConnection, source: Origin, totals: Sequence[MonthTotal], page_id: str, seen_at: dt.datetime
) -> None:
    rows = [(one.office, one.kind, one.filing_month, one.filing_count) for one in totals]
    frame = pl.DataFrame(rows, schema=["office", "kind", "filing_month", "filing_count"], orient="row").with_columns(
        source=pl.lit(source.name),
        page_id=pl.lit(page_id),
        first_seen_at=pl.lit(seen_at),
        is_total=pl.lit(True),
        is_synthetic=pl.lit(source.is_synthetic),
    )
    ledger.insert(con, "raw.background", frame)


def _count_passed(
    con: duckdb.DuckDBPyConnection, source: str, passed: Sequence[PassedOver], page_id: str, seen_at: dt.datetime
) -> int:
    if not passed:
        return 0
    told = pl.DataFrame(
        {
            "invention_hash": pl.Series([hash_invention(one.invention) for one in passed], dtype=pl.UInt64),
            "office": [one.office for one in passed],
            "kind": [one.kind for one in passed],
            "filing_month": [one.filing_month for one in passed],
        }
    ).unique("invention_hash", keep="first", maintain_order=True)
    fresh = told.join(_counted_before(con, source, told), on="invention_hash", how="anti")
    marks = {"source": pl.lit(source), "page_id": pl.lit(page_id)}
    ledger.insert(con, "raw.passed_over", fresh.select("invention_hash").with_columns(**marks))
    counts = fresh.group_by("office", "kind", "filing_month").agg(filing_count=pl.len().cast(pl.Int64))
    counts = counts.sort("office", "kind", "filing_month").with_columns(**marks, first_seen_at=pl.lit(seen_at))
    ledger.insert(con, "raw.background", counts)
    return fresh.height


def hash_invention(invention: str) -> int:
    """64 bits that stay the same in every version of everything, as they are kept for years."""
    return int.from_bytes(hashlib.blake2b(invention.encode(), digest_size=8).digest(), "big")


def _counted_before(con: duckdb.DuckDBPyConnection, source: str, told: pl.DataFrame) -> pl.DataFrame:
    con.register("told", told.select("invention_hash"))
    known = con.execute(
        "select distinct invention_hash from raw.passed_over semi join told using (invention_hash) where source = ?",
        [source],
    ).pl()
    con.unregister("told")
    return known
