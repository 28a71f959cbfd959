"""The weekly full-text files: many XML documents in one file, told apart, and each read as a filing.

Pure but for the stream that it is given. Only the bibliography and the abstract are read; claims and description are
cut off before parsing. Read are the documents of 2005 and later (version 4 of the office's format).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from filingwatch.filing import ApplicationId, Classification, Filing, Party, PartyRole, Priority, Scheme, Text
from filingwatch.normalform import (
    NormalFormError,
    parse_language,
    parse_office,
    parse_publication,
    parse_symbol,
)
from filingwatch.sources.exports.cells import read_date
from filingwatch.sources.exports.rows import Warn
from filingwatch.sources.safe_xml import Element, all_text, child, children, local, parse_document, was_mended
from filingwatch.sources.uspto.numbers import read_application_number, read_foreign_number

FEED = "uspto-xml"
_START = b"<?xml "
_HEAD_BYTES = 4096
_NUMBER = re.compile(
    rb"<publication-reference[^>]*>\s*<document-id[^>]*>\s*<country>\s*([A-Z]{2})\s*</country>"
    rb"\s*<doc-number>\s*([^<]{1,20}?)\s*</doc-number>\s*<kind>\s*([A-Z]\d?)\s*</kind>"
)
_BIBLIOGRAPHY_END = re.compile(rb"</us-bibliographic-data-(grant|application)>")
_BODY = re.compile(rb"<(?:drawings|description|us-sequence-list-doc|us-claim-statement|claims)[\s>/]")
_CITATIONS = re.compile(rb"<((?:us-)?references-cited)>.*?</\1>\s*", re.DOTALL)
_CLAIMING = ("continuation", "continuation-in-part", "division")  # relations from which a priority is taken


def split_documents(stream: BinaryIO, *, most_bytes: int = 2**26, chunk_bytes: int = 2**20) -> Iterator[bytes]:
    """Each document of a concatenated file, whole, beginning with its `<?xml`. One of more than `most_bytes` (sequence
    listings are such) is left out, and never held."""
    held, is_skipped = bytearray(), True  # what stands before the first document belongs to none
    while True:
        chunk = stream.read(chunk_bytes)
        searched_from = max(0, len(held) - len(_START) + 1)
        held += chunk
        while (found := held.find(_START, searched_from)) >= 0:
            if not is_skipped and found <= most_bytes:
                yield bytes(held[:found])
            is_skipped = False
            del held[:found]
            searched_from = len(_START)
        if not chunk:
            if not is_skipped and len(held) <= most_bytes:
                yield bytes(held)
            return
        if len(held) > most_bytes:
            is_skipped = True
        if is_skipped:
            del held[: max(0, len(held) - len(_START) + 1)]


def publication_of(document: bytes) -> str | None:
    """The id of the publication that a document is, told from its first bytes; None for what is no publication."""
    found = _NUMBER.search(document, 0, _HEAD_BYTES)
    if found is None:
        return None
    office, number, kind = (part.decode("ascii", "replace") for part in found.groups())
    try:
        return str(parse_publication(number, office=office, kind=kind))
    except NormalFormError:
        return None


def trim_document(document: bytes) -> bytes:
    """The document without citations, drawings, description and claims, still well formed; unchanged where that is not
    certain."""
    bibliography = _BIBLIOGRAPHY_END.search(document)
    if bibliography is None:
        return document
    body = _BODY.search(document, bibliography.end())
    if body is None or document.find(b"<abstract", body.start()) >= 0:
        return document
    kept = document[: body.start()] + b"</us-patent-" + bibliography[1] + b">\n"
    return _CITATIONS.sub(b"", kept, count=1)


def read_document(document: bytes, warn: Warn) -> Filing:
    """The filing that one document describes.

    Raises:
        NormalFormError: `bad_xml`, `bad_encoding`, `not_a_record` or the refusal of its number or dates.
    """
    root = parse_document(trim_document(document).strip())
    if was_mended(root):
        raise NormalFormError("bad_encoding", "holds bytes that are not text in UTF-8")
    bibliography = next((one for one in root if local(one).startswith("us-bibliographic-data-")), None)
    if bibliography is None:
        raise NormalFormError("not_a_record", f"<{local(root)}> holds no bibliography")
    published = child(bibliography, "publication-reference", "document-id")
    written = "".join(all_text(child(published, part)) for part in ("country", "doc-number", "kind"))
    publication = parse_publication(
        all_text(child(published, "doc-number")),
        office=all_text(child(published, "country")),
        kind=all_text(child(published, "kind")),
    )
    day = _read_day(published)
    filed = _read_day(child(bibliography, "pct-or-regional-filing-data", "document-id")) or _read_day(
        child(bibliography, "application-reference", "document-id")
    )
    priorities = tuple(dict.fromkeys(_read_priorities(bibliography)))
    is_grant = local(bibliography).endswith("grant")
    return Filing(
        publication=publication,
        original_number=written,
        publication_date=day,
        application=_read_application(child(bibliography, "application-reference", "document-id"), filed, warn),
        filing_date=filed,
        earliest_priority_date=min((one.date for one in priorities if one.date), default=None),
        grant_date=day if is_grant else None,
        priorities=priorities,
        texts=tuple(_read_texts(root, bibliography)),
        parties=tuple(dict.fromkeys(_read_parties(bibliography))),
        classifications=tuple(dict.fromkeys(_read_classes(bibliography, warn))),
    )


def _read_day(reference: Element | None) -> dt.date | None:
    return read_date(all_text(child(reference, "date")), "date")


def _read_application(reference: Element | None, filed: dt.date | None, warn: Warn) -> ApplicationId | None:
    number = all_text(child(reference, "doc-number"))
    if not number:
        return None
    try:
        return read_application_number(number, filed)
    except NormalFormError as error:
        warn("application_left_out", error.reason)
        return None


def _read_priorities(bibliography: Element) -> Iterator[Priority]:
    """Claims to foreign filings, then to earlier filings at this office."""
    for claim in children(child(bibliography, "priority-claims"), "priority-claim"):
        yield _priority(claim)
    for relation in _inside(bibliography, "us-related-documents"):
        if local(relation) == "us-provisional-application":
            yield _priority(child(relation, "document-id"))
        elif local(relation) in _CLAIMING:
            for parent in relation.iter("{*}parent-doc"):
                yield _priority(child(parent, "document-id"))


def _priority(reference: Element | None) -> Priority:
    number, name = all_text(child(reference, "doc-number")), all_text(child(reference, "country"))
    day = _read_day(reference)
    try:
        office = parse_office(name)
        if office in ("US", "WO"):
            application = read_application_number(number, day)
        else:
            application = read_foreign_number(number, office).id
    except NormalFormError:
        return Priority(number, None, day)
    return Priority(application.number, application.office, day)


def _read_texts(root: Element, bibliography: Element) -> Iterator[Text]:
    language = parse_language(root.get("lang") or "en")
    if title := all_text(child(bibliography, "invention-title")):
        yield Text("title", title, language, "original")
    for abstract in children(root, "abstract"):
        if text := " ".join(filter(None, (all_text(paragraph) for paragraph in abstract))) or all_text(abstract):
            yield Text("abstract", text, language, "original")
            return


def _read_parties(bibliography: Element) -> Iterator[Party]:
    """Applicants, inventors and owners.

    Before September 2012 only inventors could apply: then the assignee, to whom the right was given, is taken for the
    applicant, as DOCDB does.
    """
    parties = next((one for one in bibliography if local(one) in ("us-parties", "parties")), None)
    applicants = [one for holder in ("us-applicants", "applicants") for one in _inside(parties, holder)]
    companies = [one for one in applicants if not one.get("app-type", "").startswith("applicant-inventor")]
    owners = children(child(bibliography, "assignees"), "assignee")
    yield from _name_parties("applicant", companies or owners)
    inventors = _inside(parties, "inventors") or [one for one in applicants if one not in companies]
    yield from _name_parties("inventor", inventors)
    yield from _name_parties("owner", owners)


def _name_parties(role: PartyRole, elements: Iterable[Element]) -> Iterator[Party]:
    for element in elements:
        book = child(element, "addressbook")
        book = element if book is None else book
        person = " ".join(filter(None, (all_text(child(book, part)) for part in ("first-name", "last-name"))))
        if name := all_text(child(book, "orgname")) or person:
            yield Party(role, name, _country_of(element, book))


def _country_of(element: Element, book: Element) -> str | None:
    """The country of the address or, where that says none, of the residence."""
    for country in (child(book, "address", "country"), child(element, "residence", "country")):
        try:
            return parse_office(all_text(country))
        except NormalFormError:
            continue
    return None


def _read_classes(bibliography: Element, warn: Warn) -> Iterator[Classification]:
    schemes: tuple[tuple[Scheme, str], ...] = (("cpc", "cpc"), ("ipc", "ipcr"))
    for scheme, name in schemes:
        holder = child(bibliography, f"classifications-{name}")
        for element in () if holder is None else holder.iter(f"{{*}}classification-{name}"):
            subclass = "".join(all_text(child(element, part)) for part in ("section", "class", "subclass"))
            group = "/".join(all_text(child(element, part)) for part in ("main-group", "subgroup"))
            version = _read_day(child(element, f"{scheme}-version-indicator"))
            yield from _classification(scheme, f"{subclass} {group}", version, warn)
    for element in _inside(bibliography, "classification-ipc"):
        if local(element) in ("main-classification", "further-classification"):
            yield from _classification("ipc", all_text(element), None, warn)


def _classification(scheme: Scheme, text: str, version: dt.date | None, warn: Warn) -> Iterator[Classification]:
    try:
        symbol, _ = parse_symbol(text)
    except NormalFormError as error:
        warn("class_left_out", error.reason)
        return
    yield Classification(scheme, symbol, f"{version:%Y.%m}" if version else None)


def _inside(element: Element | None, name: str) -> list[Element]:
    """The elements inside the first child of this name; none when there is no such child."""
    holder = child(element, name)
    return [] if holder is None else list(holder)
