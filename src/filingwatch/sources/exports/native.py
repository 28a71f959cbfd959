"""Our own format: one filing a line, in normal form, to move filings between installations and to bring one's own.

A line is `{"filingwatch": 1, "is_synthetic": false, ...}` and the plain values of a filing. Here belongs what such an
object must hold, one at a time; whole batches are checked in compiled code by `native_lines`, which passes only what
passes here as well.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from filingwatch.filing import Filing
from filingwatch.normalform import OFFICES, NormalFormError
from filingwatch.sources.exports.rows import Interpreter, Warn
from filingwatch.written import STRUCTURE, read_plain

FEED = "filingwatch-jsonl"
VERSION = 1
MARKS = ("filingwatch", "is_synthetic")
PARTS = {
    "texts": {"part": ("title", "abstract"), "origin": ("original", "machine_translation", "family_member", "unknown")},
    "parties": {"role": ("applicant", "inventor", "owner", "agent")},
    "classifications": {"scheme": ("cpc", "ipc")},
    "priorities": {},
}
"""The lists of a filing, and the words that their fields are chosen from."""
NEEDED = {
    "office", "number", "kind", "original_number", "texts.part", "texts.text", "texts.origin", "parties.role",
    "parties.name", "classifications.scheme", "classifications.symbol", "priorities.number",
}  # fmt: skip
PATTERNS = {
    "number": r"[A-Z]{0,4}[0-9][A-Z0-9]{0,23}",
    "kind": r"[A-Z][0-9]?",
    "texts.language": r"[a-z]{2}",
    "classifications.symbol": r"[A-HY][0-9]{2}[A-Z]( [0-9]{1,4}/[0-9]{2,6})?",
    "classifications.version": r"[0-9]{4}\.[0-9]{2}",
    "url": r"https?://[^ ]+",
}
DATES = ("publication_date", "filing_date", "earliest_priority_date", "grant_date", "priorities.date")
_COMPILED = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}
_DEFAULTS: dict[str, Any] = dict.fromkeys(STRUCTURE) | {name: [] for name in PARTS} | {"is_deleted": False}
_PART_DEFAULTS: dict[str, Any] = {"texts": {"origin": "unknown"}}


def matches(record: Mapping[str, Any]) -> bool:
    """Whether an object says that it is one of ours."""
    return "filingwatch" in record


def unmapped(record: Mapping[str, Any]) -> set[str]:
    """Nothing: a field that we do not know makes the line a reject."""
    return set()


def bind(warn: Warn) -> Interpreter:
    """The function that turns one object into a filing; fields that may be missing are empty then."""
    return read_object


def read_object(record: Mapping[str, Any]) -> Filing:
    """The filing of one line.

    Raises:
        NormalFormError: what is wrong with which field.
    """
    if record.get("filingwatch") != VERSION or isinstance(record["filingwatch"], bool):
        raise NormalFormError("other_version", f"is of version {record.get('filingwatch')!r}; this reads {VERSION}")
    if not isinstance(record.get("is_synthetic"), bool):
        raise NormalFormError("no_origin", "does not say with true or false whether it is_synthetic")
    plain = _complete("", record, _DEFAULTS, MARKS)
    for name, fields in STRUCTURE.items():
        if isinstance(fields, list):
            plain[name] = _read_list(name, plain[name], fields[0])
        elif name == "is_deleted":
            if not isinstance(plain[name], bool):
                raise NormalFormError("malformed", f"{name} is {plain[name]!r}, not true or false")
        elif name not in ("publication_id", "original_number"):
            _check(name, plain[name])
    _read_ids(plain)
    return read_plain(plain)


def _read_ids(plain: dict[str, Any]) -> None:
    publication = f"{plain['office']}{plain['number']}{plain['kind']}"
    for name in ("publication_id", "original_number"):
        if plain[name] is None:
            plain[name] = publication
    _check("original_number", plain["original_number"])
    if plain["publication_id"] != publication:
        raise NormalFormError(
            "bad_number", f"publication_id is {plain['publication_id']!r}; office, number and kind give {publication}"
        )
    if plain["office"] not in OFFICES:
        raise NormalFormError("unknown_office", f"{plain['office']!r} is not an office code of ST.3")
    office, number = plain["application_office"], plain["application_number"]
    if (office is None) != (number is None):
        raise NormalFormError("bad_number", "application_office and application_number belong together")
    if office is not None and office not in OFFICES:
        raise NormalFormError("unknown_office", f"application_office {office!r} is not an office code of ST.3")


def _read_list(name: str, items: Any, fields: Mapping[str, str]) -> list[dict[str, Any]]:
    if not isinstance(items, list):
        raise NormalFormError("malformed", f"{name} is a {type(items).__name__} where a list is expected")
    read = []
    for item in items:
        if not isinstance(item, dict):
            raise NormalFormError("malformed", f"{name} holds a {type(item).__name__} where an object is expected")
        values = _complete(f"{name}.", item, dict.fromkeys(fields) | _PART_DEFAULTS.get(name, {}), ())
        for field, value in values.items():
            _check(f"{name}.{field}", value)
            words = PARTS[name].get(field)
            if words and value not in words:
                raise NormalFormError("bad_value", f"{name}.{field} is {value!r}, not one of {', '.join(words)}")
        read.append(values)
    return read


def _complete(
    prefix: str, given: Mapping[str, Any], defaults: Mapping[str, Any], beside: tuple[str, ...]
) -> dict[str, Any]:
    strange = [name for name in given if name not in defaults and name not in beside]
    if strange:
        raise NormalFormError(
            "unknown_field", f"{prefix}{strange[0]} is no field of a filing; docs/sources.md has them"
        )
    return {name: given.get(name, default) for name, default in defaults.items()}


def _check(name: str, value: Any) -> None:
    if value is None:
        if name in NEEDED:
            raise NormalFormError("missing_field", f"{name} is missing")
        return
    if not isinstance(value, str) or not value:
        raise NormalFormError("malformed", f"{name} is {value!r} where text is expected")
    if name in DATES:
        if not _is_day(value):
            raise NormalFormError("bad_date", f"{name}: {value!r} is not a day as 2026-11-22 in the years 1600 to 2100")
    elif name in _COMPILED and not _COMPILED[name].fullmatch(value):
        raise NormalFormError("bad_value", f"{name} is {value!r}, which is not in normal form")


def _is_day(text: str) -> bool:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return False
    return str(day) == text and 1600 <= day.year <= 2100
