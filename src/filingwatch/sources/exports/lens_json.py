"""Records of the Lens patent API, as JSON lines or as the body of an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from filingwatch.filing import Classification, Filing, Party, PartyRole, Priority, PublicationId, Text, TextPart
from filingwatch.normalform import NormalFormError, parse_application, parse_doc_key, parse_language, parse_publication
from filingwatch.sources.exports.cells import read_application, read_classes, read_date
from filingwatch.sources.exports.families import family_of_members
from filingwatch.sources.exports.objects import dig, dig_list, dig_text
from filingwatch.sources.exports.rows import Interpreter, Warn

FEED = "lens-jsonl"
_READ = frozenset(
    "lens_id jurisdiction doc_number kind date_published doc_key biblio families abstract legal_status".split()
)


def matches(record: Mapping[str, Any]) -> bool:
    """Whether an object looks like a record of Lens."""
    return "lens_id" in record or "doc_key" in record or {"jurisdiction", "doc_number", "kind"} <= record.keys()


def unmapped(record: Mapping[str, Any]) -> set[str]:
    return set(record) - _READ


def bind(warn: Warn) -> Interpreter:
    """The function that turns one record into a filing."""

    def interpret(record: Mapping[str, Any]) -> Filing:
        publication, written = _read_publication(record)
        biblio = dig(record, "biblio")
        application = dig(biblio, "application_reference")
        lens_id = dig_text(record, "lens_id")
        published = dig_text(record, "date_published") or dig_text(biblio, "publication_reference", "date")
        return Filing(
            publication=publication,
            original_number=written,
            publication_date=read_date(published, "date_published"),
            application=read_application(
                dig_text(application, "doc_number"),
                warn,
                dig_text(application, "jurisdiction") or None,
                dig_text(application, "kind") or None,
            ),
            filing_date=read_date(dig_text(application, "date"), "application_reference.date"),
            earliest_priority_date=read_date(
                dig_text(biblio, "priority_claims", "earliest_claim", "date"), "earliest_claim.date"
            ),
            grant_date=read_date(dig_text(record, "legal_status", "grant_date"), "legal_status.grant_date"),
            family_id=_read_family(record, publication, warn),
            priorities=tuple(map(_read_priority, dig_list(biblio, "priority_claims", "claims"))),
            texts=(
                *_read_texts("title", dig_list(biblio, "invention_title")),
                *_read_texts("abstract", dig_list(record, "abstract")),
            ),
            parties=tuple(_read_parties(biblio)),
            classifications=tuple(_read_classes(biblio, warn)),
            url=f"https://lens.org/{lens_id}" if lens_id else None,
        )

    return interpret


def _read_publication(record: Mapping[str, Any]) -> tuple[PublicationId, str]:
    for reference in (record, dig(record, "biblio", "publication_reference")):
        number = dig_text(reference, "doc_number")
        if number:
            office, kind = dig_text(reference, "jurisdiction"), dig_text(reference, "kind")
            if not office or not kind:
                raise NormalFormError("missing_number", f"document {number} has no jurisdiction or no kind")
            return parse_publication(number, office=office, kind=kind), f"{office} {number} {kind}"
    key = dig_text(record, "doc_key")
    if not key:
        raise NormalFormError("missing_number", "the record has neither doc_number nor doc_key")
    return parse_doc_key(key)[0], key


def _read_family(record: Mapping[str, Any], publication: PublicationId, warn: Warn) -> str | None:
    """Lens numbers families by itself, so its ids carry its name and never meet those of DOCDB."""
    family = dig_text(record, "families", "simple_family", "family_id")
    if family:
        return f"lens:{family}"
    members = (dig(member, "document_id") for member in dig_list(record, "families", "simple_family", "members"))
    names = ("-".join(dig_text(member, part) for part in ("jurisdiction", "doc_number", "kind")) for member in members)
    return family_of_members(publication, names, warn)


def _read_priority(claim: Any) -> Priority:
    number, office = dig_text(claim, "doc_number"), dig_text(claim, "jurisdiction")
    day = read_date(dig_text(claim, "date"), "priority_claims.date")
    try:
        application = parse_application(number, office=office or None, kind=dig_text(claim, "kind") or None).id
    except NormalFormError:
        return Priority(number, office or None, day)
    return Priority(application.number, application.office, day)


def _read_texts(part: TextPart, items: Iterable[Any]) -> Iterable[Text]:
    for item in items:
        text = dig_text(item, "text")
        if text:
            yield Text(part, text, parse_language(dig_text(item, "lang")))


def _read_parties(biblio: Any) -> Iterable[Party]:
    roles: tuple[tuple[str, PartyRole], ...] = (
        ("applicants", "applicant"), ("inventors", "inventor"), ("owners_all", "owner"), ("agents", "agent"),
    )  # fmt: skip
    found: dict[Party, None] = {}
    for key, role in roles:
        for item in dig_list(biblio, "parties", key):
            name = dig_text(item, "extracted_name", "value")
            country = dig_text(item, "residence") or dig_text(item, "extracted_country")
            if name:
                found[Party(role, name, country.upper() or None)] = None
    return found


def _read_classes(biblio: Any, warn: Warn) -> Iterable[Classification]:
    for key, scheme in (("classifications_cpc", "cpc"), ("classifications_ipcr", "ipc")):
        symbols = (dig_text(item, "symbol") for item in dig_list(biblio, key, "classifications"))
        yield from read_classes(scheme, symbols, warn)  # type: ignore[arg-type]
