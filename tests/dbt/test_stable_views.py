"""The schema that analysts may build on: what it promises, and that it is kept."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from filingwatch import ledger, publish, warehouse
from filingwatch.settings import Settings
from tests.dbt.conftest import AS_OF

PROMISED = Path(__file__).with_name("v1_columns.csv")

Columns = Mapping[tuple[str, str], str]
"""Type of each column by view and column."""


def find_breaks(promised: Columns, there: Columns) -> list[str]:
    """What an analyst's query could trip over: columns that are gone or have another type. Additions are none."""
    return [
        f"v1.{view}.{column}: was {kind}, is {there.get((view, column), 'gone')}"
        for (view, column), kind in promised.items()
        if there.get((view, column)) != kind
    ]


def columns_of(settings: Settings) -> dict[tuple[str, str], str]:
    with warehouse.reader(settings) as con:
        rows = con.execute(
            "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'v1' order by all"
        ).fetchall()
    return {(view, column): kind for view, column, kind in rows}


def test_no_promised_column_is_gone_or_retyped(published: Settings) -> None:
    """Every column of v1 that was ever released is there with its type; a change needs a schema v2 beside it."""
    with PROMISED.open(encoding="utf-8", newline="") as file:
        promised = {(row["view"], row["column"]): row["type"] for row in csv.DictReader(file)}
    assert len(promised) > 150
    there = columns_of(published)
    assert find_breaks(promised, there) == [], "v1 is a promise: see `Stable names` in docs/analysts.md"
    lines = "".join(
        f"\n{view},{column},{kind}" for (view, column), kind in there.items() if (view, column) not in promised
    )
    assert not lines, f"these columns of v1 are not promised yet; add them to {PROMISED.name}:{lines}"


@pytest.mark.parametrize(
    ("there", "breaks"),
    [
        ({("a", "n"): "INTEGER", ("a", "t"): "VARCHAR"}, []),
        ({("a", "n"): "INTEGER", ("a", "t"): "VARCHAR", ("a", "more"): "DATE", ("b", "n"): "DATE"}, []),
        ({("a", "n"): "INTEGER"}, ["v1.a.t: was VARCHAR, is gone"]),
        ({("a", "n"): "DOUBLE", ("a", "t"): "VARCHAR"}, ["v1.a.n: was INTEGER, is DOUBLE"]),
        ({}, ["v1.a.n: was INTEGER, is gone", "v1.a.t: was VARCHAR, is gone"]),
    ],
)
def test_removing_and_retyping_break_and_adding_does_not(there: Columns, breaks: list[str]) -> None:
    """The guard fires on what it is there for."""
    assert find_breaks({("a", "n"): "INTEGER", ("a", "t"): "VARCHAR"}, there) == breaks


def test_everything_in_the_published_file_has_a_comment(published: Settings) -> None:
    """Tables, views and columns of every schema, those that only a publication has included."""
    with warehouse.reader(published) as con:
        found = con.sql("""
            select schema_name, table_name, '' as column_name, comment from duckdb_tables() where not internal
            union all select schema_name, view_name, '', comment from duckdb_views() where not internal
            union all select schema_name, table_name, column_name, comment from duckdb_columns() where not internal
        """).fetchall()
    assert {schema for schema, *_ in found} == {"core", "insight", "ml", "ops", "v1"}
    assert [row[:3] for row in found if not row[3]] == []


def test_stable_views_answer_under_whatever_name_the_file_is_attached(published: Settings, tmp_path: Path) -> None:
    """A version, a copy, an attachment: the views name no database, and each says what its mart says."""
    copy = tmp_path / "march.duckdb"
    shutil.copyfile(published.published_file, copy)
    with duckdb.connect() as con:
        con.execute(f"attach '{copy}' as theirs (read_only)")
        views = [
            name for (name,) in con.execute("select view_name from duckdb_views() where schema_name = 'v1'").fetchall()
        ]
        assert len(views) >= 20
        for view in views:
            con.execute(f'from theirs.v1."{view}"').fetchall()
        assert (
            con.sql("select count(*) from theirs.v1.invention").fetchall()
            == con.sql("select count(*) from theirs.core.fct_invention").fetchall()
        )
        assert (
            con.sql("select count(*) from theirs.v1.filing").fetchall()
            == con.sql("select count(*) from theirs.insight.fct_watch_filing").fetchall()
        )


def test_a_quiet_night_keeps_the_stable_views(published: Settings) -> None:
    """Refreshing the ledger leaves views, their comments and what they promise as they were."""
    before = columns_of(published)
    run = ledger.new_run("nightly", AS_OF)
    with warehouse.writer(published) as con:
        ledger.start_run(con, run)
    assert publish.publish(published, run).action == "refreshed"
    assert columns_of(published) == before
    test_everything_in_the_published_file_has_a_comment(published)
