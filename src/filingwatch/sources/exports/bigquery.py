"""Rows of the public BigQuery table `patents-public-data.patents.publications`, as JSON lines or Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from filingwatch.filing import Filing, Party, PartyRole, Priority, Text, TextPart
from filingwatch.normalform import NormalFormError, parse_application, parse_language, parse_publication
from filingwatch.sources.exports.cells import read_application, read_classes, read_date
from filingwatch.sources.exports.objects import dig_list, dig_text
from filingwatch.sources.exports.rows import Interpreter, Warn

FEED = "bigquery"
_MARKS = frozenset("country_code kind_code title_localized abstract_localized family_id application_number".split())
_READ = frozenset(
    "publication_number application_number family_id title_localized abstract_localized publication_date filing_date "
    "grant_date priority_date priority_claim inventor inventor_harmonized assignee assignee_harmonized ipc cpc".split()
)


def matches(record: Mapping[str, Any]) -> bool:
    """Whether an object (or the columns of a table) looks like a row of that table: its key and two more columns."""
    return "publication_number" in record and len(_MARKS & record.keys()) >= 2


def unmapped(record: Mapping[str, Any]) -> set[str]:
    return set(record) - _READ


def bind(warn: Warn) -> Interpreter:
    """The function that turns one row into a filing. Dates are whole numbers in which 0 means none."""

    def interpret(row: Mapping[str, Any]) -> Filing:
        written = dig_text(row, "publication_number")
        publication = parse_publication(written)
        family = dig_text(row, "family_id")
        return Filing(
            publication=publication,
            original_number=written,
            publication_date=read_date(dig_text(row, "publication_date"), "publication_date"),
            application=read_application(dig_text(row, "application_number"), warn),
            filing_date=read_date(dig_text(row, "filing_date"), "filing_date"),
            earliest_priority_date=read_date(dig_text(row, "priority_date"), "priority_date"),
            grant_date=read_date(dig_text(row, "grant_date"), "grant_date"),
            family_id=family if family not in ("", "0", "-1") else None,
            priorities=tuple(_read_priorities(row)),
            texts=(*_read_texts(row, "title", "title_localized"), *_read_texts(row, "abstract", "abstract_localized")),
            parties=(*_read_parties(row, "applicant", "assignee"), *_read_parties(row, "inventor", "inventor")),
            classifications=(
                *read_classes("cpc", (dig_text(item, "code") for item in dig_list(row, "cpc")), warn),
                *read_classes("ipc", (dig_text(item, "code") for item in dig_list(row, "ipc")), warn),
            ),
        )

    return interpret


def _read_texts(row: Mapping[str, Any], part: TextPart, column: str) -> Iterable[Text]:
    for item in dig_list(row, column):
        text = dig_text(item, "text")
        if text:
            yield Text(part, text, parse_language(dig_text(item, "language")))


def _read_parties(row: Mapping[str, Any], role: PartyRole, column: str) -> Iterable[Party]:
    """Names as on the document; the harmonised list lends its countries when it is as long, its names when alone."""
    names = [str(name).strip() for name in dig_list(row, column)]
    harmonised = dig_list(row, f"{column}_harmonized")
    countries = [dig_text(item, "country_code").upper() or None for item in harmonised]
    if not names:
        names = [dig_text(item, "name") for item in harmonised]
    if len(countries) != len(names):
        countries = [None] * len(names)
    return [Party(role, name, country) for name, country in zip(names, countries, strict=True) if name]


def _read_priorities(row: Mapping[str, Any]) -> Iterable[Priority]:
    for claim in dig_list(row, "priority_claim"):
        number = dig_text(claim, "application_number")
        day = read_date(dig_text(claim, "filing_date"), "priority_claim.filing_date")
        if not number:
            continue
        try:
            application = parse_application(number).id
        except NormalFormError:
            yield Priority(number, None, day)
        else:
            yield Priority(application.number, application.office, day)
