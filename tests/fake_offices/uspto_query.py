"""The part of the portal's query language that the connector speaks. Whatever else is asked is refused.

question := clause (OR clause)*
clause   := field:( value (OR value)* )
value    := "phrase" | prefix*        a backslash makes the next sign plain
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

TITLE = "applicationMetaData.inventionTitle"
CLASS = "applicationMetaData.cpcClassificationBag"
DATES = ("applicationMetaData.earliestPublicationDate", "applicationMetaData.grantDate")

_CLAUSE = re.compile(r"\s*(?P<field>[A-Za-z.]+):\((?P<values>(?:[^()\\\"]|\\.|\"(?:[^\"\\]|\\.)*\")+)\)\s*")
_VALUE = re.compile(r"\s*(?:\"(?P<phrase>(?:[^\"\\]|\\.)*)\"|(?P<prefix>(?:[^\s\"\\*:()/]|\\.)+)\*)\s*")
_OR = re.compile(r"OR\s")


class NotUnderstood(ValueError):
    """A question that the portal would answer with 400."""


def matches(record: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Whether a file wrapper answers a search body.

    Raises:
        NotUnderstood: the body asks for something that this portal cannot evaluate.
    """
    question, ranges = body.get("q", ""), body.get("rangeFilters", [])
    hits = [_in_range(record, one) for one in ranges] + ([_evaluate(record, question)] if question else [])
    return all(hits)


def check_sort(body: Mapping[str, Any]) -> str | None:
    """The date field to sort by, ascending; None when no order is asked for."""
    order = body.get("sort", [])
    if not order:
        return None
    if len(order) != 1 or order[0].get("field") not in DATES or order[0].get("order") != "asc":
        raise NotUnderstood(f"cannot sort by {order!r}")
    return order[0]["field"]


def dig(record: Mapping[str, Any], field: str) -> Any:
    value: Any = record
    for name in field.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _in_range(record: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    days = (wanted.get("valueFrom", ""), wanted.get("valueTo", ""))
    if wanted.get("field") not in DATES or not all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in days):
        raise NotUnderstood(f"range filter {wanted!r}")
    value = dig(record, wanted["field"])
    return value is not None and days[0] <= value <= days[1]


def _evaluate(record: Mapping[str, Any], question: str) -> bool:
    hits = []
    for clause in _parts(_CLAUSE, question):
        field = clause["field"]
        if field not in (TITLE, CLASS):
            raise NotUnderstood(f"unknown field {field}")
        test = _title_test(record) if field == TITLE else _class_test(record)
        hits += [test(value["phrase"], value["prefix"]) for value in _parts(_VALUE, clause["values"])]
    return any(hits)


def _parts(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """The matches that make up a text, joined by OR."""
    found, place = [], 0
    while True:
        match = pattern.match(text, place)
        if match is None or match.end() == place:
            raise NotUnderstood(f"{text[place : place + 40]!r}")
        found.append(match)
        if match.end() == len(text):
            return found
        joint = _OR.match(text, match.end())
        if joint is None:
            raise NotUnderstood(f"no operator before {text[match.end() : match.end() + 40]!r}")
        place = joint.end()


def _title_test(record: Mapping[str, Any]) -> Callable[[str | None, str | None], bool]:
    """Phrases are compared word by word, without regard to case and signs."""
    title = _words(dig(record, TITLE) or "")

    def test(phrase: str | None, prefix: str | None) -> bool:
        if phrase is None:
            return any(word.startswith(_plain(prefix or "").lower()) for word in title.split())
        wanted = _words(_plain(phrase))
        return bool(wanted) and f" {wanted} " in f" {title} "

    return test


def _class_test(record: Mapping[str, Any]) -> Callable[[str | None, str | None], bool]:
    """Symbols are compared as they are stored, padding included."""
    stored = dig(record, CLASS) or []

    def test(phrase: str | None, prefix: str | None) -> bool:
        if phrase is not None:
            return _plain(phrase) in stored
        return any(symbol.startswith(_plain(prefix or "")) for symbol in stored)

    return test


def _words(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
