"""The USPTO's weekly files: documents told apart in any cut of the stream, read without claims, damage refused."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filingwatch.filing import Classification, Party
from filingwatch.normalform import NormalFormError
from filingwatch.sources.notes import Notes
from filingwatch.sources.uspto.loading import find_documents
from filingwatch.sources.uspto.weekly import publication_of, read_document, split_documents, trim_document
from filingwatch.sources.zips import BadZip
from tests.fake_offices.holdings import Holding, invent_holdings
from tests.fake_offices.uspto_records import make_week

DAY = dt.date(2026, 11, 5)
GRANT = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE us-patent-grant SYSTEM "us-patent-grant-v47-2022-02-17.dtd" [ ]>
<us-patent-grant lang="EN" dtd-version="v4.7 2022-02-17" country="US" date-publ="20261103">
<us-bibliographic-data-grant>
<publication-reference><document-id><country>US</country><doc-number>12345678</doc-number><kind>B2</kind>
<date>20261103</date></document-id></publication-reference>
<application-reference appl-type="utility"><document-id><country>US</country><doc-number>18123987</doc-number>
<date>20240306</date></document-id></application-reference>
<priority-claims><priority-claim sequence="01" kind="national"><country>DE</country>
<doc-number>10 2023 100 001.2</doc-number><date>20230401</date></priority-claim></priority-claims>
<classifications-ipcr><classification-ipcr><ipc-version-indicator><date>20060101</date></ipc-version-indicator>
<section>G</section><class>08</class><subclass>B</subclass><main-group>13</main-group><subgroup>196</subgroup>
</classification-ipcr></classifications-ipcr>
<classifications-cpc><main-cpc><classification-cpc><cpc-version-indicator><date>20130101</date></cpc-version-indicator>
<section>F</section><class>21</class><subclass>S</subclass><main-group>8</main-group><subgroup>085</subgroup>
</classification-cpc></main-cpc></classifications-cpc>
<invention-title id="d2e43">Lamp with CO<sub>2</sub> &amp; a <b>post</b></invention-title>
<us-references-cited><us-citation><nplcit><othercit>Lamps of old</othercit></nplcit></us-citation></us-references-cited>
<us-related-documents>
<us-provisional-application><document-id><country>US</country><doc-number>63412345</doc-number><date>20230307</date>
</document-id></us-provisional-application>
<continuation><relation><parent-doc><document-id><country>US</country><doc-number>17000001</doc-number>
<date>20200101</date></document-id><parent-grant-document><document-id><country>US</country>
<doc-number>11000000</doc-number></document-id></parent-grant-document></parent-doc></relation></continuation>
<related-publication><document-id><country>US</country><doc-number>20250040017</doc-number><kind>A1</kind>
<date>20250206</date></document-id></related-publication>
</us-related-documents>
<us-parties><us-applicants><us-applicant app-type="applicant"><addressbook><orgname>Lampwerk GmbH</orgname>
<address><country>DE</country></address></addressbook></us-applicant></us-applicants>
<inventors><inventor><addressbook><last-name>Doe</last-name><first-name>Jane</first-name>
<address><country>unknown</country></address></addressbook><residence><country>KR</country></residence></inventor>
</inventors></us-parties>
<assignees><assignee><addressbook><orgname>Glow Inc</orgname></addressbook></assignee></assignees>
</us-bibliographic-data-grant>
<abstract id="abstract"><p id="p-1">A lamp, H<sub>2</sub>O<i>-proof</i>,</p><p id="p-2">at &lt; 5 m.</p></abstract>
<drawings><figure/></drawings><description><p>Long words.</p></description>
<claims id="claims"><claim><claim-text>1. A lamp.</claim-text></claim></claims>
</us-patent-grant>
"""


def some_holdings(count: int = 5) -> list[Holding]:
    return invent_holdings(1, count, DAY, DAY, office="US")


