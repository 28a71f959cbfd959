"""Documents of OPS turned into filings. Pure: XML in, records and explained rejects out.

Here belongs where OPS puts what, and its peculiarities. What a spelling means is known to `normalform`; numbers in the
epodoc form to `epodoc`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from filingwatch.filing import (
    ApplicationId,
    Classification,
    Filing,
    Party,
    PartyRole,
    Priority,
    PublicationId,
    Record,
    Reject,
    Text,
)
from filingwatch.normalform import NormalFormError, choose_language, parse_application, parse_publication
from filingwatch.sources.exports.cells import read_application, read_classes, read_date
from filingwatch.sources.exports.rows import Warn
from filingwatch.sources.ops.epodoc import parse_epodoc
from filingwatch.sources.safe_xml import (
    BadXml,
    Element,
    all_text,
    child,
    children,
    local,
    parse_document,
    was_mended,
)

FEED = "epo-ops"

_CPC_SCHEMES = frozenset({"CPC", "CPCI", "CPCA"})
_ORIGINAL_LANGUAGE = "ol"  # OPS's mark of a title whose language it does not name
_UNAVAILABLE = "not available through OPS"
_PARAGRAPH = re.compile(r"^(?:\[\d{4,5}\]\s*)+")
_COUNTRY = re.compile(r"(.*?)[\s,]*\[([A-Z]{2})\][\s,]*")
_IPC = re.compile(r"([A-H]\d{2}[A-Z])\s*(\d{1,4})\s*/\s*(\d{2,6})(?:\s+(\d{4})(\d{2})\d{2})?")
_BARE_IPC = re.compile(r"([A-H]\d{2}[A-Z])\b")


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits: how many there are in all (10,000 stands for more), where the page begins, its documents."""

    total: int
    begin: int | None
    documents: tuple[Element, ...]

    @property
    def keys(self) -> frozenset[str]:
        """What tells the hits apart."""
        return frozenset(map(key_of, self.documents))


def read_found(content: bytes) -> Found:
    """The answer to a search with bibliographic data.

    Raises:
        BadXml: it is something else.
    """
    root = parse_document(content)
    search = child(root, "biblio-search")
    total = search.get("total-result-count", "") if search is not None else ""
    if search is None or not (total.isascii() and total.isdecimal()):
        raise BadXml(f"the answer is <{local(root)}> without a count of hits")
    place = child(search, "range")
    begin = place.get("begin", "") if place is not None else ""
    return Found(int(total), int(begin) if begin.isdecimal() else None, tuple(list_documents(root)))


def list_documents(root: Element) -> Iterator[Element]:
    """Every document of an answer, in order; a wrapper may hold one or several."""
    return root.iter("{*}exchange-document")


def key_of(document: Element) -> str:
    """What tells a hit from another: its number, or its content where it has none."""
    number = ".".join(document.get(name, "") for name in ("country", "doc-number", "kind"))
    return number if number.strip(".") else hashlib.sha256(_original(document).encode()).hexdigest()


def read_records(documents: Iterable[Element], warn: Warn) -> tuple[list[Record], list[Reject]]:
    """Every document as a record or as a reject with its reason and its text; each index once."""
    records: list[Record] = []
    rejects: list[Reject] = []
    for index, document in enumerate(documents):
        try:
            records.append(Record(index, read_filing(document, warn)))
        except NormalFormError as error:
            rejects.append(Reject(index, error.code, error.reason, _original(document)))
    return records, rejects


