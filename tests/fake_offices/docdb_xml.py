"""Invented records in the form of DOCDB, and the nested ZIPs in which a week of them is delivered."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

from tests.fake_offices.holdings import Holding

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
    '<!DOCTYPE exch:exchange-documents SYSTEM "docdb-entities.dtd">\n'
    '<exch:exchange-documents xmlns:exch="http://www.epo.org/exchange" date-of-exchange="{day}" dtd-version="2.5.9" '
    'file="{name}" no-of-documents="{count}" originating-office="EP">\n'
)
_TAIL = "</exch:exchange-documents>\n"
_MOMENT = (2026, 1, 1, 0, 0, 0)


def write_records(name: str, day: dt.date, records: Sequence[str]) -> bytes:
    """A file of records. Everything outside of ASCII stands as a numeric character reference, as in DOCDB."""
    head = _HEAD.format(day=f"{day:%Y%m%d}", name=f"{name}.xml", count=len(records))
    return (head + "\n".join(records) + _TAIL).encode("ascii", "xmlcharrefreplace")


def write_zip(members: Mapping[str, bytes] | Iterable[tuple[str, bytes]], *, packed: bool = True) -> bytes:
    """A ZIP whose bytes depend on its content alone."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as file:
        for name, content in dict(members).items():
            info = zipfile.ZipInfo(name, _MOMENT)
            info.compress_type = file.compression
            file.writestr(info, content)
    return target.getvalue()


def write_stub(holding: Holding, status: str) -> str:
    """A record that is taken back: ids only."""
    return f'<exch:exchange-document {_ids(holding)} status="{status}"/>'


def write_record(holding: Holding, day: dt.date, status: str) -> str:
    """The whole record as the office gives it on a day."""
    published = f"{holding.publication_date:%Y%m%d}"
    return (
        f'<exch:exchange-document {_ids(holding)} date-publ="{published}" family-id="{holding.family}" '
        f'is-representative="YES" date-of-last-exchange="{day:%Y%m%d}" date-added-docdb="{holding.loaded_on:%Y%m%d}" '
        f'originating-office="EP" status="{status}">'
        f"<exch:bibliographic-data>{_references(holding)}{_classes(holding)}{_application(holding)}"
        f"{_priority(holding)}{_parties(holding)}{_titles(holding, day)}</exch:bibliographic-data>"
        f"{_abstract(holding)}{_family(holding)}</exch:exchange-document>"
    )


def _ids(holding: Holding) -> str:
    one, doc_id = holding.publication, 500_000_000 + int(holding.family)
    return f'country="{one.office}" doc-number="{one.number}" kind="{one.kind}" doc-id="{doc_id}"'


def _references(holding: Holding) -> str:
    one, day = holding.publication, f"{holding.publication_date:%Y%m%d}"
    return (
        '<exch:publication-reference data-format="docdb"><document-id lang="en">'
        f"<country>{one.office}</country><doc-number>{one.number}</doc-number><kind>{one.kind}</kind><date>{day}</date>"
        '</document-id></exch:publication-reference><exch:publication-reference data-format="epodoc"><document-id>'
        f"<doc-number>{one.office}{one.number}</doc-number><date>{day}</date></document-id></exch:publication-reference>"
    )


def _classes(holding: Holding) -> str:
    ipc = "".join(
        f'<classification-ipcr sequence="{place}"><text>{_fixed_width(symbol)}</text></classification-ipcr>'
        for place, symbol in enumerate(holding.ipc, 1)
    )
    cpc = "".join(
        f'<patent-classification sequence="{place}"><classification-scheme office="EP" scheme="CPCI">'
        f"<date>20130101</date></classification-scheme><classification-symbol>{_padded(symbol)}</classification-symbol>"
        "<symbol-position>L</symbol-position><classification-value>I</classification-value>"
        "<generating-office><country>EP</country></generating-office></patent-classification>"
        for place, symbol in enumerate(holding.cpc, 1)
    )
    other = (
        f'<patent-classification sequence="{len(holding.cpc) + 1}"><classification-scheme office="JP" scheme="FI"/>'
        "<classification-symbol>F21S8/08,110</classification-symbol></patent-classification>"
    )
    return (
        f"<exch:classifications-ipcr>{ipc}</exch:classifications-ipcr>"
        f"<exch:patent-classifications>{cpc}{other}</exch:patent-classifications>"
    )


