"""An exchange-document of DOCDB as a filing: where DOCDB keeps each thing, and which of several forms is taken.

Pure. Spellings belong to `normalform`; which records are wanted belongs to `wanting`; files belong to `members`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator

from filingwatch.filing import Classification, Filing, Party, PartyRole, Priority, PublicationId, Text, TextOrigin
from filingwatch.normalform import NormalFormError, choose_language, parse_application, parse_publication
from filingwatch.sources.exports.cells import read_application, read_classes, read_date
from filingwatch.sources.exports.rows import Warn
from filingwatch.sources.safe_xml import Element, all_text, child, children, local, was_mended

# Names come in up to four forms, each with its own numbering: standardised with residence, in Latin letters as the
# office gave them, in the office's own script, and joined with the country behind.
_NAME_FORMS = ("docdb", "docdba", "original", "epodoc")
_TITLE_FORMS = {"docdba": 0, "docdb": 1, "original": 2}
_CPC_SCHEMES = frozenset({"", "CPC", "CPCI", "CPCNO"})
_FIXED_WIDTH = re.compile(r"([A-HY]\d{2}[A-Z])\s*(\d{1,4})\s*/\s*(\d{2,6})(?:\s+(\d{4})(\d{2})\d{2})?")
_COUNTRY_BEHIND = re.compile(r"(.*?)\s*\[([A-Z]{2})\]")


def name_publication(country: str, number: str, kind: str) -> PublicationId:
    """The publication that the three attributes of a record name.

    Raises:
        NormalFormError: they name none in a form that is understood.
    """
    if number.isdecimal() and len(kind) <= 2 and kind[:1].isalpha():
        return parse_publication(f"{country}{number}{kind}")  # the same, on the way that is quickest there
    return parse_publication(number, office=country, kind=kind)


def read_deletion(record: Element) -> Filing:
    """A stub that says that the office took a publication back: ids only.

    Raises:
        NormalFormError: it names no publication.
    """
    country, number, kind = attributes(record)
    return Filing(name_publication(country, number, kind), f"{country} {number} {kind}", is_deleted=True)


def read_filing(record: Element, warn: Warn) -> Filing:
    """A whole record. What it lacks is None or empty; `warn` hears what was left out and why.

    Raises:
        NormalFormError: it names no publication, holds a date that does not exist, or bytes that are no text.
    """
    if was_mended(record):
        raise NormalFormError("bad_encoding", "the record holds bytes that are not text in UTF-8")
    country, number, kind = attributes(record)
    publication = name_publication(country, number, kind)
    biblio = child(record, "bibliographic-data")
    application = _choose_form(children(biblio, "application-reference"))
    number_id = child(application, "document-id")
    priorities = tuple(_read_priorities(child(biblio, "priority-claims")))
    return Filing(
        publication=publication,
        original_number=f"{country} {number} {kind}",
        publication_date=read_date(record.get("date-publ") or _published_in(biblio), "date-publ"),
        application=read_application(
            _text(number_id, "doc-number"), warn, _text(number_id, "country") or None, _text(number_id, "kind") or None
        ),
        filing_date=read_filing_date(biblio),
        earliest_priority_date=min((one.date for one in priorities if one.date), default=None),
        family_id=read_family(record),
        priorities=priorities,
        texts=(*_read_titles(biblio, publication.office), *_read_abstracts(record, publication)),
        parties=tuple(_read_parties(child(biblio, "parties"))),
        classifications=tuple(read_symbols(record, warn)),
    )


def attributes(record: Element) -> tuple[str, str, str]:
    """Country, number and kind as the record has them."""
    return record.get("country") or "", record.get("doc-number") or "", record.get("kind") or ""


def read_family(record: Element) -> str | None:
    """The number of the simple family; None when DOCDB has not built it yet."""
    family = (record.get("family-id") or "").strip()
    return family if family.isdecimal() and family.strip("0") else None


def read_filing_date(biblio: Element | None) -> dt.date | None:
    """The filing date, from whichever form of the application number has one."""
    references = children(biblio, "application-reference")
    references.sort(key=lambda one: one.get("data-format") != "docdb")
    dates = (_text(child(one, "document-id"), "date") for one in references)
    return read_date(next((date for date in dates if date), ""), "application-reference")


def own_text(element: Element) -> str:
    """The text of a title or an abstract; paragraphs are parted by a blank, inline markup is not."""
    paragraphs = children(element, "p")
    if not paragraphs:
        return all_text(element)
    return " ".join(text for text in map(all_text, paragraphs) if text)


def read_symbols(record: Element, warn: Warn) -> Iterator[Classification]:
    """CPC, then IPC; each symbol once. Other schemes (FI, national ones) are passed over."""
    biblio = child(record, "bibliographic-data")
    cooperative = child(biblio, "patent-classifications")
    if cooperative is not None:
        yield from read_classes("cpc", map(_cpc_symbol, cooperative.iter("{*}patent-classification")), warn)
    texts = (_text(one, "text") for one in children(child(biblio, "classifications-ipcr"), "classification-ipcr"))
    yield from read_classes("ipc", map(_ipc_symbol, texts), warn)


def _text(element: Element | None, name: str) -> str:
    return all_text(child(element, name))


def _choose_form(references: list[Element]) -> Element | None:
    """The reference in DOCDB's own form; without one the first that tells its office."""
    standard = [one for one in references if one.get("data-format") == "docdb"]
    telling = [one for one in references if _text(child(one, "document-id"), "country")]
    return next(iter(standard or telling), None)