def read_filing(document: Element, warn: Warn) -> Filing:
    """One document as a filing.

    Raises:
        NormalFormError: it is a placeholder, damaged, or says something impossible about itself.
    """
    biblio = child(document, "bibliographic-data")
    _refuse_placeholder(document, biblio)
    publication, written = _read_publication(document, biblio)
    application, filing_date = _read_application(biblio, warn)
    priorities = _read_priorities(biblio)
    return Filing(
        publication=publication,
        original_number=written,
        publication_date=_first_date(child(biblio, "publication-reference"), "publication-reference"),
        application=application,
        filing_date=filing_date,
        earliest_priority_date=min((claim.date for claim in priorities if claim.date), default=None),
        family_id=_read_family(document),
        priorities=priorities,
        texts=tuple(_read_texts(document, biblio, publication.office)),
        parties=(*_read_parties(biblio, "applicant"), *_read_parties(biblio, "inventor")),
        classifications=(*_read_cpc(biblio, warn), *_read_ipc(biblio, warn)),
        url=f"https://worldwide.espacenet.com/patent/search?q=pn%3D{publication}",
    )


def _original(document: Element) -> str:
    return etree.tostring(document, encoding="unicode", with_tail=False)


def _refuse_placeholder(document: Element, biblio: Element | None) -> None:
    status = document.get("status", "").strip()
    name = key_of(document) if document.get("doc-number") else "a document"
    if status and biblio is None:
        raise NormalFormError("not_available", f"OPS gives {name} with status {status!r} and without data")
    if biblio is None or (len(biblio) < 3 and _UNAVAILABLE in all_text(document)):
        raise NormalFormError("not_available", f"OPS gives {name} without bibliographic data")
    if was_mended(document):
        raise NormalFormError("bad_encoding", f"{name} holds bytes that are not text in UTF-8")


def _read_publication(document: Element, biblio: Element | None) -> tuple[PublicationId, str]:
    parts = [document.get(name, "").strip() for name in ("country", "doc-number", "kind")]
    if not all(parts):
        reference = _ids(child(biblio, "publication-reference")).get("docdb")
        parts = [all_text(child(reference, name)) for name in ("country", "doc-number", "kind")]
    office, number, kind = parts
    if not office or not number:
        raise NormalFormError("missing_number", "the document has no country or no number")
    return parse_publication(number, office=office, kind=kind or None), ".".join(parts)


def _read_family(document: Element) -> str | None:
    """The number of the simple family; OPS writes nothing, or -1, where there is none."""
    family = document.get("family-id", "").strip()
    return family if family.isascii() and family.isdecimal() else None


def _ids(reference: Element | None) -> dict[str, Element]:
    """The ids of a reference by their type."""
    return {one.get("document-id-type", ""): one for one in reversed(children(reference, "document-id"))}


def _first_date(reference: Element | None, name: str) -> dt.date | None:
    """The day of a reference, which stands at one or several of its ids."""
    for one in children(reference, "document-id"):
        if (day := read_date(all_text(child(one, "date")), f"{name}/date")) is not None:
            return day
    return None


def _read_application(biblio: Element | None, warn: Warn) -> tuple[ApplicationId | None, dt.date | None]:
    reference = child(biblio, "application-reference")
    ids, day = _ids(reference), _first_date(reference, "application-reference")
    if (docdb := ids.get("docdb")) is not None and all_text(child(docdb, "doc-number")):
        office, kind = all_text(child(docdb, "country")), all_text(child(docdb, "kind"))
        number = all_text(child(docdb, "doc-number"))
        return read_application(number, warn, office or None, kind or None), day
    epodoc = all_text(child(ids.get("epodoc"), "doc-number"))
    application = parse_epodoc(epodoc)
    if epodoc and application is None:
        warn("application_left_out", f"{epodoc!r} is a form of application number without a known rule")
    return application, day


def _read_priorities(biblio: Element | None) -> tuple[Priority, ...]:
    claims = (_read_priority(claim) for claim in children(child(biblio, "priority-claims"), "priority-claim"))
    return tuple(dict.fromkeys(claim for claim in claims if claim is not None))