def write_zip(path: Path, content: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("read me.txt", b"<?xml no document")
        archive.writestr("ipg261103.xml", content)
    return path


def test_a_grant_is_read_whole() -> None:
    """All text of title and abstract whatever the markup inside; parties, classes of both schemes, dates."""
    notes = Notes()
    filing = read_document(GRANT.encode(), notes.warn)
    assert (str(filing.publication), filing.original_number) == ("US12345678B2", "US12345678B2")
    assert filing.publication_date == filing.grant_date == dt.date(2026, 11, 3)
    assert (str(filing.application), filing.filing_date) == ("US202418123987", dt.date(2024, 3, 6))
    assert [(one.part, one.text, one.language, one.origin) for one in filing.texts] == [
        ("title", "Lamp with CO2 & a post", "en", "original"),
        ("abstract", "A lamp, H2O-proof, at < 5 m.", "en", "original"),
    ]
    assert filing.parties == (
        Party("applicant", "Lampwerk GmbH", "DE"),
        Party("inventor", "Jane Doe", "KR"),
        Party("owner", "Glow Inc", None),
    )
    assert filing.classifications == (
        Classification("cpc", "F21S 8/085", "2013.01"), Classification("ipc", "G08B 13/196", "2006.01"),
    )  # fmt: skip
    assert notes.take() == {}


def test_priorities_are_claims_and_parents_but_not_the_own_publication() -> None:
    filing = read_document(GRANT.encode(), Notes().warn)
    assert [(one.office, one.number, one.date) for one in filing.priorities][1:] == [
        ("US", "202363412345", dt.date(2023, 3, 7)),
        ("US", "202017000001", dt.date(2020, 1, 1)),
    ]
    assert filing.priorities[0].office == "DE"
    assert filing.earliest_priority_date == dt.date(2020, 1, 1)


def test_a_national_stage_has_the_date_of_its_international_filing() -> None:
    entry = (
        "<pct-or-regional-filing-data><document-id><country>WO</country><doc-number>PCT/KR2022/001</doc-number>"
        "<date>20220906</date></document-id></pct-or-regional-filing-data><invention-title"
    )
    filing = read_document(GRANT.replace("<invention-title", entry, 1).encode(), Notes().warn)
    assert (str(filing.application), filing.filing_date) == ("US202218123987", dt.date(2022, 9, 6))


def test_before_2012_the_assignee_stands_for_the_applicant() -> None:
    """Then only inventors could apply."""
    old = GRANT.replace("us-applicant", "applicant").replace("us-parties", "parties")
    old = old.replace('app-type="applicant"', 'app-type="applicant-inventor"')
    inventors = old[old.index("<inventors>") : old.index("</inventors>") + len("</inventors>")]
    filing = read_document(old.replace(inventors, "").encode(), Notes().warn)
    assert [(one.role, one.name) for one in filing.parties] == [
        ("applicant", "Glow Inc"), ("inventor", "Lampwerk GmbH"), ("owner", "Glow Inc"),
    ]  # fmt: skip


def test_claims_description_and_citations_are_cut_off() -> None:
    """They are most of the bytes, and are neither parsed nor kept; what is read stays the same."""
    kept = trim_document(GRANT.encode())
    for gone in (b"<claim", b"<description", b"<drawings", b"Lamps of old"):
        assert gone not in kept
    assert read_document(kept, Notes().warn) == read_document(GRANT.encode(), Notes().warn)


def test_an_abstract_behind_the_claims_is_not_lost() -> None:
    """Where the order of parts is another one, nothing is cut."""
    start, end = GRANT.index("<abstract"), GRANT.index("</abstract>") + len("</abstract>")
    moved = GRANT[:start] + GRANT[end:].replace("</us-patent-grant>", GRANT[start:end] + "</us-patent-grant>")
    assert [one.part for one in read_document(moved.encode(), Notes().warn).texts] == ["title", "abstract"]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (GRANT.replace("</invention-title>", ""), "bad_xml"),
        (GRANT.replace("post</b>", "\ufffdpost</b>"), "bad_encoding"),
        (GRANT.replace("<kind>B2</kind>", "<kind></kind>"), "missing_kind"),
        (GRANT.replace("<date>20240306</date>", "<date>20240399</date>"), "bad_date"),
        ("<?xml version='1.0'?><sequence-cwu/>", "not_a_record"),
        (GRANT.replace(" [ ]>", ' [ <!ENTITY lamp "lamp"> ]>'), "bad_xml"),
    ],
)
def test_a_damaged_document_is_refused_with_a_reason(document: str, code: str) -> None:
    with pytest.raises(NormalFormError) as caught:
        read_document(document.encode(), Notes().warn)
    assert caught.value.code == code and caught.value.reason


@given(st.integers(1, 400), st.lists(st.sampled_from(["<?xml ", "a", "<b/>", "?xml", "<", "\n"]), max_size=30))
def test_documents_are_told_apart_in_any_cut_of_the_stream(chunk: int, parts: list[str]) -> None:
    """Whatever the size of the pieces that arrive, the documents are those that a plain split of the whole gives."""
    whole = "".join(parts)
    expected = ["<?xml " + piece for piece in whole.split("<?xml ")[1:]]
    found = split_documents(io.BytesIO(whole.encode()), chunk_bytes=chunk)
    assert [document.decode() for document in found] == expected


def test_a_document_that_is_too_large_costs_itself_alone() -> None:
    """Sequence listings have gigabytes: they are passed over, and what follows is read."""
    large = b"<?xml " + b"x" * 5000
    stream = io.BytesIO(b"<?xml first" + large + b"<?xml last")
    assert list(split_documents(stream, most_bytes=1000, chunk_bytes=64)) == [b"<?xml first", b"<?xml last"]


def test_the_publication_is_told_by_the_first_bytes() -> None:
    """Without parsing; a sequence listing is none, and neither is a number that a citation holds."""
    assert publication_of(GRANT.encode()) == "US12345678B2"
    application = GRANT.replace("12345678", "20250040017").replace("<kind>B2<", "<kind>A1<")
    assert publication_of(application.encode()) == "US2025040017A1"
    assert publication_of(b"<?xml version='1.0'?><sequence-cwu/>") is None
    assert publication_of(GRANT.replace("publication-reference", "other").encode()) is None


def test_wanted_documents_are_found_in_a_weekly_file(tmp_path: Path) -> None:
    """Only those, each once, and no more is read than needed."""
    holdings = some_holdings()
    path = tmp_path / "ipa261105.zip"
    path.write_bytes(make_week([*holdings, holdings[1]], "APPXML", DAY))
    wanted = {str(holdings[1].publication), str(holdings[4].publication), "US2026999999A1"}
    found = dict(find_documents(path, wanted))
    assert sorted(found) == sorted(wanted - {"US2026999999A1"})
    filing = read_document(found[str(holdings[1].publication)], Notes().warn)
    assert filing.texts[0].text == holdings[1].title


def test_a_damaged_zip_gives_what_stands_before_the_damage(tmp_path: Path) -> None:
    filler = "".join(GRANT.replace("12345678", str(12345678 + step)) for step in range(1, 3000))
    path = write_zip(tmp_path / "ipg261103.zip", (GRANT + filler).encode())
    content = bytearray(path.read_bytes())
    place = len(content) * 3 // 4
    content[place : place + 40] = bytes(40)
    path.write_bytes(content)
    found = []
    with pytest.raises(BadZip):
        for name, _ in find_documents(path, {"US12345678B2", "US1B2"}):
            found.append(name)
    assert found == ["US12345678B2"]
