"""What the fake portal shows of its holdings: file wrappers in JSON, and the weekly files of concatenated XML."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from filingwatch.filing import PublicationId
from filingwatch.normalform import chinese_check_digit
from tests.fake_offices.holdings import Holding

PRODUCTS = {"APPXML": ("ipa", "application"), "PTGRXML": ("ipg", "grant")}
_NAMES = {"CN": "CHINA", "DE": "GERMANY", "EP": "EUROPEAN PATENT OFFICE (EPO)", "KR": "REPUBLIC OF KOREA"}


def is_early(publication: PublicationId) -> bool:
    return publication.kind[0] == "A" or publication.kind == "P1"


def make_wrappers(holdings: Iterable[Holding], today: dt.date) -> list[dict[str, Any]]:
    """One file wrapper for each application, with its early publication, its grant, or both."""
    groups: dict[str, list[Holding]] = {}
    for holding in holdings:
        groups.setdefault(holding.application.number, []).append(holding)
    return [_wrapper(number, group, today) for number, group in sorted(groups.items())]


def full_number(publication: PublicationId) -> str:
    """An application publication as this office writes it, with the zero that DOCDB leaves out."""
    return f"{publication.number[:4]}0{publication.number[4:]}"


def pad_symbol(symbol: str) -> str:
    subclass, _, rest = symbol.partition(" ")
    group, _, tail = rest.partition("/")
    return f"{subclass}{group:>4}/{tail}"


def _wrapper(number: str, group: Sequence[Holding], today: dt.date) -> dict[str, Any]:
    first = group[0]
    meta: dict[str, Any] = {
        "inventionTitle": first.title_on(today),
        "filingDate": first.filing_date.isoformat(),
        "effectiveFilingDate": first.filing_date.isoformat(),
        "applicationStatusCode": 30,
        "applicationTypeCode": "UTL",
        "applicationTypeLabelName": "Utility",
        "applicationTypeCategory": "REGULAR",
        "nationalStageIndicator": False,
        "firstApplicantName": first.applicants[0][0],
        "applicantBag": [
            {"applicantNameText": name, "correspondenceAddressBag": _address(country)}
            for name, country in first.applicants
        ],
        "inventorBag": [{"inventorNameText": name, "correspondenceAddressBag": []} for name in first.inventors],
        "cpcClassificationBag": [pad_symbol(symbol) for symbol in first.cpc],
        "publicationCategoryBag": [],
    }  # fmt: skip
    record: dict[str, Any] = {"applicationNumberText": number, "applicationMetaData": meta, "eventDataBag": []}
    for holding in group:
        _add_publication(record, meta, number, holding)
    if first.priority is not None:
        record["foreignPriorityBag"] = [_priority(*first.priority)]
    return record


def _add_publication(record: dict[str, Any], meta: dict[str, Any], number: str, holding: Holding) -> None:
    publication, day = holding.publication, holding.publication_date
    product = "APPXML" if is_early(publication) else "PTGRXML"
    if is_early(publication):
        written = full_number(publication)
        old = f"US {written[:4]}-{written[4:]} {publication.kind}"
        # some records still carry the form of older years
        meta["earliestPublicationNumber"] = old if int(written) % 7 == 0 else f"US{written}{publication.kind}"
        meta["earliestPublicationDate"] = day.isoformat()
        meta["publicationDateBag"] = [day.isoformat()]
        meta["publicationSequenceNumberBag"] = [written[4:]]
        meta["publicationCategoryBag"].append("Pre-Grant Publications - PGPub")
    else:
        written = publication.number
        meta["patentNumber"] = written
        meta["grantDate"] = day.isoformat()
        meta["publicationCategoryBag"].append("Granted/Issued")
    record["pgpubDocumentMetaData" if is_early(publication) else "grantDocumentMetaData"] = {
        "productIdentifier": product,
        "zipFileName": file_name(product, day),
        "xmlFileName": f"{number}_{written}.xml",
    }


def _address(country: str | None) -> list[dict[str, str]]:
    return [{"cityName": "Lampton", "countryCode": country, "postalAddressCategory": "postal"}] if country else []


def _priority(number: str, office: str, day: dt.date) -> dict[str, str]:
    """The number of a priority as this office writes it: a Chinese one keeps its check digit and loses the dot."""
    check = chinese_check_digit(number) if office == "CN" else ""
    return {
        "applicationNumberText": number + check,
        "filingDate": day.isoformat(),
        "ipOfficeName": _NAMES.get(office, "ELSEWHERE"),
    }


def file_name(product: str, day: dt.date) -> str:
    return f"{PRODUCTS[product][0]}{day:%y%m%d}.zip"


def make_week(holdings: Iterable[Holding], product: str, day: dt.date) -> bytes:
    """A weekly file: one member, in it all documents of the day after one another, a sequence listing among them."""
    documents = [_listing(), *(_document(holding, PRODUCTS[product][1]) for holding in holdings)]
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        name = file_name(product, day).replace(".zip", ".xml")
        archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), "".join(documents).encode())
    return sink.getvalue()


def list_product(product: str, files: Iterable[tuple[dt.date, int, int]]) -> bytes:
    """The listing of a product: of each file its day, its size and how often it was replaced."""
    rows = [
        {
            "fileName": file_name(product, day),
            "fileSize": size,
            "fileDataFromDate": day.isoformat(),
            "fileDataToDate": day.isoformat(),
            "fileTypeText": "Data",
            "fileDownloadURI": f"https://api.uspto.gov/api/v1/datasets/products/files/{product}/{day.year}/"
            + file_name(product, day),
            "fileReleaseDate": f"{day} 00:02:57",
            "fileLastModifiedDateTime": f"{day} 00:03:{revision:02d}",
        }
        for day, size, revision in sorted(files, reverse=True)
    ]
    notice = {
        "fileName": "schema notes.pdf",
        "fileDataFromDate": "2001-01-01",
        "fileDownloadURI": "https://x/notes.pdf",
    }
    body = {"productIdentifier": product, "productFileBag": {"count": len(rows) + 1, "fileDataBag": [*rows, notice]}}
    return json.dumps({"bulkDataProductBag": [body]}).encode()


def _listing() -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE sequence-cwu SYSTEM "us-sequence-listing.dtd" [ ]>\n'
        "<sequence-cwu><publication-reference><document-id><country>US</country></document-id></publication-reference>"
        "<table>1 2 3</table></sequence-cwu>\n"
    )


def _document(holding: Holding, stage: str) -> str:
    publication, day = holding.publication, holding.publication_date
    number = full_number(publication) if stage == "application" else publication.number.zfill(8)
    abstract = f'<abstract id="abstract"><p id="p-0001">{_inline(holding.abstract)}</p></abstract>\n'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE us-patent-{stage} SYSTEM "us-patent-{stage}-v47-2022-02-17.dtd" [ ]>
<us-patent-{stage} lang="EN" dtd-version="v4.7 2022-02-17" country="US" date-publ="{day:%Y%m%d}">
<us-bibliographic-data-{stage} lang="EN" country="US">
<publication-reference><document-id><country>US</country><doc-number>{number}</doc-number>
<kind>{publication.kind}</kind><date>{day:%Y%m%d}</date></document-id></publication-reference>
<application-reference appl-type="utility"><document-id><country>US</country>
<doc-number>{holding.application.number}</doc-number><date>{holding.filing_date:%Y%m%d}</date></document-id>
</application-reference>
{_priority_claims(holding)}{_classes(holding)}<invention-title id="d2e43">{_inline(holding.title)}</invention-title>
<us-references-cited><us-citation><nplcit><othercit>Lamps</othercit></nplcit></us-citation></us-references-cited>
{_parties(holding)}</us-bibliographic-data-{stage}>
{abstract if holding.abstract else ""}<description id="description"><p>Not to be kept.</p></description>
<claims id="claims"><claim><claim-text>1. A lamp.</claim-text></claim></claims>
</us-patent-{stage}>
"""