def _read_priority(claim: Element) -> Priority | None:
    ids, day = _ids(claim), _first_date(claim, "priority-claim")
    if (docdb := ids.get("docdb")) is not None and all_text(child(docdb, "doc-number")):
        office, number, kind = (all_text(child(docdb, name)) for name in ("country", "doc-number", "kind"))
        try:
            application = parse_application(number, office=office or None, kind=kind or None).id
        except NormalFormError:
            return Priority(number, office or None, day)
        return Priority(application.number, application.office, day)
    epodoc = "".join(all_text(child(ids.get("epodoc"), "doc-number")).split())
    if (known := parse_epodoc(epodoc)) is not None:
        return Priority(known.number, known.office, day)
    if epodoc:
        return Priority(epodoc, epodoc[:2] if epodoc[:2].isalpha() else None, day)
    original = all_text(child(ids.get("original"), "doc-number"))
    return Priority(original, None, day) if original else None


def _read_texts(document: Element, biblio: Element | None, office: str) -> Iterator[Text]:
    """Titles and abstracts in every language; the abstract stands beside the bibliographic data, not in it."""
    found: dict[Text, None] = {}
    for title in children(biblio, "invention-title"):
        if text := all_text(title):
            found[Text("title", text, _language(title, text, office))] = None
    for abstract in children(document, "abstract"):
        if text := _PARAGRAPH.sub("", _paragraphs(abstract)):
            found[Text("abstract", text, _language(abstract, text, office))] = None
    yield from found


def _paragraphs(abstract: Element) -> str:
    parts = [all_text(part) for part in children(abstract, "p")]
    return " ".join(part for part in parts if part) or all_text(abstract)


def _language(element: Element, text: str, office: str) -> str | None:
    told = element.get("lang", "").strip().lower()
    return choose_language(None if told == _ORIGINAL_LANGUAGE else told, text, office)


def _read_parties(biblio: Element | None, role: PartyRole) -> list[Party]:
    """Names of one format: epodoc carries the country and is spelled alike everywhere; else the original."""
    elements = children(child(biblio, "parties", f"{role}s"), role)
    chosen = [one for one in elements if one.get("data-format") == "epodoc"] or elements
    if chosen is elements and any(one.get("data-format") == "original" for one in elements):
        chosen = [one for one in elements if one.get("data-format") == "original"]
    parties = (_read_party(role, all_text(child(one, f"{role}-name", "name"))) for one in chosen)
    return list(dict.fromkeys(party for party in parties if party.name))


def _read_party(role: PartyRole, written: str) -> Party:
    found = _COUNTRY.fullmatch(written)
    name, country = (found[1], found[2]) if found else (written, None)
    return Party(role, name.strip(" ,;"), country)


def _read_cpc(biblio: Element | None, warn: Warn) -> Sequence[Classification]:
    """CPC alone: national schemes stand in the same list. Combination sets are no classes of the document."""
    symbols = []
    for one in children(child(biblio, "patent-classifications"), "patent-classification"):
        scheme = child(one, "classification-scheme")
        if scheme is not None and scheme.get("scheme", "").upper() in _CPC_SCHEMES:
            symbols.append(_cpc_symbol(one))
    return read_classes("cpc", symbols, warn)


def _cpc_symbol(one: Element) -> str:
    names = ("section", "class", "subclass", "main-group", "subgroup")
    section, digits, letter, group, subgroup = (all_text(child(one, name)) for name in names)
    if not section:
        return all_text(child(one, "classification-symbol"))
    return f"{section}{digits}{letter} {group}/{subgroup}" if group else f"{section}{digits}{letter}"


def _read_ipc(biblio: Element | None, warn: Warn) -> Sequence[Classification]:
    """The current edition; the older editions' list only where there is no other."""
    current = children(child(biblio, "classifications-ipcr"), "classification-ipcr")
    texts = [all_text(child(one, "text")) for one in current]
    texts = texts or [all_text(text) for text in children(child(biblio, "classification-ipc"), "text")]
    return read_classes("ipc", map(_ipc_symbol, texts), warn)


def _ipc_symbol(text: str) -> str:
    """The symbol, and the version if there is one, out of a text of fixed width (blanks already collapsed)."""
    if found := _IPC.match(text):
        version = f" ({found[4]}.{found[5]})" if found[4] else ""
        return f"{found[1]} {found[2]}/{found[3]}{version}"
    bare = _BARE_IPC.match(text)
    return bare[1] if bare else text
