"""The background: each invention that is passed over is counted once, and quickly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pytest

from filingwatch import ledger, warehouse
from filingwatch.background import hash_invention
from filingwatch.landing import land_page
from filingwatch.settings import Settings
from filingwatch.sources.base import Page, PassedOver

MAY, JUNE = dt.date(2026, 5, 1), dt.date(2026, 6, 1)


class Office:
    name, is_synthetic = "office", False


class OtherOffice(Office):
    name = "other"


@pytest.fixture
def con(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse.writer(settings) as con:
        yield con


def passed(*inventions: str, month: dt.date = MAY, office: str = "EP") -> list[PassedOver]:
    return [PassedOver(one, office, "invention", month) for one in inventions]


def land(
    con: duckdb.DuckDBPyConnection, settings: Settings, background: list[PassedOver], source: Office | None = None
) -> None:
    page = Page("wire", {}, [], [], {"next": 1}, b"answer", background=background)
    land_page(con, settings.payloads, ledger.new_run("test", settings.today), source or Office(), page)


def counts(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    return con.sql(
        "select source, office, kind, filing_month, sum(filing_count)::int "
        "from raw.background group by all order by all"
    ).fetchall()


def test_an_invention_is_counted_once_whoever_tells_of_it_again(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    """Twice in a page, again in a later page with another month, the same page again: one count, the first."""
    land(con, settings, passed("a", "b", "a") + passed("c", month=JUNE, office="US"))
    land(con, settings, passed("b", month=JUNE) + passed("d"))
    land(con, settings, passed("b", month=JUNE) + passed("d"))
    assert counts(con) == [("office", "EP", "invention", MAY, 3), ("office", "US", "invention", JUNE, 1)]
    assert con.sql("select count(*), count(distinct invention_hash) from raw.passed_over").fetchall() == [(4, 4)]


def test_sources_count_for_themselves(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """What one source has counted is new to another: their ids need not mean the same."""
    land(con, settings, passed("a", "b"))
    land(con, settings, passed("b"), OtherOffice())
    assert [row[-1] for row in counts(con)] == [2, 1]


def test_a_page_that_does_not_land_counts_nothing(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Counts come with the page's rows or not at all."""
    page = Page("wire", {}, [], [], {"next": float("nan")}, b"answer", background=passed("a"))
    with pytest.raises(ValueError, match="JSON"):
        land_page(con, settings.payloads, ledger.new_run("test", settings.today), Office(), page)
    assert counts(con) == []
    land(con, settings, replace(page, next_cursor={}).background)  # type: ignore[arg-type]
    assert [row[-1] for row in counts(con)] == [1]


def test_the_hash_of_an_invention_never_changes() -> None:
    """It is kept for years: another value would count every invention again."""
    assert hash_invention("86386685") == 14076531933706069613
