"""Answers of the portal's search read as filings: a file wrapper holds one for each of its publications.

Pure. Two shapes are read: the portal's, with the bibliography under `applicationMetaData`, and the one of its trial
years (2024), where the same fields stand at the top. What the record does not say is inferred where one rule of the
office decides it: the kind of a grant (see `numbers.read_grant`), the kind of an application publication when its
number is written without one (P1 for plants, else A1). Later publications of one application (A2, A9) are named by the
portal without kind and are not read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from filingwatch.filing import ApplicationId, Filing, Party, PartyRole, Priority, PublicationId, Record, Reject, Text
from filingwatch.normalform import NormalFormError, parse_office, parse_publication
from filingwatch.sources.exports.cells import read_classes, read_date
from filingwatch.sources.exports.objects import dig, dig_list, dig_text, object_row
from filingwatch.sources.exports.rows import Warn
from filingwatch.sources.uspto.numbers import (
    REEXAMINATIONS,
    office_of,
    read_application_number,
    read_foreign_number,
    read_grant,
)

FEED = "uspto-odp"
_CLAIMS = frozenset({"PRO", "CON", "CIP", "DIV", "NST"})  # parents from which a priority is taken


def read_answer(body: Any) -> tuple[int, list[Any]]:
    """The count and the records of a search answer.

    Raises:
        NormalFormError: `malformed`: it is something else.
    """
    for name in ("patentFileWrapperDataBag", "patentBag"):
        if isinstance(body, dict) and isinstance(body.get(name), list):
            count = body.get("count")
            if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
                return count, body[name]
    raise NormalFormError("malformed", "the answer holds no count with a list of records")


def read_records(items: Sequence[Any], warn: Warn) -> tuple[list[Record], list[Reject]]:
    """Every filing and every refused record of an answer, numbered from 0 in the order of the answer."""
    records: list[Record] = []
    rejects: list[Reject] = []
    for item in items:
        original, values, fault = object_row(item)
        if fault is None:
            try:
                filings = read_wrapper(values, warn)
            except NormalFormError as error:
                fault = error
            except Exception as error:  # one record must not cost the others; a mistake of ours shows as a reject
                reason = f"the record could not be understood ({type(error).__name__}: {error})"
                fault = NormalFormError("not_understood", reason)
        place = len(records) + len(rejects)
        if fault is not None:
            rejects.append(Reject(place, fault.code, fault.reason, original.strip()))
        else:
            records += [Record(place + step, filing) for step, filing in enumerate(filings)]
    return records, rejects


def read_wrapper(record: Mapping[str, Any], warn: Warn) -> list[Filing]:
    """The publications of one file wrapper: that of the application, then the grant; at least one.

    Raises:
        NormalFormError: `reexamination`, `not_published`, or what is wrong with the only publication that it names.
    """
    meta = dig(record, "applicationMetaData") or record
    number = dig_text(record, "applicationNumberText")
    category = dig_text(meta, "applicationTypeCategory").upper()
    if category == "REEXAM" or (number[:2] in REEXAMINATIONS and len(number) == 8):
        raise NormalFormError("reexamination", f"{number} asks to examine a granted patent again: no new filing")
    publications, faults = _read_publications(meta)
    if not publications:
        if faults:
            raise faults[0]
        raise NormalFormError("not_published", f"application {number} names no publication of its own yet")
    for fault in faults:
        warn("publication_left_out", fault.reason)
    common = _read_common(record, meta, number, warn)
    return [
        Filing(publication=publication, original_number=written, publication_date=day, **common)
        for publication, written, day in publications
    ]


def _read_publications(
    meta: Any,
) -> tuple[list[tuple[PublicationId, str, dt.date | None]], list[NormalFormError]]:
    found: list[tuple[PublicationId, str, dt.date | None]] = []
    faults: list[NormalFormError] = []
    for read in (_read_early, _read_grant):
        try:
            if (publication := read(meta)) is not None:
                found.append(publication)
        except NormalFormError as error:
            faults.append(error)
    return found, faults


def _read_early(meta: Any) -> tuple[PublicationId, str, dt.date | None] | None:
    written = dig_text(meta, "earliestPublicationNumber")
    if not written:
        return None
    usual = "P1" if _type_of(meta) in ("PLT", "PLANT") else "A1"
    publication = parse_publication(written, needs_kind=False)
    if not publication.kind:
        publication = parse_publication(written, kind=usual)
    return publication, written, read_date(dig_text(meta, "earliestPublicationDate"), "earliestPublicationDate")


def _read_grant(meta: Any) -> tuple[PublicationId, str, dt.date | None] | None:
    written = dig_text(meta, "patentNumber")
    granted = read_date(dig_text(meta, "grantDate"), "grantDate")
    if not written or granted is None:
        return None  # a number is given some weeks before the day of the grant
    was_published = bool(dig_text(meta, "earliestPublicationNumber"))
    return read_grant(written, _type_of(meta), granted, was_published), written, granted


def _type_of(meta: Any) -> str:
    known = ("UTL", "DES", "PLT", "REI")
    code = dig_text(meta, "applicationTypeCode").upper()
    return code if code in known else dig_text(meta, "applicationTypeLabelName").upper()


def _read_common(record: Mapping[str, Any], meta: Any, number: str, warn: Warn) -> dict[str, Any]:
    """What all publications of the application share."""
    parents = dig_list(record, "parentContinuityBag") or dig_list(dig(record, "continuityBag"), "parentContinuityBag")
    # A national stage was filed when the international application was, in law and in DOCDB; the portal's own date is
    # the day of the entry.
    entries = _entries(parents)
    filed = entries.get(number) or read_date(dig_text(meta, "filingDate"), "filingDate")
    title = " ".join(dig_text(meta, "inventionTitle").split())
    priorities = tuple(_read_priorities(dig_list(record, "foreignPriorityBag"), parents, entries, warn))
    return {
        "application": _read_application(number, filed, warn),
        "filing_date": filed,
        "earliest_priority_date": min((one.date for one in priorities if one.date), default=None),
        "grant_date": read_date(dig_text(meta, "grantDate"), "grantDate"),
        "priorities": priorities,
        "texts": (Text("title", title, "en", "original"),) if title else (),
        "parties": tuple(_read_parties(meta)),
        "classifications": tuple(read_classes("cpc", _symbols(meta), warn)),
        "url": f"https://patentcenter.uspto.gov/applications/{number}" if number.isdecimal() else None,
    }


def _entries(parents: Iterable[Any]) -> dict[str, dt.date]:
    """For each application that entered from an international one, the day on which that one was filed."""
    found: dict[str, dt.date] = {}
    for parent in parents:
        if dig_text(parent, "claimParentageTypeCode") == "NST":
            day = read_date(dig_text(parent, "parentApplicationFilingDate"), "parentApplicationFilingDate")
            if day is not None:
                found[dig_text(parent, "childApplicationNumberText")] = day
    return found


def _read_application(number: str, filed: dt.date | None, warn: Warn) -> ApplicationId | None:
    if not number:
        return None
    try:
        return read_application_number(number, filed)
    except NormalFormError as error:
        warn("application_left_out", error.reason)
        return None


def _read_priorities(
    foreign: Iterable[Any], parents: Iterable[Any], entries: Mapping[str, dt.date], warn: Warn
) -> Iterable[Priority]:
    found: dict[Priority, None] = {}
    for claim in foreign:
        written = dig_text(claim, "applicationNumberText") or dig_text(claim, "priorityNumberText")
        name = dig_text(claim, "ipOfficeName") or dig_text(claim, "countryName")
        day = read_date(dig_text(claim, "filingDate"), "foreignPriorityBag.filingDate")
        found[_read_foreign(written, name, day, warn)] = None
    for parent in parents:
        if dig_text(parent, "claimParentageTypeCode") not in _CLAIMS:
            continue
        written = dig_text(parent, "parentApplicationNumberText")
        day = entries.get(written) or read_date(
            dig_text(parent, "parentApplicationFilingDate"), "parentApplicationFilingDate"
        )
        try:
            application = read_application_number(written, day)
        except NormalFormError:
            found[Priority(written, None, day)] = None
        else:
            found[Priority(application.number, application.office, day)] = None
    return (priority for priority in found if priority.number or priority.date)


def _read_foreign(written: str, name: str, day: dt.date | None, warn: Warn) -> Priority:
    """A claim to a filing elsewhere. An office whose name is not known leaves the number as it is written."""
    office = office_of(name)
    if office is None:
        if name:
            warn("office_not_known", f"{name!r} is not in the table of offices")
        return Priority(written, None, day)
    try:
        if office == "US":
            application = read_application_number(written, day)
        else:
            parsed = read_foreign_number(written, office)
            if parsed.warning:
                warn("check_digit", parsed.warning)
            application = parsed.id
    except NormalFormError:
        return Priority(written, office, day)
    return Priority(application.number, application.office, day)


def _read_parties(meta: Any) -> Iterable[Party]:
    found: dict[Party, None] = {}
    roles: tuple[tuple[str, str, PartyRole], ...] = (
        ("applicantBag", "applicantNameText", "applicant"),
        ("inventorBag", "inventorNameText", "inventor"),
    )
    for bag, name_field, role in roles:
        for item in dig_list(meta, bag):
            given = (dig_text(item, part) for part in ("firstName", "middleName", "lastName"))
            name = dig_text(item, name_field) or " ".join(part for part in given if part)
            if name := " ".join(name.split()):
                found[Party(role, name, _country_of(item))] = None
    if not any(party.role == "applicant" for party in found) and (first := dig_text(meta, "firstApplicantName")):
        found[Party("applicant", first)] = None
    return found


def _country_of(item: Any) -> str | None:
    """Where a person lives: the address of residence before the one for letters."""
    addresses = dig_list(item, "correspondenceAddressBag")
    addresses.sort(key=lambda address: dig_text(address, "postalAddressCategory") != "residence")
    for address in [*addresses, item]:
        try:
            return parse_office(dig_text(address, "countryCode"))
        except NormalFormError:
            continue
    return None


def _symbols(meta: Any) -> Iterable[str]:
    return (symbol for symbol in dig_list(meta, "cpcClassificationBag") if isinstance(symbol, str))
