"""Documents of OPS become filings, whatever their peculiarities; what is none is a reject that says why."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from filingwatch.filing import ApplicationId, Classification, Filing, Party, Priority, PublicationId, Reject, Text
from filingwatch.sources.ops.epodoc import parse_epodoc
from filingwatch.sources.ops.reading import list_documents, read_found, read_records
from filingwatch.sources.safe_xml import BadXml, parse_document

HEAD = '<ops:world-patent-data xmlns="http://www.epo.org/exchange" xmlns:ops="http://ops.epo.org">'
REFERENCE = (
    '<publication-reference><document-id document-id-type="docdb"><country>XX</country><doc-number>1</doc-number>'
    '<kind>A</kind><date>20260312</date></document-id><document-id document-id-type="epodoc">'
    "<doc-number>CN120000001</doc-number><date>20260312</date></document-id></publication-reference>"
)


def answer(documents: str, total: str = "1", begin: int = 1) -> bytes:
    """An answer to a search."""
    return (
        f'{HEAD}<ops:biblio-search total-result-count="{total}" unheard-of="1"><ops:query syntax="CQL">x</ops:query>'
        f'<ops:range begin="{begin}" end="100"/><ops:search-result>{documents}</ops:search-result>'
        "</ops:biblio-search></ops:world-patent-data>"
    ).encode()


def document(biblio: str = "", beside: str = "", attributes: str = "") -> str:
    """One hit: a Chinese publication of 12 March 2026."""
    named = attributes or 'family-id="91234567" country="CN" doc-number="120000001" kind="A"'
    return (
        f'<exchange-documents><exchange-document system="ops.epo.org" {named}><bibliographic-data>{REFERENCE}{biblio}'
        f"</bibliographic-data>{beside}</exchange-document></exchange-documents>"
    )


def read(*documents: str) -> tuple[list[Filing], list[Reject], Counter[str]]:
    """Filings, rejects and warnings of a page."""
    warnings: Counter[str] = Counter()
    found = read_found(answer("".join(documents), str(len(documents))))
    records, rejects = read_records(found.documents, lambda code, _: warnings.update([code]))
    return [record.filing for record in records], rejects, warnings


def read_one(biblio: str = "", beside: str = "", attributes: str = "") -> Filing:
    filings, rejects, _ = read(document(biblio, beside, attributes))
    assert not rejects
    return filings[0]


def test_number_family_and_day_come_from_the_document() -> None:
    """The attributes name the document; the day stands in its reference; a link leads a person to it."""
    filing = read_one()
    assert filing.publication == PublicationId("CN", "120000001", "A")
    assert filing.original_number == "CN.120000001.A"
    assert filing.publication_date == dt.date(2026, 3, 12)
    assert filing.family_id == "91234567"
    assert filing.url == "https://worldwide.espacenet.com/patent/search?q=pn%3DCN120000001A"


def test_filing_date_stands_at_the_epodoc_number() -> None:
    """The DOCDB number names the application, the epodoc number beside it carries the day."""
    filing = read_one(
        '<application-reference doc-id="7"><document-id document-id-type="docdb"><country>CN</country>'
        "<doc-number>202410123456</doc-number><kind>A</kind></document-id>"
        '<document-id document-id-type="epodoc"><doc-number>CN20241123456</doc-number><date>20240131</date>'
        '</document-id><document-id document-id-type="original"><doc-number>202410123456.7</doc-number></document-id>'
        "</application-reference>"
    )
    assert filing.application == ApplicationId("CN", "202410123456")
    assert filing.filing_date == dt.date(2024, 1, 31)


def test_priorities_keep_their_days_and_the_earliest_is_told() -> None:
    """Epodoc numbers are turned where the rule is known; one without rule stays as OPS wrote it."""
    claims = (("EP20230123456", "20230502"), ("WO2024CN63512", "20240301"), ("ZZ2022Q77", "20220901"), ("", "20210101"))
    xml = "".join(
        f'<priority-claim sequence="{place}" kind="national"><document-id document-id-type="epodoc">'
        f"<doc-number>{number}</doc-number><date>{day}</date></document-id></priority-claim>"
        for place, (number, day) in enumerate(claims)
    )
    filing = read_one(f"<priority-claims>{xml}</priority-claims>")
    assert filing.priorities == (
        Priority("23123456", "EP", dt.date(2023, 5, 2)),
        Priority("CN2024063512", "WO", dt.date(2024, 3, 1)),
        Priority("ZZ2022Q77", "ZZ", dt.date(2022, 9, 1)),
    )
    assert filing.earliest_priority_date == dt.date(2022, 9, 1)


@pytest.mark.parametrize(
    ("epodoc", "office", "number"),
    [
        ("EP20230123456", "EP", "23123456"),
        ("US202418123456", "US", "202418123456"),
        ("US20040023667", "US", "2366704"),
        ("US20020396363P", "US", "39636302"),
        ("AU20240270787", "AU", "2024270787"),
        ("JP20050505120", "JP", "2005505120"),
        ("CN20081123968", "CN", "200810123968"),
        ("CN202411234567", "CN", "202411234567"),
        ("TW20080145995", "TW", "97145995"),
        ("TW20190123456", "TW", "108123456"),
        ("KR20240012345", "KR", "20240012345"),
        ("CA20112744162", "CA", "2744162"),
        ("WO2024US123", "WO", "US2024000123"),
    ],
)
def test_epodoc_numbers_become_those_of_docdb(epodoc: str, office: str, number: str) -> None:
    """Each office shortens its years and fills its serials in its own way."""
    assert parse_epodoc(epodoc) == ApplicationId(office, number)


@pytest.mark.parametrize("text", ["", "GB20230006615", "EP2023012345", "NL19981010536", "WO", "20230123456"])
def test_epodoc_numbers_without_a_sure_rule_stay_alone(text: str) -> None:
    """A guess would link inventions that have nothing to do with each other."""
    assert parse_epodoc(text) is None


def party(role: str, form: str, name: str) -> str:
    return f'<{role} sequence="1" data-format="{form}"><{role}-name><name>{name}</name></{role}-name></{role}>'


def test_names_of_one_format_are_taken() -> None:
    """Everybody is named twice; the epodoc form carries the country, in brackets after a wide blank."""
    filing = read_one(
        "<parties><applicants>"
        + party("applicant", "epodoc", "STREET GLOW LTD\N{EN SPACE}[CN]")
        + party("applicant", "original", "Street Glow Limited, ")
        + "</applicants><inventors>"
        + party("inventor", "epodoc", " LI XIA\n")
        + party("inventor", "original", "LI, Xia, ")
        + "</inventors></parties>"
    )
    assert filing.parties == (Party("applicant", "STREET GLOW LTD", "CN"), Party("inventor", "LI XIA"))


def test_original_names_serve_where_there_are_no_others() -> None:
    """Blanks and the comma at the end go."""
    filing = read_one(
        "<parties><applicants>" + party("applicant", "original", " 路灯公司, ") + "</applicants></parties>"
    )
    assert filing.parties == (Party("applicant", "路灯公司"),)


def cpc(scheme: str, *, symbol: str = "", office: str = "EP") -> str:
    parts = (
        f"<classification-symbol>{symbol}</classification-symbol>"
        if symbol
        else "<section>G</section><class>08</class><subclass>B</subclass><main-group>13</main-group>"
        "<subgroup>19602</subgroup>"
    )
    return (
        f'<patent-classification sequence="1"><classification-scheme office="EP" scheme="{scheme}"/>{parts}'
        f"<generating-office>{office}</generating-office></patent-classification>"
    )


def test_classes_of_cpc_alone_are_taken_each_once() -> None:
    """Several offices give the same class; national schemes and combination sets are something else."""
    filing = read_one(
        "<patent-classifications>"
        + cpc("CPCI")
        + cpc("CPCI", office="US")
        + cpc("CPC", symbol="F21S8/085")
        + cpc("FI", symbol="G08B13/197")
        + cpc("UC", symbol="340/541")
        + f"<combination-set><combination-rank>{cpc('CPCI', symbol='C08L23/06')}</combination-rank></combination-set>"
        + "</patent-classifications>"
    )
    assert filing.classifications == (Classification("cpc", "G08B 13/19602"), Classification("cpc", "F21S 8/085"))


def test_ipc_is_read_from_its_fixed_width() -> None:
    """Blanks stand around the slash; the version is there or not; the old list serves only where there is no other."""
    current = "".join(
        f'<classification-ipcr sequence="1"><text>{text}</text></classification-ipcr>'
        for text in (
            "G08B  13/    196           A I                    ",
            "B01J  25/00        20060101AFI20060310RMJP  ",
        )
    )
    old = "<classification-ipc><text>H04N7/18</text></classification-ipc>"
    assert read_one(f"{old}<classifications-ipcr>{current}</classifications-ipcr>").classifications == (
        Classification("ipc", "G08B 13/196"),
        Classification("ipc", "B01J 25/00", "2006.01"),
    )
    assert read_one(old).classifications == (Classification("ipc", "H04N 7/18"),)


def test_a_class_that_cannot_be_read_is_a_warning() -> None:
    """The document stays."""
    filings, rejects, warnings = read(
        document("<classification-ipc><text>not a class</text></classification-ipc>"),
        document(
            '<application-reference><document-id document-id-type="epodoc"><doc-number>ZZ1</doc-number></document-id>'
            "</application-reference>"
        ),
    )
    assert len(filings) == 2 and not rejects
    assert warnings == {"class_left_out": 1, "application_left_out": 1}


def test_texts_come_in_every_language() -> None:
    """Inline markup is text, paragraph numbers are not; `ol` is no language; the abstract stands beside the data."""
    filing = read_one(
        '<invention-title lang="de">Laterne mit <b>Auge</b></invention-title>'
        '<invention-title lang="ol">智慧路灯</invention-title><invention-title lang="en"/>',
        '<abstract lang="en"><p>[0001] A lantern with CO<sub>2</sub></p><p>and an eye.</p></abstract>',
    )
    assert filing.texts == (
        Text("title", "Laterne mit Auge", "de"),
        Text("title", "智慧路灯", "zh"),
        Text("abstract", "A lantern with CO2 and an eye.", "en"),
    )


def test_missing_parts_are_empty() -> None:
    """A document with its number alone is a filing."""
    filing = read_one(attributes='country="CN" doc-number="120000001" kind="A" family-id="-1"')
    assert (filing.texts, filing.parties, filing.classifications, filing.priorities) == ((), (), (), ())
    assert filing.application is filing.family_id is filing.filing_date is filing.earliest_priority_date is None


def test_several_documents_of_one_wrapper_are_several_filings() -> None:
    """With all publications of an application asked for, one hit holds several."""
    first = document()
    second = document(attributes='country="CN" doc-number="120000001" kind="B"')
    filings, _, _ = read(first.removesuffix("</exchange-documents>") + second.removeprefix("<exchange-documents>"))
    assert [str(filing.publication) for filing in filings] == ["CN120000001A", "CN120000001B"]


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        ('<exchange-document country="ZA" doc-number="9" kind="A" status="not found"/>', "not_available"),
        ('<exchange-document country="ZA" doc-number="9" kind="A" status="invalid result"/>', "not_available"),
        ('<exchange-document country="ZA" doc-number="9" kind="A"/>', "not_available"),
        (
            '<exchange-document country="ZA" doc-number="9" kind="A"><bibliographic-data><invention-title>This record '
            "is not available through OPS</invention-title></bibliographic-data></exchange-document>",
            "not_available",
        ),
        (document(attributes='country="CN" kind="A" doc-number=" "').replace("<doc-number>1<", "<doc-number><"),
         "missing_number"),
        (document(attributes='country="Q7" doc-number="1" kind="A"'), "unknown_office"),
        (document().replace("20260312", "20261345"), "bad_date"),
        (document('<invention-title lang="en">Lan\N{REPLACEMENT CHARACTER}tern</invention-title>'), "bad_encoding"),
    ],
)  # fmt: skip
def test_what_is_no_document_is_a_reject_with_its_text(xml: str, code: str) -> None:
    """Placeholders, damaged and impossible documents are counted, explained and kept as they came."""
    filings, rejects, _ = read(document(), xml)
    assert len(filings) == 1
    assert [(reject.index, reject.code) for reject in rejects] == [(1, code)]
    assert rejects[0].reason and rejects[0].original.startswith("<exchange-document ")
    assert "</exchange-documents>" not in rejects[0].original


def test_the_reason_of_a_placeholder_says_its_status() -> None:
    """So that a person can tell what OPS lacks from what it cannot give."""
    _, rejects, _ = read('<exchange-document country="ZA" doc-number="9" kind="A" status="invalid result"/>')
    assert rejects[0].reason == "OPS gives ZA.9.A with status 'invalid result' and without data"


def test_bytes_that_are_no_text_reject_their_document_alone() -> None:
    """One bad byte costs one document, not the page."""
    body = answer(document() + document('<invention-title lang="en">Lamp@</invention-title>'), "2")
    found = read_found(body.replace(b"Lamp@", b"Lamp\xff"))
    records, rejects = read_records(found.documents, lambda *_: None)
    assert len(records) == 1 and [reject.code for reject in rejects] == ["bad_encoding"]


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><body>Welcome</body></html>", b"{}", answer("", total="many"), HEAD.encode() + b"</ops:world-patent",
     f"{HEAD}</ops:world-patent-data>".encode()],
)  # fmt: skip
def test_an_answer_without_a_count_of_hits_is_none(body: bytes) -> None:
    """Whatever else came with 200 is not taken for an empty page."""
    with pytest.raises(BadXml):
        read_found(body)


def test_hits_are_told_apart_by_number_or_content() -> None:
    """So that hits which come twice, or not at all, are noticed."""
    found = read_found(answer(document() * 2 + "<exchange-document>a</exchange-document>", "3", begin=101))
    assert (found.total, found.begin, len(found.documents), len(found.keys)) == (3, 101, 3, 2)


RECORDED = (
    "recorded-2025/*/response.xml",
    "patent_client/published/test/*.xml",
    "patent_client/published/fixtures/*.xml",
)


@pytest.mark.real
def test_every_recorded_document_is_a_filing(real_data: Path) -> None:
    """Recorded real answers hold documents of nine offices; each is read, with number, day and title."""
    table: dict[str, tuple[int, int, int]] = {}
    folder = real_data / "wire" / "epo-ops"
    for path in sorted(path for pattern in RECORDED for path in folder.glob(pattern)):
        if not (body := path.read_bytes()).startswith(b"<?xml"):
            continue  # the client's own conversions stand beside the recordings
        warnings: Counter[str] = Counter()
        documents = list(list_documents(parse_document(body)))
        records, rejects = read_records(documents, lambda code, _, seen=warnings: seen.update([code]))
        table[str(path.relative_to(folder))] = len(records), len(rejects), warnings.total()
        assert len(records) + len(rejects) == len(documents)
        for record in records:
            assert record.filing.publication_date or "abstract" in path.name
            assert record.filing.family_id or "abstract" in path.name
    for name, counts in table.items():
        print(f"{name:70} records, rejects, warnings: {counts}")
    assert table["recorded-2025/search_with_constituent/response.xml"] == (3, 0, 0)
    assert sum(records for records, _, _ in table.values()) >= 20
    assert sum(rejects for _, rejects, _ in table.values()) == 0


@pytest.mark.real
def test_the_rule_of_epodoc_agrees_with_the_numbers_that_stand_beside(real_data: Path) -> None:
    """Applications are recorded in both forms: what the rule turns is what DOCDB says."""
    from filingwatch.normalform import parse_application
    from filingwatch.sources.safe_xml import all_text, child, children

    checked = 0
    for path in sorted((real_data / "wire" / "epo-ops").rglob("*.xml")):
        try:
            root = parse_document(path.read_bytes())
        except BadXml:
            continue
        for reference in root.iter("{*}application-reference"):
            ids = {one.get("document-id-type"): one for one in children(reference, "document-id")}
            turned = parse_epodoc(all_text(child(ids.get("epodoc"), "doc-number")))
            if turned is not None and "docdb" in ids:
                office, number, kind = (all_text(child(ids["docdb"], n)) for n in ("country", "doc-number", "kind"))
                assert turned == parse_application(number, office=office, kind=kind).id
                checked += 1
    assert checked >= 8


@pytest.mark.real
def test_the_recorded_search_is_a_page_of_a_counted_result(real_data: Path) -> None:
    """The count, the range and the documents of the one recorded search with data."""
    body = (real_data / "wire/epo-ops/recorded-2025/search_with_constituent/response.xml").read_bytes()
    found = read_found(body)
    assert (found.total, found.begin, len(found.documents), len(found.keys)) == (10_000, 1, 3, 3)
