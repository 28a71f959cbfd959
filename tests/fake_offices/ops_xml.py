"""Holdings written as OPS writes documents, with its peculiarities: everything twice, blanks where none belong,
national classes among the CPC, dates at one of several numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from tests.fake_offices.holdings import Holding

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><?xml-stylesheet type="text/xsl" href="/3.2/style/exchange.xsl"?>\n'
    '<ops:world-patent-data xmlns="http://www.epo.org/exchange" xmlns:ops="http://ops.epo.org" '
    'xmlns:xlink="http://www.w3.org/1999/xlink">\n'
)


def render_hits(
    hits: Sequence[Holding], missing: int, question: str, total: int, begin: int, end: int, day: dt.date
) -> bytes:
    """A page of hits with bibliographic data and abstracts; `missing` documents are placeholders."""
    documents = [_document(one, day) for one in hits]
    documents += [_placeholder(begin + place) for place in range(missing)]
    wrapped = "\n".join(f"<exchange-documents>{document}</exchange-documents>" for document in documents)
    return _answer(wrapped, question, total, begin, end, len(documents))


def render_ids(
    hits: Sequence[Holding], missing: int, question: str, total: int, begin: int, end: int, day: dt.date
) -> bytes:
    """A page of numbers alone, as a search without constituent gives it."""
    references = "\n".join(
        f'<ops:publication-reference system="ops.epo.org" family-id="{one.family}">{_docdb(one)}'
        "</ops:publication-reference>"
        for one in hits
    )
    return _answer(references, question, total, begin, end, len(hits))


def _answer(content: str, question: str, total: int, begin: int, end: int, count: int) -> bytes:
    return (
        f'{_HEAD}<ops:biblio-search total-result-count="{total}" publications-count="{count}">\n'
        f'<ops:query syntax="CQL">{escape(question)}</ops:query>\n<ops:range begin="{begin}" end="{end}"/>\n'
        f"<ops:search-result>\n{content}\n</ops:search-result></ops:biblio-search></ops:world-patent-data>\n"
    ).encode()


def _placeholder(place: int) -> str:
    return (
        f'<exchange-document system="ops.epo.org" country="ZA" doc-number="{990_000 + place}" kind="A" '
        'status="not found"/>'
    )


def _document(one: Holding, day: dt.date) -> str:
    publication = one.publication
    abstract = f'<abstract lang="en"><p>[0001] {escape(one.abstract)}</p></abstract>' if one.abstract else ""
    return (
        f'<exchange-document system="ops.epo.org" family-id="{one.family}" country="{publication.office}" '
        f'doc-number="{publication.number}" kind="{publication.kind}">\n<bibliographic-data>\n'
        f"<publication-reference>{_docdb(one, one.publication_date)}"
        f"{_epodoc(publication.office + publication.number, one.publication_date)}</publication-reference>\n"
        f"{_ipc(one)}{_cpc(one)}{_application(one)}{_priority(one)}{_parties(one)}{_titles(one, day)}"
        f"</bibliographic-data>{abstract}</exchange-document>"
    )


def _docdb(one: Holding, day: dt.date | None = None) -> str:
    number = one.publication
    date = f"<date>{day:%Y%m%d}</date>" if day else ""
    return (
        f'<document-id document-id-type="docdb"><country>{number.office}</country>'
        f"<doc-number>{number.number}</doc-number><kind>{number.kind}</kind>{date}</document-id>"
    )


def _epodoc(number: str, day: dt.date) -> str:
    return (
        f'<document-id document-id-type="epodoc"><doc-number>{number}</doc-number><date>{day:%Y%m%d}</date>'
        "</document-id>"
    )


def _application(one: Holding) -> str:
    """The filing date stands at the epodoc number alone."""
    number = one.application
    return (
        f'<application-reference doc-id="{300_000_000 + int(one.family)}"><document-id document-id-type="docdb">'
        f"<country>{number.office}</country><doc-number>{number.number}</doc-number><kind>A</kind></document-id>"
        f"{_epodoc(number.office + number.number, one.filing_date)}"
        f'<document-id document-id-type="original"><doc-number>{number.number}.X</doc-number></document-id>'
        "</application-reference>\n"
    )


def _priority(one: Holding) -> str:
    if one.priority is None:
        return ""
    number, office, day = one.priority
    return (
        f'<priority-claims><priority-claim sequence="1" kind="national">{_epodoc(office + number, day)}'
        f'<document-id document-id-type="original"><doc-number>{number}</doc-number></document-id>'
        "</priority-claim></priority-claims>\n"
    )


def _cpc(one: Holding) -> str:
    parts = []
    for place, symbol in enumerate(one.cpc, 1):
        subclass, _, group = symbol.partition(" ")
        main, _, sub = group.partition("/")
        parts += [
            f'<patent-classification sequence="{place}"><classification-scheme office="EP" scheme="CPCI"/>'
            f"<section>{subclass[0]}</section><class>{subclass[1:3]}</class><subclass>{subclass[3]}</subclass>"
            f"<main-group>{main}</main-group><subgroup>{sub}</subgroup><classification-value>I</classification-value>"
            f"<generating-office>{office}</generating-office></patent-classification>"
            for office in ("EP", "US")
        ]
    parts.append(
        '<patent-classification sequence="9"><classification-scheme office="JP" scheme="FI"/>'
        "<classification-symbol>G08B13/196@Z</classification-symbol></patent-classification>"
    )
    return f"<patent-classifications>{''.join(parts)}</patent-classifications>\n"


def _ipc(one: Holding) -> str:
    parts = []
    for place, symbol in enumerate(one.ipc, 1):
        subclass, _, group = symbol.partition(" ")
        main, _, sub = group.partition("/")
        text = f"{subclass}{main:>4}/{sub:>6}            A I                    "
        parts.append(f'<classification-ipcr sequence="{place}"><text>{text}</text></classification-ipcr>')
    return f"<classifications-ipcr>{''.join(parts)}</classifications-ipcr>\n"


def _parties(one: Holding) -> str:
    applicants = [(f"{name}\N{EN SPACE}[{country}]" if country else name) for name, country in one.applicants]
    parts = [_party("applicant", place, "epodoc", name) for place, name in enumerate(applicants, 1)]
    parts += [_party("applicant", place, "original", f"{name}, ") for place, (name, _) in enumerate(one.applicants, 1)]
    names = [_party("inventor", place, "epodoc", f" {name}\n") for place, name in enumerate(one.inventors, 1)]
    names += [_party("inventor", place, "original", f"{name.title()}, ") for place, name in enumerate(one.inventors, 1)]
    return f"<parties><applicants>{''.join(parts)}</applicants><inventors>{''.join(names)}</inventors></parties>\n"


def _party(role: str, place: int, form: str, name: str) -> str:
    return (
        f"<{role} sequence={quoteattr(str(place))} data-format={quoteattr(form)}><{role}-name>"
        f"<name>{escape(name)}</name></{role}-name></{role}>"
    )


def _titles(one: Holding, day: dt.date) -> str:
    chinese = f'<invention-title lang="zh">{escape(one.title_zh)}</invention-title>' if one.title_zh else ""
    return f'{chinese}<invention-title lang="en">{escape(one.title_on(day))}</invention-title>\n'
