"""Counts from a file: all of it or nothing, once, the newest first, the older on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filingwatch import ledger, warehouse
from filingwatch.background_file import import_background, read_counts
from filingwatch.errors import BadInput
from filingwatch.given_tables import read_table
from filingwatch.landing import payload_path
from filingwatch.settings import Settings

NAMES = "office,patent_type,filing_month,filing_count"
AS_OF = dt.date(2026, 11, 22)


@pytest.fixture
def con(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse.writer(settings) as con:
        yield con


def write(tmp_path: Path, *rows: str, names: str = NAMES, name: str = "counts.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join([names, *rows]) + "\n", encoding="utf-8")
    return path


def land(con: duckdb.DuckDBPyConnection, settings: Settings, path: Path, source: str = "file") -> str:
    return import_background(con, settings, ledger.new_run("import", AS_OF), path, source).status


def test_a_file_lands_once(con: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path) -> None:
    """The same content again, under whatever name, changes nothing; its payload is kept as it was."""
    path = write(tmp_path, "CN,invention,2015-01,100", "cn,utility_model,2015-01-01,200")
    assert land(con, settings, path) == "ok"
    before = con.execute("select * from raw.background order by all").fetchall()
    assert land(con, settings, path.rename(tmp_path / "again.csv")) == "already_landed"
    assert con.execute("select * from raw.background order by all").fetchall() == before
    assert [row[1:5] for row in before] == [
        ("CN", "invention", dt.date(2015, 1, 1), 100),
        ("CN", "utility_model", dt.date(2015, 1, 1), 200),
    ]
    [(digest, records)] = con.execute("select payload_sha256, record_count from raw.page").fetchall()
    assert payload_path(settings.payloads, digest).exists()
    assert records == 2


def test_a_newer_file_is_added_and_the_older_stays(
    con: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    """Nothing of raw is changed; another source may bring the same content."""
    land(con, settings, write(tmp_path, "CN,invention,2015-01,100"))
    land(con, settings, write(tmp_path, "CN,invention,2015-01,101"))
    land(con, settings, write(tmp_path, "CN,invention,2015-01,101"), "other")
    rows = con.execute("select source, filing_count, is_total from raw.background order by all").fetchall()
    assert rows == [("file", 100, True), ("file", 101, True), ("other", 101, True)]


def test_faults_are_named_by_row_and_nothing_lands(
    con: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    """Every faulty row is said with its number and reasons; a file with one of them lands nothing at all."""
    path = write(
        tmp_path,
        "CN,invention,2015-01,100",
        "ZQ,invention,2015-13,100",
        "CN,invention,2027-01,1.5",
        "",
        "CN,B,2015-02,100",
        "CN,invention,2015-01,7",
    )
    with pytest.raises(BadInput) as error:
        land(con, settings, path)
    words = str(error.value)
    assert "4 faulty rows" in words
    for part in (
        "row 3:",
        "'ZQ'",
        "'2015-13'",
        "row 4:",
        "ahead of 2026-11-22",
        "'1.5'",
        "row 6: kind B",
        "row 7: repeats",
    ):
        assert part in words, part
    assert con.execute("select count(*) from raw.background").fetchall() == [(0,)]
    assert con.execute("select count(*) from raw.page").fetchall() == [(0,)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("office,filing_month,filing_count\nCN,2015-01,1\n", "no column patent_type or kind"),
        (NAMES + "\n", "no rows"),
        (NAMES + "\nCN,invention,2015-01,1,2\n", "row 2 has 5 cells"),
    ],
)
def test_what_is_no_such_table_is_refused(tmp_path: Path, content: str, words: str) -> None:
    """The message says what is missing."""
    path = tmp_path / "counts.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match=words):
        read_counts(read_table(path), AS_OF)


def test_a_source_that_counts_for_itself_keeps_its_name(
    con: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    """A file cannot speak under the name of a stream, nor under a name that is none."""
    con.execute(
        "insert into raw.background values ('docdb', 'CN', 'invention', '2015-01-01', 1, 'p', now(), false, false)"
    )
    path = write(tmp_path, "CN,invention,2015-01,100")
    for name, words in (("docdb", "counts for itself"), ("My File", "cannot name a source")):
        with pytest.raises(BadInput, match=words):
            land(con, settings, path, name)


@given(
    st.dictionaries(
        st.tuples(
            st.sampled_from(["CN", "US", "EP"]), st.sampled_from(["invention", "utility_model"]), st.integers(0, 200)
        ),
        st.integers(0, 10**6),
        min_size=1,
        max_size=30,
    )
)
def test_csv_and_parquet_say_the_same(tmp_path_factory: pytest.TempPathFactory, counts: dict) -> None:
    """Whatever the counts, both forms give exactly them, whole numbers and dates of Parquet included."""
    folder = tmp_path_factory.mktemp("counts")
    rows = [(o, t, dt.date(2005 + m // 12, m % 12 + 1, 1), n) for (o, t, m), n in counts.items()]
    frame = pl.DataFrame(rows, schema=NAMES.split(","), orient="row")
    frame.write_csv(folder / "counts.csv")
    frame.write_parquet(folder / "counts.parquet")
    expected = {row[:3]: row[3] for row in rows}
    for name in ("counts.csv", "counts.parquet"):
        assert read_counts(read_table(folder / name), AS_OF) == expected


def test_first_kinds_of_one_type_add_up(tmp_path: Path) -> None:
    """Kind codes are taken for their type; those of the same type are one count."""
    path = write(
        tmp_path, "US,A1,2015-01,5", "US,B1,2015-01,2", names="office;kind;filing_month;filing_count".replace(";", ",")
    )
    assert read_counts(read_table(path), AS_OF) == {("US", "invention", dt.date(2015, 1, 1)): 7}
