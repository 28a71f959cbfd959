"""No month changes without a row that says so, by how much and why; and how complete a month is, where known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import polars as pl
import pytest

from filingwatch import ledger, warehouse
from filingwatch.jobs import vintages
from filingwatch.jobs.completeness import LEAST_EVIDENCE, measure_completeness
from filingwatch.jobs.vintages import take_vintages

MAY, JUNE = dt.date(2023, 5, 1), dt.date(2023, 6, 1)
TODAY = dt.date(2026, 1, 10)
_CHANGES = (
    "filing_count, gained_count, lost_count, published_count, withdrawn_count, linked_count, corrected_count, "
    "judged_count"
)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """Three inventions of May 2023, two of them relevant, counted once."""
    with duckdb.connect() as con:
        warehouse.migrate(con)
        con.execute(
            "create schema core; create schema insight; create table core.fct_invention (invention_id varchar, office "
            "varchar, patent_type varchar, filing_month date, is_synthetic boolean); create table "
            "core.dim_publication (publication_id varchar, invention_id varchar, is_deleted boolean); create table "
            "insight.fct_watch_filing (watch varchar, invention_id varchar, office varchar, patent_type varchar, "
            "filing_month date, is_synthetic boolean, is_relevant boolean)"
        )
        for name in "abc":
            file(con, name, MAY, is_relevant=name != "c")
        count(con, "r1")
        yield con


def file(con: duckdb.DuckDBPyConnection, name: str, month: dt.date | None, *, is_relevant: bool = False) -> None:
    con.execute("insert into core.fct_invention values (?, 'CN', 'invention', ?, false)", [name, month])
    con.execute("insert into core.dim_publication values (?, ?, false)", [f"{name}1", name])
    con.execute(
        "insert into insight.fct_watch_filing values ('w', ?, 'CN', 'invention', ?, false, ?)",
        [name, month, is_relevant],
    )


def count(con: duckdb.DuckDBPyConnection, run_id: str) -> dict[tuple[str, dt.date], tuple[int, ...]]:
    """Take vintages, and return what they say by watch and month."""
    with ledger.transaction(con):
        take_vintages(con, ledger.Run(run_id, "test", TODAY))
    rows = con.execute(f"select watch, filing_month, {_CHANGES} from ops.month_vintage where run_id = ?", [run_id])
    return {(watch, month): tuple(rest) for watch, month, *rest in rows.fetchall()}


def test_an_unchanged_night_writes_no_vintage(con: duckdb.DuckDBPyConnection) -> None:
    """The first count is marked as such, and the second finds nothing to say."""
    assert con.sql("select watch, filing_count, is_first from ops.month_vintage order by 1").fetchall() == [
        ("", 3, True),
        ("w", 2, True),
    ]
    assert count(con, "r2") == {}


def test_each_gain_and_loss_has_its_cause(con: duckdb.DuckDBPyConnection) -> None:
    """Published, withdrawn, corrected, linked, judged: the same invention is told of in every cell that it moves."""
    file(con, "d", MAY, is_relevant=True)
    assert count(con, "r2") == {("", MAY): (4, 1, 0, 1, 0, 0, 0, 0), ("w", MAY): (3, 1, 0, 1, 0, 0, 0, 0)}
    for table in ("core.fct_invention", "insight.fct_watch_filing", "core.dim_publication"):
        con.execute(f"delete from {table} where invention_id = 'd'")
    assert count(con, "r3") == {("", MAY): (3, 0, 1, 0, 1, 0, 0, 0), ("w", MAY): (2, 0, 1, 0, 1, 0, 0, 0)}
    con.execute("update insight.fct_watch_filing set is_relevant = true where invention_id = 'c'")
    assert count(con, "r4") == {("w", MAY): (3, 1, 0, 0, 0, 0, 0, 1)}
    for table in ("core.fct_invention", "insight.fct_watch_filing"):
        con.execute(f"update {table} set filing_month = ? where invention_id = 'a'", [JUNE])
    assert count(con, "r5") == {
        ("", MAY): (2, 0, 1, 0, 0, 0, 1, 0), ("", JUNE): (1, 1, 0, 0, 0, 0, 1, 0),
        ("w", MAY): (2, 0, 1, 0, 0, 0, 1, 0), ("w", JUNE): (1, 1, 0, 0, 0, 0, 1, 0),
    }  # fmt: skip
    con.execute("update core.dim_publication set invention_id = 'b' where invention_id = 'c'")
    for table in ("core.fct_invention", "insight.fct_watch_filing"):
        con.execute(f"delete from {table} where invention_id = 'c'")
    assert count(con, "r6") == {("", MAY): (1, 0, 1, 0, 0, 1, 0, 0), ("w", MAY): (1, 0, 1, 0, 0, 1, 0, 0)}
    assert count(con, "r7") == {}


def test_members_that_change_places_show_although_the_number_stays(con: duckdb.DuckDBPyConnection) -> None:
    """One withdrawn and one new in the same month: the count is the same, the vintage is not."""
    con.execute("update core.fct_invention set invention_id = 'x' where invention_id = 'a'")
    con.execute("update core.dim_publication set invention_id = 'x', publication_id = 'x1' where invention_id = 'a'")
    con.execute("update insight.fct_watch_filing set invention_id = 'x' where invention_id = 'a'")
    assert count(con, "r2")["", MAY] == (3, 1, 1, 1, 1, 0, 0, 0)
    assert con.sql("select count(distinct members_hash) from ops.month_vintage where watch = ''").fetchall() == [(2,)]


def test_completeness_is_unknown_where_the_delays_are_and_rises_where_they_are_not() -> None:
    """An office with enough publications has a share that falls with youth, within its bounds; one without has null."""
    rows = [
        (office, "invention", dt.date(year, month, 1), dt.date(year + (month + 17) // 12, (month + 17) % 12 + 1, 1), n)
        for office, n in (("CN", LEAST_EVIDENCE), ("EP", 1))
        for year in range(2015, 2025)
        for month in range(1, 13)
        if dt.date(year + (month + 17) // 12, (month + 17) % 12 + 1, 1) <= dt.date(2026, 1, 1)
    ]
    names = ["office", "patent_type", "filing_month", "publication_month", "filing_count"]
    triangle = pl.DataFrame(rows, names, orient="row").with_columns(
        pl.lit(False).alias("is_synthetic"), pl.col("filing_count").cast(pl.Int32)
    )
    found = measure_completeness(triangle, dt.date(2026, 1, 31)).sort("office", "filing_month")
    known, unknown = found.filter(pl.col("office") == "CN"), found.filter(pl.col("office") == "EP")
    assert unknown["completeness_share"].null_count() == unknown.height == unknown["is_too_young"].null_count()
    assert known["completeness_share"].is_between(0, 1).all()
    assert known["completeness_share"].is_sorted(descending=True)
    assert known.filter(pl.col("completeness_share_low") > pl.col("completeness_share")).is_empty()
    assert known.filter(pl.col("completeness_share_high") < pl.col("completeness_share")).is_empty()
    assert known["completeness_share"][0] == pytest.approx(1)


def test_no_filings_have_no_completeness() -> None:
    """An empty triangle gives an empty table with all its columns."""
    empty = pl.DataFrame(
        schema={"office": pl.String, "patent_type": pl.String, "filing_month": pl.Date, "publication_month": pl.Date,
                "filing_count": pl.Int32, "is_synthetic": pl.Boolean}
    )  # fmt: skip
    assert measure_completeness(empty, TODAY).is_empty()


def test_months_of_which_nothing_is_out_are_told() -> None:
    """The youngest months hold no filing yet: they are there, too young, with a count of 0."""
    months = [dt.date(2022 + number // 12, number % 12 + 1, 1) for number in range(36)]
    triangle = pl.DataFrame(
        {
            "office": "CN",
            "patent_type": "invention",
            "filing_month": months,
            "publication_month": [dt.date(month.year + 1, month.month, 1) for month in months],
            "filing_count": [10] * len(months),
            "is_synthetic": False,
        }
    )
    found = measure_completeness(triangle, dt.date(2025, 12, 31))
    assert found["filing_month"].to_list() == [*months, *(dt.date(2025, number, 1) for number in range(1, 13))]
    young = found.filter(pl.col("filing_month") >= dt.date(2025, 2, 1))
    assert young["filing_count"].to_list() == [0] * 11 and young["is_too_young"].all()


def test_a_count_that_is_cut_off_leaves_nothing_and_is_made_up(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the log and what the next count compares with: neither is kept; the next run tells the change once."""
    file(con, "d", MAY)
    kept = "select count(*) from {}"
    tables = ("ops.month_vintage", "history.counted_invention", "history.counted_publication")
    before = [con.execute(kept.format(table)).fetchall() for table in tables]
    with monkeypatch.context() as patch:
        patch.setattr(vintages, "_KEEP", (*vintages._KEEP[:2], "select error('cut off')"))
        with pytest.raises(duckdb.Error, match="cut off"):
            count(con, "r2")
    assert [con.execute(kept.format(table)).fetchall() for table in tables] == before
    assert count(con, "r3") == {("", MAY): (4, 1, 0, 1, 0, 0, 0, 0)}
    assert count(con, "r4") == {}