def _published_in(biblio: Element | None) -> str:
    dates = (_text(child(one, "document-id"), "date") for one in children(biblio, "publication-reference"))
    return next((date for date in dates if date), "")


def _read_priorities(claims: Element | None) -> Iterator[Priority]:
    """Earlier applications; the joined form of the number counts only where there is no other."""
    every = children(claims, "priority-claim")
    for claim in [one for one in every if one.get("data-format") == "docdb"] or every:
        number = child(claim, "document-id")
        day = read_date(_text(number, "date"), "priority-claim")
        text, office = _text(number, "doc-number"), _text(number, "country") or None
        if not text:
            continue
        try:
            application = parse_application(text, office=office, kind=_text(number, "kind") or None).id
        except NormalFormError:
            yield Priority(text, office, day)
        else:
            yield Priority(application.number, application.office, day)


def _read_titles(biblio: Element | None, office: str) -> Iterator[Text]:
    """One title a language: what the office gave in Latin letters before other forms."""
    found: dict[str | None, str] = {}
    titles = children(biblio, "invention-title")
    for title in sorted(titles, key=lambda one: _TITLE_FORMS.get(one.get("data-format") or "", len(_TITLE_FORMS))):
        text = own_text(title)
        if text:
            found.setdefault(choose_language(title.get("lang"), text, office), text)
    for language, text in found.items():
        yield Text("title", text, language)


def _read_abstracts(record: Element, publication: PublicationId) -> Iterator[Text]:
    """One abstract a language: the publication's own before one that is borrowed from a member of its family."""
    found: dict[str | None, Text] = {}
    for abstract in sorted(children(record, "abstract"), key=lambda one: _is_borrowed(one, publication)):
        text = own_text(abstract)
        if text:
            origin: TextOrigin = "family_member" if _is_borrowed(abstract, publication) else "unknown"
            language = choose_language(abstract.get("lang"), text, publication.office)
            found.setdefault(language, Text("abstract", text, language, origin))
    yield from found.values()


def _is_borrowed(abstract: Element, publication: PublicationId) -> bool:
    country, number, kind = attributes(abstract)
    if not (country or number):
        return False
    try:
        return name_publication(country, number, kind) != publication
    except NormalFormError:
        return True


def _read_parties(parties: Element | None) -> Iterable[Party]:
    found: dict[Party, None] = {}
    roles: tuple[tuple[str, str, PartyRole], ...] = (
        ("applicants", "applicant", "applicant"), ("inventors", "inventor", "inventor"), ("agents", "agent", "agent"),
    )  # fmt: skip
    for group, name, role in roles:
        for one in _one_form(children(child(parties, group), name)):
            written = _text(child(one, f"{name}-name"), "name")
            country = _text(child(one, "residence"), "country") or None
            if behind := _COUNTRY_BEHIND.fullmatch(written):
                written, country = behind[1], country or behind[2]
            written = written.strip(" ,")
            if written:
                found[Party(role, written, country)] = None
    return found


def _one_form(parties: list[Element]) -> list[Element]:
    """The parties in the first form that is there; every form lists all of them again."""
    for form in _NAME_FORMS:
        if chosen := [one for one in parties if one.get("data-format") == form]:
            return chosen
    return parties


def _cpc_symbol(classification: Element) -> str:
    """The symbol, written out or in its five parts; empty for other schemes."""
    scheme = child(classification, "classification-scheme")
    if scheme is not None and (scheme.get("scheme") or "") not in _CPC_SCHEMES:
        return ""
    version = _text(scheme, "date")
    symbol = _text(classification, "classification-symbol")
    if not symbol:
        parts = {local(part): all_text(part) for part in classification}
        symbol = "".join(parts.get(name, "") for name in ("section", "class", "subclass"))
        if parts.get("main-group") and parts.get("subgroup"):
            symbol += f" {parts['main-group']}/{parts['subgroup']}"
    return f"{symbol} ({version[:4]}.{version[4:6]})" if version.isdecimal() and len(version) == 8 else symbol


def _ipc_symbol(text: str) -> str:
    """A symbol of the fixed-width form of ST.8; any other spelling goes on as it is."""
    found = _FIXED_WIDTH.match(text)
    if found is None:
        return text
    symbol = f"{found[1]} {found[2]}/{found[3]}"
    return f"{symbol} ({found[4]}.{found[5]})" if found[4] else symbol
