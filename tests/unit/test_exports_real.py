"""Real exports against counts made without our readers: every row is accounted for, every publication found.

The counting here knows only csv, json and gzip, and compares publications by the number that Google's or Lens's own
address of a document shows.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from filingwatch.normalform import parse_publication
from filingwatch.sources.exports import open_export

pytestmark = pytest.mark.real

# Rejects that are known, by file: damaged on purpose. Everything else must be a record.
KNOWN_REJECTS = {"biopoly_broken1.jsonl": {"bad_json": 1}}
EXPORTS = [
    ("google-patents-ai/raw", "gp-search-*.csv.gz", "google-csv", "id", "filing/creation date"),
    ("google-patents-ai/raw", "patent_details_*.csv.gz", "google-details", "publication_number", None),
    ("lens-green-concrete", "patents.csv.gz", "lens-flat", "doc_key", "application_reference_date"),
    ("lens-green-concrete", "patent_applicants.csv.gz", "lens-flat-applicants", "doc_key", None),
    ("lens-drones", "*.csv.gz", "lens-csv", "Publication Number", "Application Date"),
]


class Count(NamedTuple):
    """Rows of a file, distinct publications in it, and rows with and without a filing date."""

    rows: int
    publications: int
    dated: int
    undated: int


def count_table(path: Path, number: str, filed: str | None) -> Count:
    """The count of a CSV file by its cells alone: publications are distinct numbers as they are written."""
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    dated = sum(bool(filed and row[filed].strip()) for row in rows)
    return Count(len(rows), len({row[number] for row in rows}), dated, len(rows) - dated)


def count_export(path: Path) -> tuple[str, Count, dict[str, int]]:
    """Feed, count and rejects by code as our reader gives them."""
    export = open_export(path)
    publications, rejects = set(), Counter()
    rows = dated = undated = 0
    for page in export.pages():
        rows += len(page.records) + len(page.rejects)
        publications |= {record.filing.publication for record in page.records}
        with_date = sum(record.filing.filing_date is not None for record in page.records)
        dated, undated = dated + with_date, undated + len(page.records) - with_date
        rejects.update(reject.code for reject in page.rejects)
    return export.feed, Count(rows, len(publications), dated, undated), dict(rejects)


@pytest.mark.parametrize(("folder", "pattern", "feed", "number", "filed"), EXPORTS)
def test_tables_are_counted_as_an_independent_count_does(
    real_data: Path, folder: str, pattern: str, feed: str, number: str, filed: str | None
) -> None:
    """Rows, distinct publications and dated rows of every table agree, and nothing is refused."""
    files = sorted((real_data / folder).glob(pattern))
    assert files
    for path in files:
        assert count_export(path) == (feed, count_table(path, number, filed), {}), path.name


def test_lens_lines_are_counted_as_an_independent_count_does(real_data: Path) -> None:
    """Every line that is JSON is a record, damaged ones are rejects: also where parts that we do not read are amiss."""
    files = sorted((real_data / "wire/lens/jsonl").glob("*.jsonl"))
    assert len(files) >= 4
    for path in files:
        good, dated, bad = set(), 0, 0
        for line in path.read_text(encoding="utf-8-sig").splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                bad += 1
                continue
            good.add((record["jurisdiction"], record["doc_number"], record["kind"]))
            dated += "date" in record["biblio"].get("application_reference", {})
        expected = Count(len(good) + bad, len(good), dated, len(good) - dated)
        assert count_export(path) == ("lens-jsonl", expected, KNOWN_REJECTS.get(path.name, {})), path.name


def test_the_two_tables_of_one_lens_query_name_the_same_publications(real_data: Path) -> None:
    """Applicants can be joined to their publications by our number."""
    found = [
        {record.filing.publication for page in open_export(path).pages() for record in page.records}
        for path in sorted((real_data / "lens-green-concrete").glob("*.csv.gz"))
    ]
    assert len(found) == 2
    assert found[0] == found[1]


def test_google_writes_one_publication_in_two_ways_and_we_in_one(real_data: Path) -> None:
    """The id of a row and the number in its link differ in thousands of rows; their normal form never does."""
    differing = 0
    for path in sorted((real_data / "google-patents-ai/raw").glob("gp-search-*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream):
                link = re.search(r"/patent/([^/]+)/", row["result link"])
                assert link is not None
                differing += link[1] != row["id"].replace("-", "")
                assert parse_publication(link[1]) == parse_publication(row["id"]), row["id"]
    assert differing > 4000
