"""Records of DOCDB as filings, on invented XML and on the public samples."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from filingwatch.filing import ApplicationId, Classification, Filing, Party, Priority, PublicationId, Text
from filingwatch.normalform import NormalFormError
from filingwatch.sources.docdb.reading import read_deletion, read_filing
from filingwatch.sources.safe_xml import parse_document
from tests.fake_offices.docdb_xml import write_record
from tests.fake_offices.holdings import invent_holdings
from tests.unit.invented_docdb import DAY, element, record, stub


def read(text: str, warnings: list[tuple[str, str]] | None = None) -> Filing:
    found: list[tuple[str, str]] = []
    filing = read_filing(element(text), lambda code, what: found.append((code, what)))
    if warnings is None:
        assert not found
    else:
        warnings += found
    return filing


def test_every_field_of_a_holding_is_read() -> None:
    """What the fake office writes in the form of DOCDB comes back whole: ids, dates, texts, parties, classes."""
    for one in invent_holdings(3, 60, dt.date(2026, 10, 1), dt.date(2026, 11, 1)):
        filing = read(write_record(one, DAY, "C"))
        assert filing.publication == one.publication
        assert filing.publication_date == one.publication_date
        assert filing.application == one.application
        assert filing.filing_date == one.filing_date
        assert filing.family_id == one.family
        assert filing.priorities == ((Priority(*one.priority),) if one.priority else ())
        assert filing.earliest_priority_date == (one.priority[2] if one.priority else None)
        assert [t.text for t in filing.texts if t.part == "title"] == [
            text for text in (one.title_on(DAY), one.title_zh) if text
        ]
        assert [t.text for t in filing.texts if t.part == "abstract"] == ([one.abstract] if one.abstract else [])
        named = [(p.name, p.country) for p in filing.parties if p.role == "applicant"]
        assert named == list(one.applicants)
        assert [p.name for p in filing.parties if p.role == "inventor"] == list(one.inventors)
        assert tuple(c.symbol for c in filing.classifications if c.scheme == "cpc") == one.cpc
        assert tuple(c.symbol for c in filing.classifications if c.scheme == "ipc") == one.ipc
        assert not filing.is_deleted


def test_names_are_taken_from_one_form_only() -> None:
    """The standardised names with their countries; the same people in other forms and with addresses are not added."""
    biblio = """<exch:parties><exch:applicants>
      <exch:applicant sequence="1" data-format="docdba"><exch:applicant-name><name>Lampwerk Gmbh, Berlin</name>
      </exch:applicant-name><address><text>Invented Street 1</text></address></exch:applicant>
      <exch:applicant sequence="1" data-format="docdb"><exch:applicant-name><name>LAMPWERK GMBH</name>
      </exch:applicant-name><residence><country>DE</country></residence></exch:applicant>
      </exch:applicants><exch:inventors>
      <exch:inventor sequence="1" data-format="original"><exch:inventor-name><name>Doe, Jane, </name>
      </exch:inventor-name></exch:inventor>
      <exch:inventor sequence="1" data-format="epodoc"><exch:inventor-name><name>DOE JANE [GB]</name>
      </exch:inventor-name></exch:inventor></exch:inventors></exch:parties>"""
    assert read(record(biblio=biblio)).parties == (
        Party("applicant", "LAMPWERK GMBH", "DE"), Party("inventor", "Doe, Jane", None),
    )  # fmt: skip
    only_joined = biblio.replace("original", "epodoc", 1).replace("Doe, Jane, ", "DOE JOHN [IE]")
    assert Party("inventor", "DOE JOHN", "IE") in read(record(biblio=only_joined)).parties


def test_a_borrowed_abstract_says_so() -> None:
    """An abstract with the number of a family member is that member's; one with the record's own number is not."""
    after = """<exch:abstract lang="en" country="EP" doc-number="4000001" kind="A1"><exch:p>Of a member.</exch:p>
      </exch:abstract><exch:abstract lang="de" country="US" doc-number="2026000001" kind="A1"><exch:p>Eigener Text.
      </exch:p></exch:abstract>"""
    abstracts = [text for text in read(record(after=after)).texts if text.part == "abstract"]
    assert abstracts == [
        Text("abstract", "Eigener Text.", "de", "unknown"), Text("abstract", "Of a member.", "en", "family_member"),
    ]  # fmt: skip


def test_own_abstract_goes_before_a_borrowed_one_of_the_same_language() -> None:
    """One abstract a language: the publication's own, wherever it stands."""
    after = """<exch:abstract lang="en" country="EP" doc-number="4000001" kind="A1"><exch:p>Borrowed.</exch:p>
      </exch:abstract><exch:abstract lang="en"><exch:p>Its own.</exch:p></exch:abstract>"""
    texts = [text for text in read(record(after=after)).texts if text.part == "abstract"]
    assert texts == [Text("abstract", "Its own.", "en", "unknown")]


def test_markup_and_paragraphs_of_texts() -> None:
    """Inline markup leaves no gap, paragraphs do, and unknown entities are left out."""
    paragraphs = "<exch:p>CO<sub>2</sub> &alpha; lamp</exch:p><exch:p>and post.</exch:p>"
    after = f'<exch:abstract lang="en">{paragraphs}</exch:abstract>'
    texts = read(record(after=after)).texts
    assert texts[-1].text == "CO2 lamp and post."


