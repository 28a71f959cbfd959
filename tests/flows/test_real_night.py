"""Real filings through the real job: imported, worked on, published, and counted independently of our readers."""

from __future__ import annotations

import csv
import gzip
import io
import re
from pathlib import Path

import pytest

from tests.commands import ask, run

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def files(real_data: Path) -> list[Path]:
    return [
        *sorted((real_data / "google-patents-ai" / "raw").glob("*.csv.gz")),
        real_data / "lens-green-concrete" / "patents.csv.gz",
    ]


@pytest.fixture(scope="module")
def home(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("real") / "home"
    run(home, "import", *map(str, files))
    run(home, "nightly")
    return home


def counted(path: Path) -> tuple[int, set[str]]:
    """Rows and publications of a file by nothing but the csv module: office, number without zero fill, kind."""
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(io.StringIO(file.read())))
    names = [row.get("id") or row.get("publication_number") or row["doc_key"].rsplit("_", 1)[0] for row in rows]
    assert all(names)
    return len(rows), {plain(name) for name in names}


def plain(name: str) -> str:
    """`US-20230325666-A1`, `US_20230325666_A1` and `US20230325666A1` are one publication: US 2023325666 A1."""
    parts = re.split("[-_]", name) if re.search("[-_]", name) else re.fullmatch(r"(..)(.+\d)([A-Z]\d?)", name).groups()
    office, number, kind = parts
    if office == "US" and len(number) == 11:
        number = number[:4] + number[5:]  # DOCDB drops the zero after the year
    if office == "US" and number.startswith("RE") and kind == "E":
        kind = "E1"  # a reissue, written in two ways
    if office == "WO" and number.startswith("2002") and number < "2002051":
        number = number[2:4] + number[5:]  # until the middle of 2002 the year had two digits
    return office + number + kind


def test_each_file_is_counted_as_an_independent_count_says(home: Path, files: list[Path]) -> None:
    """Rows and distinct publications of every file agree; every row is a record or a reject with a reason."""
    told = {
        row["file"]: row
        for row in ask(home, "select file, rows, publications, inventions, dated, undated, rejects, set_aside "
                             "from insight.fct_import_yield where file is not null")
    }  # fmt: skip
    assert set(told) == {path.name for path in files}
    for path in files:
        rows, publications = counted(path)
        row = told[path.name]
        assert (row["rows"], row["publications"]) == (rows, len(publications)), path.name
        assert row["inventions"] == row["dated"] + row["undated"]
        assert row["rejects"] == 0


def test_partial_records_merge_and_the_books_balance(home: Path, files: list[Path]) -> None:
    """All files together: as many publications as the union of their numbers, each in exactly one invention."""
    union = set().union(*(counted(path)[1] for path in files))
    (row,) = ask(
        home,
        "select count(*) as publications, count(distinct publication_id) as distinct_publications, "
        "count(distinct invention_id) as inventions, (select count(*) from core.fct_invention) as in_mart, "
        "(select count(*) from core.fct_record_fate) as records from core.dim_publication",
    )
    assert row["publications"] == row["distinct_publications"] == len(union)
    assert row["inventions"] == row["in_mart"]
    assert row["records"] == sum(counted(path)[0] for path in files)


def test_an_invention_without_a_date_is_kept_and_said_so(home: Path) -> None:
    """Undated inventions stay in core with their reason and are in no month of any series."""
    (row,) = ask(
        home,
        "select count(*) filter (where filing_month is null) as undated, "
        "count(*) filter (where filing_month is null and undated_reason is null) as silent, "
        "(select sum(filing_count) from insight.fct_filing_month where watch = 'smart_cities') as in_months, "
        "count(filing_month) as dated from core.fct_invention",
    )
    assert row["undated"] > 1000
    assert row["silent"] == 0
    assert row["in_months"] == row["dated"]


def test_nothing_is_announced_and_no_synthetic_filing_is_near(home: Path) -> None:
    """Imported years are history: nobody is told; the demo office was not asked."""
    assert ask(home, "select alert_id from ops.alert where audience = 'monitor'") == []
    assert ask(home, "select distinct source from ops.outcome where source = 'demo'") == []
    assert ask(home, "select count(*) as n from core.fct_invention where is_synthetic") == [{"n": 0}]


def test_importing_the_same_files_again_changes_nothing(home: Path, files: list[Path]) -> None:
    """The same content under another name is known, and no job runs on it."""
    before = ask(home, "select version from ops.this_publication")
    printed = run(home, "import", str(files[-1])).stdout
    assert "already_landed" in printed
    run(home, "nightly")
    assert ask(home, "select version from ops.this_publication") == before
