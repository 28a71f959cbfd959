"""Cases of export: each with its source or not at all, each once, nothing lost silently."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from filingwatch import ledger, warehouse
from filingwatch.errors import BadInput
from filingwatch.export_cases import CaseFile, import_export_cases
from filingwatch.settings import Settings

NAMES = "firm,country,date,technology,what,source,url"


@pytest.fixture
def con(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse.writer(settings) as con:
        yield con


def land(con: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path, *rows: str) -> CaseFile:
    path = tmp_path / "cases.csv"
    path.write_text("\n".join([NAMES, *rows]) + "\n", encoding="utf-8")
    return import_export_cases(con, settings, ledger.new_run("import", settings.today), path)


def test_cases_land_with_what_is_known_of_the_day(
    con: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    """A year or a month stands as its first day and says so; what is not known is null."""
    land(con, settings, tmp_path, "Firm,ke,2018,,cameras,a paper,", "Firm,RS,2019-02-03,face,,a paper,https://x.org")
    assert con.execute(
        "select country, case_date, date_precision, technology, what, source, url from raw.export_case order by 1"
    ).fetchall() == [
        ("KE", dt.date(2018, 1, 1), "year", None, "cameras", "a paper", None),
        ("RS", dt.date(2019, 2, 3), "day", "face", None, "a paper", "https://x.org"),
    ]


def test_rows_that_cannot_be_used_are_kept_with_their_reasons(
    con: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    """Without a source, with no country, of a day that is none or to come: rejected with reasons; the rest land."""
    landed = land(
        con, settings, tmp_path,
        "Firm,KE,2018,,,a paper,", "Firm,KE,2018,,,,", "Firm,EP,2018-02-30,,,a paper,", ",Kenya,2030,,,a paper,nowhere",
    )  # fmt: skip
    assert [(one.row.number, one.reason) for one in landed.rejects] == [
        (3, "has no source"),
        (
            4,
            "country EP is an organisation, no country; "
            "date '2018-02-30' is not a day, month or year as 2019-03-31, 2019-03 or 2019",
        ),
        (
            5,
            "has no firm; country 'Kenya' is not a code of two letters such as KE; "
            "date 2030 lies ahead of 2026-11-22; url 'nowhere' is no address",
        ),
    ]
    kept = con.execute("select record_index, reason, original from raw.reject order by 1").fetchall()
    assert [(number, reason) for number, reason, _ in kept] == [(one.row.number, one.reason) for one in landed.rejects]
    assert json.loads(kept[2][2])["country"] == "Kenya"
    assert con.execute("select record_count, reject_count, new_count from raw.page").fetchall() == [(1, 3, 1)]


def test_a_case_is_landed_once(con: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path) -> None:
    """Known content changes nothing; of a longer file only the new cases land, also when it repeats itself."""
    first = "Firm,KE,2018,,,a paper,"
    assert land(con, settings, tmp_path, first).new == 1
    assert land(con, settings, tmp_path, first).status == "already_landed"
    assert land(con, settings, tmp_path, first, "Firm,KE,2018,,,another paper,", first).new == 1
    assert con.execute("select count(*), count(distinct case_id) from raw.export_case").fetchall() == [(2, 2)]


def test_a_table_without_sources_is_refused(con: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path) -> None:
    """A file that cannot name a source for any row is not a table of cases."""
    path = tmp_path / "cases.csv"
    path.write_text("firm,country,year\nFirm,KE,2018\n", encoding="utf-8")
    with pytest.raises(BadInput, match="no column source"):
        import_export_cases(con, settings, ledger.new_run("import", settings.today), path)
    assert con.execute("select count(*) from raw.page").fetchall() == [(0,)]
