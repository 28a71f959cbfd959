"""Recorded answers of the real portal, and real documents of its weekly files, against counts made without our readers.

The counting here knows only json, yaml and regular expressions.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from filingwatch.normalform import parse_publication
from filingwatch.sources.answers import Answer
from filingwatch.sources.notes import Notes
from filingwatch.sources.uspto.portal import judge_search, read_listing
from filingwatch.sources.uspto.reading import read_answer, read_records
from filingwatch.sources.uspto.weekly import publication_of, read_document, split_documents

pytestmark = pytest.mark.real

CURRENT = "odp-current"
CASSETTES = "odp_patent_client/odp/cassettes"
SEARCH = "/api/v1/patent/applications/search"


class Recorded(NamedTuple):
    """One recorded answer of a search, with where it stands."""

    name: str
    body: Any


@pytest.fixture(scope="session")
def office(real_data: Path) -> Path:
    folder = real_data / "wire" / "uspto"
    if not folder.is_dir():
        pytest.skip(f"no recorded answers at {folder}")
    return folder


def searches(office: Path) -> list[Recorded]:
    """Every recorded answer of the search, of this year and of the trial of 2024, and whole records of its form."""
    found = [
        Recorded(name, json.loads((office / CURRENT / name / "response.json").read_text()))
        for name in ("search_patents", "get_patent")
    ]
    found.append(Recorded("fixtures/search", json.loads((office / f"{CASSETTES}/../fixtures/search.json").read_text())))
    for path in sorted((office / CASSETTES).rglob("*.yaml")):
        for place, one in enumerate(read_cassette(path)):
            is_record = re.fullmatch(r".*/applications/\d{8}", one["request"]["uri"])
            if SEARCH in one["request"]["uri"] or is_record:
                found.append(Recorded(f"{path.stem}[{place}]", json.loads(one["response"]["content"])))
    return found


def read_cassette(path: Path) -> list[Any]:
    """The requests and answers of one recording. The loader in C is thirty times as fast, where there is one."""
    return yaml.load(path.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))["interactions"]


def count_publications(record: Any) -> list[str]:
    """The publications of a record by their numbers as written, for those that are published."""
    plain = record.get("applicationMetaData", record)
    early, patent = plain.get("earliestPublicationNumber"), plain.get("patentNumber")
    if plain.get("applicationTypeCategory") == "REEXAM" or record.get("applicationNumberText", "").startswith(
        ("90", "96")
    ):
        return []
    return [number for number in (early, patent if plain.get("grantDate") else None) if number]


def test_every_recorded_search_parses_into_filings_or_explained_rejects(office: Path) -> None:
    """Each record is accounted for; each number written in it is a filing; a record without one is a reject."""
    answers = searches(office)
    assert len(answers) >= 20
    seen: Counter[str] = Counter()
    for answer in answers:
        count, items = read_answer(answer.body)
        assert count >= len(items) > 0
        records, rejects = read_records(items, Notes().warn)
        expected = [count_publications(item) for item in items]
        assert len(records) == sum(map(len, expected)), answer.name
        assert len(rejects) == sum(not one for one in expected), answer.name
        assert {reject.code for reject in rejects} <= {"not_published", "reexamination"}, answer.name
        written = [number for one in expected for number in one]
        for record, number in zip(records, written, strict=True):
            digits = re.sub(r"\D", "", number.removesuffix("A1"))
            assert record.filing.publication.number in (digits, digits[:4] + digits[5:]), answer.name
        seen["records"] += len(records)
        seen["rejects"] += len(rejects)
    assert seen["records"] >= 12 and seen["rejects"] >= 100


def test_the_record_of_this_year_is_read_to_its_last_field(office: Path) -> None:
    """Against the fields of the same answer, picked by hand."""
    body = json.loads((office / CURRENT / "get_patent" / "response.json").read_text())
    item = body["patentFileWrapperDataBag"][0]
    meta, notes = item["applicationMetaData"], Notes()
    records, _ = read_records([item], notes.warn)
    early, grant = (record.filing for record in records)
    assert (early.publication.kind, grant.publication.kind) == ("A1", "B2")
    assert str(early.publication_date) == meta["earliestPublicationDate"]
    assert str(grant.publication_date) == str(grant.grant_date) == meta["grantDate"]
    assert str(grant.filing_date) == meta["filingDate"]
    assert [one.symbol.replace(" ", "") for one in grant.classifications] == [
        symbol.replace(" ", "") for symbol in meta["cpcClassificationBag"]
    ]
    assert [one.name for one in grant.parties if one.role == "inventor"] == [
        person["inventorNameText"] for person in meta["inventorBag"]
    ]
    assert len(grant.priorities) == len({(one["parentApplicationNumberText"]) for one in item["parentContinuityBag"]})
    assert notes.take() == {}


def test_the_recorded_404_means_nothing_found(office: Path) -> None:
    """Its wording is matched on, so it is held against the real one."""
    path = office / CASSETTES / "api_test" / "test_get_transactions.yaml"
    response = read_cassette(path)[0]["response"]
    assert response["status_code"] == 404
    assert judge_search(Answer(404, {}, response["content"].encode())) is None


@pytest.mark.parametrize("name", ["get_bulk_product", "search_bulk_products"])
def test_recorded_listings_of_products_are_read(office: Path, name: str) -> None:
    """Every weekly ZIP with its day and size; a list of products without files holds none."""
    text = (office / CURRENT / name / "response.json").read_text()
    files = read_listing(json.loads(text))
    assert len(files) == len(re.findall(r'"fileName": "[^"]+\.zip"', text))
    for file in files:
        assert file.size > 0 and file.version and file.path.endswith(f"/{file.name}")
    weeks = [file for file in files if re.fullmatch(r"ipg\d{6}\.zip", file.name)]
    assert all(f"ipg{file.day:%y%m%d}.zip" == file.name for file in weeks)


def test_every_real_document_is_read_whole(office: Path) -> None:
    """Number, kind, title and abstract against what stands in the bytes, over nine years of formats."""
    paths = sorted([*(office / "bulk_xml_samples").rglob("*.xml"), *(office / "fulltext-xml").glob("*.xml")])
    assert len(paths) == 9
    for path in paths:
        document, notes = path.read_bytes(), Notes()
        filing = read_document(document, notes.warn)
        text = document.decode()
        number, kind = re.findall(r"<doc-number>(.*?)</doc-number>\s*<kind>(.*?)</kind>", text)[0]
        assert filing.publication == parse_publication(number, office="US", kind=kind)
        assert publication_of(document) == str(filing.publication)
        title = re.sub(r"<[^>]+>", "", re.findall(r"<invention-title[^>]*>(.*?)</invention-title>", text, re.S)[0])
        parts = {one.part: one.text for one in filing.texts}
        assert parts["title"][:20] == title[:20]
        assert len(parts["abstract"]) > 100
        assert filing.filing_date and filing.publication_date and filing.application
        assert filing.classifications and [one for one in filing.parties if one.role == "inventor"]
        assert notes.take() == {}, path.name


def test_real_documents_are_told_apart_when_they_are_put_together(office: Path, tmp_path: Path) -> None:
    """As the weekly file does: one after the other, without anything between them."""
    paths = sorted((office / "bulk_xml_samples").rglob("*.xml"))
    whole = tmp_path / "week.xml"
    whole.write_bytes(b"".join(path.read_bytes() for path in paths))
    with whole.open("rb") as stream:
        assert list(split_documents(stream)) == [path.read_bytes() for path in paths]