def _padded(symbol: str) -> str:
    subclass, _, group = symbol.partition(" ")
    main, _, sub = group.partition("/")
    return f"{subclass}{main:>4}/{sub:<6}"


def _fixed_width(symbol: str) -> str:
    return f"{_padded(symbol)}    20060101AFI20260310RMEP        "


def _application(holding: Holding) -> str:
    one = holding.application
    return (
        '<exch:application-reference doc-id="300000001" is-representative="YES" data-format="docdb"><document-id>'
        f"<country>{one.office}</country><doc-number>{one.number}</doc-number><kind>A</kind>"
        f"<date>{holding.filing_date:%Y%m%d}</date></document-id></exch:application-reference>"
        '<exch:application-reference data-format="epodoc"><document-id>'
        f"<doc-number>{one.office}{one.number}</doc-number></document-id></exch:application-reference>"
    )


def _priority(holding: Holding) -> str:
    if holding.priority is None:
        return ""
    number, office, day = holding.priority
    return (
        '<exch:priority-claims><exch:priority-claim sequence="1" data-format="docdb"><document-id>'
        f"<country>{office}</country><doc-number>{number}</doc-number><kind>A</kind><date>{day:%Y%m%d}</date>"
        "</document-id><exch:priority-active-indicator>Y</exch:priority-active-indicator></exch:priority-claim>"
        '<exch:priority-claim sequence="1" data-format="epodoc"><document-id>'
        f"<doc-number>{office}{number}</doc-number></document-id></exch:priority-claim></exch:priority-claims>"
    )


def _parties(holding: Holding) -> str:
    applicants = "".join(
        f'<exch:applicant sequence="{place}" data-format="{form}"><exch:applicant-name><name>{escape(name)}</name>'
        f"</exch:applicant-name>{_residence(country, form)}</exch:applicant>"
        for form in ("docdb", "docdba")
        for place, (name, country) in enumerate(holding.applicants, 1)
    )
    inventors = "".join(
        f'<exch:inventor sequence="{place}" data-format="docdb"><exch:inventor-name><name>{escape(name)}</name>'
        "</exch:inventor-name></exch:inventor>"
        for place, name in enumerate(holding.inventors, 1)
    )
    return (
        f"<exch:parties><exch:applicants>{applicants}</exch:applicants>"
        f"<exch:inventors>{inventors}</exch:inventors></exch:parties>"
    )


def _residence(country: str | None, form: str) -> str:
    if form == "docdba":
        return "<address><text>1 Invented Street</text></address>"
    return f"<residence><country>{country}</country></residence>" if country else ""


def _titles(holding: Holding, day: dt.date) -> str:
    titles = (
        f'<exch:invention-title lang="en" data-format="docdba">{escape(holding.title_on(day))}</exch:invention-title>'
    )
    if holding.title_zh:
        titles += (
            f'<exch:invention-title lang="zh" data-format="original">{escape(holding.title_zh)}</exch:invention-title>'
        )
    return titles


def _abstract(holding: Holding) -> str:
    if holding.abstract is None:
        return ""
    return (
        '<exch:abstract lang="en" data-format="docdba" abstract-source="national office">'
        f"<exch:p>{escape(holding.abstract)}</exch:p></exch:abstract>"
    )


def _family(holding: Holding) -> str:
    one = holding.publication
    return (
        '<exch:patent-family><exch:family-member><exch:publication-reference data-format="docdb" sequence="1">'
        f"<document-id><country>{one.office}</country><doc-number>{one.number}</doc-number><kind>{one.kind}</kind>"
        "</document-id></exch:publication-reference></exch:family-member></exch:patent-family>"
    )