def _inline(text: str | None) -> str:
    """Text with markup inside, as this office sets it."""
    first, _, rest = (text or "").partition(" ")
    return f"<b>{escape(first)}</b> <i>{escape(rest)}</i>" if rest else escape(first)


def _priority_claims(holding: Holding) -> str:
    if holding.priority is None:
        return ""
    number, office, day = holding.priority
    return (
        f'<priority-claims><priority-claim sequence="01" kind="national"><country>{office}</country>'
        f"<doc-number>{number}</doc-number><date>{day:%Y%m%d}</date></priority-claim></priority-claims>\n"
    )


def _classes(holding: Holding) -> str:
    made = []
    for symbol in holding.cpc:
        subclass, _, rest = symbol.partition(" ")
        group, _, tail = rest.partition("/")
        made.append(
            "<classification-cpc><cpc-version-indicator><date>20130101</date></cpc-version-indicator>"
            f"<section>{subclass[0]}</section><class>{subclass[1:3]}</class><subclass>{subclass[3]}</subclass>"
            f"<main-group>{group}</main-group><subgroup>{tail}</subgroup></classification-cpc>"
        )
    main, further = made[:1], made[1:]
    return (
        f"<classifications-cpc><main-cpc>{''.join(main)}</main-cpc>"
        f"<further-cpc>{''.join(further)}</further-cpc></classifications-cpc>\n"
    )


def _parties(holding: Holding) -> str:
    applicants = "".join(
        f'<us-applicant app-type="applicant"><addressbook><orgname>{escape(name)}</orgname>'
        f"<address><country>{country or 'unknown'}</country></address></addressbook></us-applicant>"
        for name, country in holding.applicants
    )
    inventors = "".join(
        f"<inventor><addressbook><last-name>{escape(name.split()[0])}</last-name>"
        f"<first-name>{escape(name.split()[-1])}</first-name></addressbook></inventor>"
        for name in holding.inventors
    )
    return (
        f"<us-parties><us-applicants>{applicants}</us-applicants>"
        f"<inventors>{inventors}</inventors></us-parties>\n"
    )  # fmt: skip
