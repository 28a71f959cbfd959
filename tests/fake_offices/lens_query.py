"""The part of Lens's search language that a connector may use here: read strictly, then asked of a holding.

Whatever is not understood is refused, as a real search engine would refuse or, worse, silently misread it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.fake_offices.holdings import Holding

Test = Callable[[Holding, dt.date], bool]

LANGUAGES = ("AR", "DE", "EN", "ES", "FR", "JA", "KO", "PT", "RU", "ZH")
_RESERVED = frozenset('+-=&|!(){}[]^"~*?:\\/<>')
_FIELDS = ("title", "abstract", "class_cpc.symbol", "class_ipcr.symbol")


class Malformed(Exception):
    """What the office would answer 400 to."""


def compile_query(query: Any, language: str) -> Test:
    """The test that a query of the body makes on a holding on a day.

    Raises:
        Malformed: it holds something that this office does not know.
    """
    name, inner = _single(query, "query")
    match name:
        case "bool":
            return _compile_bool(inner, language)
        case "query_string":
            return _compile_words(_text(inner, "query"), language)
        case "range":
            return _compile_range(inner)
        case "terms":
            return _compile_terms(inner)
    raise Malformed(f"unknown query type {name}")


def lens_id(holding: Holding) -> str:
    """Fifteen digits in groups of three, the same for the same publication."""
    number = int.from_bytes(str(holding.publication).encode()[-12:], "big") % 10**15
    return "-".join(f"{number:015d}"[place : place + 3] for place in range(0, 15, 3))


def _compile_bool(body: Any, language: str) -> Test:
    if not isinstance(body, dict) or not body.keys() <= {"must", "must_not"} or not body.get("must"):
        raise Malformed("bool with something else than must and must_not")
    must = [compile_query(one, language) for one in body["must"]]
    never = [compile_query(one, language) for one in body.get("must_not", [])]
    return lambda held, day: all(one(held, day) for one in must) and not any(one(held, day) for one in never)


def _compile_range(body: Any) -> Test:
    name, limits = _single(body, "range")
    if name not in ("created", "date_published") or not isinstance(limits, dict) or not limits:
        raise Malformed(f"range over {name}")
    if not limits.keys() <= {"gte", "lte"}:
        raise Malformed(f"range with {sorted(limits)}")
    try:
        first, last = (dt.date.fromisoformat(limits.get(key, other)) for key, other in (
            ("gte", "0001-01-01"), ("lte", "9999-12-31")))  # fmt: skip
    except (TypeError, ValueError) as error:
        raise Malformed("range with something that is no date") from error
    if name == "created":
        return lambda held, day: first <= held.loaded_on <= last
    return lambda held, day: first <= held.publication_date <= last


def _compile_terms(body: Any) -> Test:
    name, values = _single(body, "terms")
    if not isinstance(values, list) or not values or len(values) > 10_000:
        raise Malformed("terms without a list of at most 10000")
    wanted = frozenset(values)
    if name == "jurisdiction":
        return lambda held, day: held.publication.office in wanted
    if name == "lens_id":
        return lambda held, day: lens_id(held) in wanted
    raise Malformed(f"terms over {name}")


def _compile_words(text: str, language: str) -> Test:
    """`field:(item OR item) OR field:(...)`; an item is a phrase, or a symbol that may end in a star."""
    scanner = _Scanner(text)
    clauses = [_read_clause(scanner, language)]
    while not scanner.at_end():
        scanner.take_word("OR")
        clauses.append(_read_clause(scanner, language))
    return lambda held, day: any(clause(held, day) for clause in clauses)


def _read_clause(scanner: _Scanner, language: str) -> Test:
    field = scanner.take_field()
    scanner.take("(")
    items = [scanner.take_item()]
    while not scanner.sees(")"):
        scanner.take_word("OR")
        items.append(scanner.take_item())
    scanner.take(")")
    if field.startswith("class_"):
        return lambda held, day: any(_has_class(held, field, item, star) for item, star in items)
    if any(star for _, star in items):
        raise Malformed("a star inside a phrase")
    return lambda held, day: any(_has_phrase(_field_text(held, field, language, day), item) for item, _ in items)


def _field_text(held: Holding, field: str, language: str, day: dt.date) -> str:
    """The text of a field in the language of the search: the others are not looked at."""
    if language == "ZH":
        return (held.title_zh or "") if field == "title" else ""
    if language != "EN":
        return ""
    return held.title_on(day) if field == "title" else (held.abstract or "")


def _has_phrase(text: str, phrase: str) -> bool:
    if not phrase.isascii():
        return phrase in text
    words, wanted = re.findall(r"\w+", text.lower()), re.findall(r"\w+", phrase.lower())
    return bool(wanted) and any(
        words[place : place + len(wanted)] == wanted for place in range(len(words) - len(wanted) + 1)
    )


def _has_class(held: Holding, field: str, symbol: str, star: bool) -> bool:
    symbols = [one.replace(" ", "") for one in (held.cpc if field == "class_cpc.symbol" else held.ipc)]
    return any(one.startswith(symbol) if star else one == symbol for one in symbols)


class _Scanner:
    """Reads a query string from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.place = text, 0

    def at_end(self) -> bool:
        return not self.text[self.place :].strip()

    def sees(self, mark: str) -> bool:
        return self.text[self.place :].lstrip().startswith(mark)

    def take(self, mark: str) -> None:
        if not self.sees(mark):
            raise Malformed(f"expected {mark} at {self.place} of the query string")
        self.place = self.text.index(mark, self.place) + len(mark)

    def take_word(self, word: str) -> None:
        self.take(f"{word} ")

    def take_field(self) -> str:
        found = re.compile(r"\s*([a-z_.]+):").match(self.text, self.place)
        if found is None or found[1] not in _FIELDS:
            raise Malformed(f"unknown field at {self.place} of the query string")
        self.place = found.end()
        return found[1]

    def take_item(self) -> tuple[str, bool]:
        """The text of a phrase or a bare word without its escapes, and whether a star follows it."""
        is_phrase = self.sees('"')
        self.take('"' if is_phrase else "")
        while not is_phrase and self.text[self.place : self.place + 1] == " ":
            self.place += 1
        taken = ""
        while self.place < len(self.text):
            mark = self.text[self.place]
            if mark == "\\":
                taken += self.text[self.place + 1 : self.place + 2]
                self.place += 2
                continue
            if (mark == '"') if is_phrase else (mark in " )*"):
                break
            if mark in _RESERVED and not is_phrase:
                raise Malformed(f"{mark} is not escaped")
            taken += mark
            self.place += 1
        if is_phrase:
            self.take('"')
        star = not is_phrase and self.text[self.place : self.place + 1] == "*"
        self.place += star
        if not taken:
            raise Malformed("an empty phrase")
        return taken, star


def _single(body: Any, what: str) -> tuple[str, Any]:
    if not isinstance(body, dict) or len(body) != 1:
        raise Malformed(f"{what} must hold exactly one thing")
    return next(iter(body.items()))


def _text(body: Mapping[str, Any], name: str) -> str:
    if not isinstance(body, dict) or body.keys() != {name} or not isinstance(body[name], str):
        raise Malformed(f"expected {name} alone")
    return body[name]