def test_titles_in_several_forms_and_languages() -> None:
    """One title a language; the Latin form as given goes before others, and a script overrules a wrong language."""
    biblio = """<exch:invention-title lang="en" data-format="original">STREET LANTERN</exch:invention-title>
      <exch:invention-title lang="en" data-format="original">一种路灯网</exch:invention-title>"""
    titles = read(record(country="CN", number="120000001", kind="A", title="Street lantern", biblio=biblio)).texts
    assert titles == (Text("title", "Street lantern", "en"), Text("title", "一种路灯网", "zh"))


def test_class_symbols_in_every_form() -> None:
    """Fixed-width IPC, CPC written out or in five parts, combination sets; each once, other schemes left out."""
    biblio = """<exch:classifications-ipcr>
      <classification-ipcr><text>G08B  13/196       20060101AFI20260310RMEP        </text></classification-ipcr>
      <classification-ipcr><text>F21S   8/00            C I                    </text></classification-ipcr>
      </exch:classifications-ipcr><exch:patent-classifications>
      <patent-classification><classification-scheme scheme="CPCI"><date>20130101</date></classification-scheme>
      <classification-symbol>G08B  13/19602 </classification-symbol></patent-classification>
      <patent-classification><classification-scheme scheme="CPCI"/><section>G</section><class>06</class>
      <subclass>V</subclass><main-group>20</main-group><subgroup>52</subgroup></patent-classification>
      <patent-classification><classification-scheme scheme="FI"/><classification-symbol>F21S8/08,110
      </classification-symbol></patent-classification>
      <combination-set><group-number>1</group-number><combination-rank><rank-number>1</rank-number>
      <patent-classification><classification-scheme scheme="CPCI"/><classification-symbol>C08K   3/22
      </classification-symbol></patent-classification></combination-rank></combination-set>
      </exch:patent-classifications>"""
    assert read(record(biblio=biblio)).classifications == (
        Classification("cpc", "G08B 13/19602", "2013.01"),
        Classification("cpc", "G06V 20/52"),
        Classification("cpc", "C08K 3/22"),
        Classification("ipc", "G08B 13/196", "2006.01"),
        Classification("ipc", "F21S 8/00"),
    )


def test_what_is_missing_is_none() -> None:
    """A record with ids only is a filing with ids only; an unknown family is none."""
    filing = read(record(title="", filed=None, family="0", published="00000000"))
    assert filing == Filing(PublicationId("US", "2026000001", "A1"), "US 2026000001 A1")


def test_filing_date_from_another_form_of_the_number() -> None:
    """The filing date is found where only the joined form of the application number carries it."""
    biblio = """<exch:application-reference data-format="docdb"><document-id><country>CN</country>
      <doc-number>202510012345</doc-number><kind>A</kind></document-id></exch:application-reference>
      <exch:application-reference data-format="epodoc"><document-id><doc-number>CN202510012345</doc-number>
      <date>20250301</date></document-id></exch:application-reference>"""
    filing = read(record(filed=None, biblio=biblio))
    assert (filing.application, filing.filing_date) == (ApplicationId("CN", "202510012345"), dt.date(2025, 3, 1))


def test_an_unreadable_application_is_left_out_with_a_warning() -> None:
    """A record whose application number means nothing still counts."""
    biblio = """<exch:application-reference data-format="docdb"><document-id><country>CN</country>
      <doc-number>77</doc-number><kind>A</kind></document-id></exch:application-reference>"""
    warnings: list[tuple[str, str]] = []
    assert read(record(filed=None, biblio=biblio), warnings).application is None
    assert [code for code, _ in warnings] == ["application_left_out"]


def test_an_international_application_is_named_by_its_receiving_office() -> None:
    """Kind W: the country is where it was received, the application is WO's."""
    biblio = """<exch:application-reference data-format="docdb"><document-id><country>US</country>
      <doc-number>2025012345</doc-number><kind>W</kind><date>20250301</date></document-id></exch:application-reference>"""
    assert read(record(filed=None, biblio=biblio)).application == ApplicationId("WO", "US2025012345")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (record(country="XX"), "unknown_office"),
        (record(number=""), "missing_number"),
        (record(kind=""), "missing_kind"),
        (record(published="20261345"), "bad_date"),
        (record(title="Street lantern \N{REPLACEMENT CHARACTER}"), "bad_encoding"),
    ],
)
def test_what_cannot_be_understood_is_refused(text: str, code: str) -> None:
    """A record without a usable number, with a day that does not exist or bytes that are no text is refused by code."""
    with pytest.raises(NormalFormError) as error:
        read(text)
    assert error.value.code == code


def test_a_stub_carries_ids_only() -> None:
    """A deletion names its publication and nothing else."""
    filing = read_deletion(element(stub("2026000001")))
    assert filing == Filing(PublicationId("US", "2026000001", "A1"), "US 2026000001 A1", is_deleted=True)


@pytest.mark.real
def test_public_samples_are_read(real_data: Path) -> None:
    """Every record of the samples of DOCDB becomes a filing; the borrowed abstract is marked."""
    filings = []
    for path in sorted((real_data / "wire" / "docdb-cnipa").glob("*.xml")):
        records = parse_document(path.read_bytes())
        filings += [read_filing(one, lambda code, what: None) for one in records]
    assert len(filings) == 3
    for filing in filings:
        assert filing.family_id and filing.publication_date
        assert [text.part for text in filing.texts] == ["title", "abstract"]
    borrowed = [text.origin for filing in filings for text in filing.texts if text.part == "abstract"]
    assert borrowed.count("family_member") == 2
    assert filings[0].parties[0].country == "FR"
    assert [c.version for c in filings[0].classifications] == ["2006.01", "2006.01"]
