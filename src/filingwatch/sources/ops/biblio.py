"""The parts of OPS's bibliographic data: applications, priorities, texts, parties, classes. Pure.

Here belongs where OPS puts what, and its peculiarities; which parts make a filing belongs to `reading`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from filingwatch.filing import ApplicationId, Classification, Party, PartyRole, Priority, Text
from filingwatch.normalform import NormalFormError, choose_language, parse_application
from filingwatch.sources.exports.cells import read_application, read_classes, read_date
from filingwatch.sources.exports.rows import Warn
from filingwatch.sources.ops.epodoc import parse_epodoc
from filingwatch.sources.safe_xml import Element, all_text, child, children

_CPC_SCHEMES = frozenset({"CPC", "CPCI", "CPCA"})
_ORIGINAL_LANGUAGE = "ol"  # OPS's mark of a title whose language it does not name
_PARAGRAPH = re.compile(r"^(?:\[\d{4,5}\]\s*)+")
_COUNTRY = re.compile(r"(.*?)[\s,]*\[([A-Z]{2})\][\s,]*")
_IPC = re.compile(r"([A-H]\d{2}[A-Z])\s*(\d{1,4})\s*/\s*(\d{2,6})(?:\s+(\d{4})(\d{2})\d{2})?")
_BARE_IPC = re.compile(r"([A-H]\d{2}[A-Z])\b")


def ids_of(reference: Element | None) -> dict[str, Element]:
    """The ids of a reference by their type."""
    return {one.get("document-id-type", ""): one for one in reversed(children(reference, "document-id"))}


def first_date(reference: Element | None, name: str) -> dt.date | None:
    """The day of a reference, which stands at one or several of its ids."""
    for one in children(reference, "document-id"):
        if (day := read_date(all_text(child(one, "date")), f"{name}/date")) is not None:
            return day
    return None


def read_filed(biblio: Element | None, warn: Warn) -> tuple[ApplicationId | None, dt.date | None]:
    reference = child(biblio, "application-reference")
    ids, day = ids_of(reference), first_date(reference, "application-reference")
    if (docdb := ids.get("docdb")) is not None and all_text(child(docdb, "doc-number")):
        office, kind = all_text(child(docdb, "country")), all_text(child(docdb, "kind"))
        number = all_text(child(docdb, "doc-number"))
        return read_application(number, warn, office or None, kind or None), day
    epodoc = all_text(child(ids.get("epodoc"), "doc-number"))
    application = parse_epodoc(epodoc)
    if epodoc and application is None:
        warn("application_left_out", f"{epodoc!r} is a form of application number without a known rule")
    return application, day


def read_priorities(biblio: Element | None) -> tuple[Priority, ...]:
    claims = (_read_priority(claim) for claim in children(child(biblio, "priority-claims"), "priority-claim"))
    return tuple(dict.fromkeys(claim for claim in claims if claim is not None))


def _read_priority(claim: Element) -> Priority | None:
    ids, day = ids_of(claim), first_date(claim, "priority-claim")
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


def read_texts(document: Element, biblio: Element | None, office: str) -> Iterator[Text]:
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


def read_parties(biblio: Element | None, role: PartyRole) -> list[Party]:
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


def read_cpc(biblio: Element | None, warn: Warn) -> Sequence[Classification]:
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


def read_ipc(biblio: Element | None, warn: Warn) -> Sequence[Classification]:
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
