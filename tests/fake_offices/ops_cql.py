"""The part of OPS's query language that a connector may send, really evaluated, with its traps.

An unquoted value of several words loses all but the first; a quoted one with a hyphen finds nothing. Unknown indexes,
unknown relations and too many terms are refused.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

from tests.fake_offices.holdings import Holding

Test = Callable[[Holding, dt.date], bool]

MOST_TERMS, MOST_TERMS_OF_INDEX = 20, 10
_TOKEN = re.compile(r'\s*(?:(\()|(\))|"([^"]*)"|(=/low|==|=)|([^\s()="]+))')
_BOOLEAN = ("and", "or", "not")
_RELATIONS = ("=", "==", "=/low", "all", "any", "within")
_STOP_WORDS = frozenset("a an and any but for of or the with".split())


class QueryRefused(Exception):
    """The query is not understood; `code` is what OPS would call it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def evaluate(question: str, holding: Holding, day: dt.date) -> bool:
    """Whether a holding, as it stands on a day, answers the question.

    Raises:
        QueryRefused: the question is not understood.
    """
    return compile_question(question)(holding, day)


@lru_cache(maxsize=256)
def compile_question(question: str) -> Test:
    reader = _Reader(_split(question))
    test = reader.read_expression()
    if reader.place < len(reader.tokens):
        raise QueryRefused("CLIENT.CQL", "The query could not be parsed")
    for index, count in reader.counts.items():
        if count > MOST_TERMS_OF_INDEX:
            raise QueryRefused("CLIENT.ScopeTermsMaximumNumber", f"Too many terms within index {index}")
    if sum(reader.counts.values()) > MOST_TERMS:
        raise QueryRefused("CLIENT.TermsMaximumNumber", "Too many terms")
    return test


def _split(question: str) -> list[tuple[str, str]]:
    tokens, place = [], 0
    question = question.rstrip()
    while place < len(question):
        found = _TOKEN.match(question, place)
        if found is None:
            raise QueryRefused("CLIENT.CQL", "The query could not be parsed")
        kind = ("(", ")", "quoted", "relation", "word")[(found.lastindex or 1) - 1]
        tokens.append((kind, found[found.lastindex or 1]))
        place = found.end()
    return tokens


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.place = 0
        self.counts: Counter[str] = Counter()

    def read_expression(self) -> Test:
        test = self._read_part()
        while (word := self._peek("word")) in _BOOLEAN:
            self.place += 1
            test = _join(word, test, self._read_part())
        return test

    def _read_part(self) -> Test:
        if self._peek("(") is not None:
            self.place += 1
            test = self.read_expression()
            self._take(")")
            return test
        index = self._take("word").lower()
        relation = self._take("relation", "word")
        if relation not in _RELATIONS:
            raise QueryRefused("CLIENT.CQL", f"Unknown relation {relation}")
        is_quoted = self._peek("quoted") is not None
        value = self._take("quoted", "word")
        while not is_quoted and self._peek("word") not in (None, *_BOOLEAN):
            self.place += 1  # silently lost, as in the real office
        self.counts[index] += len(value.split())
        return _compare(index, relation, value, is_quoted)

    def _peek(self, kind: str) -> str | None:
        if self.place < len(self.tokens) and self.tokens[self.place][0] == kind:
            return self.tokens[self.place][1]
        return None

    def _take(self, *kinds: str) -> str:
        if self.place < len(self.tokens) and self.tokens[self.place][0] in kinds:
            self.place += 1
            return self.tokens[self.place - 1][1]
        raise QueryRefused("CLIENT.CQL", "The query could not be parsed")


def _join(word: str, left: Test, right: Test) -> Test:
    match word:
        case "and":
            return lambda one, day: left(one, day) and right(one, day)
        case "or":
            return lambda one, day: left(one, day) or right(one, day)
    return lambda one, day: left(one, day) and not right(one, day)


def _compare(index: str, relation: str, value: str, is_quoted: bool) -> Test:
    match index, relation:
        case (("ti" | "ab" | "ta"), ("=" | "all" | "any")):
            return _text_test(index, relation, value, is_quoted)
        case "cpc", "=/low":
            return lambda one, day: any(_is_below(symbol, value) for symbol in one.cpc)
        case "cpc", "=":
            return lambda one, day: any(_plain(symbol) == value.upper() for symbol in one.cpc)
        case "ipc", "=":
            return lambda one, day: any(_is_ipc(symbol, value) for symbol in one.ipc)
        case "cl", "=":
            return lambda one, day: any(_plain(symbol).startswith(value.upper()) for symbol in one.cpc + one.ipc)
        case "pn", "=":
            return lambda one, day: str(one.publication).startswith(value.upper())
        case "pd", "within" if is_quoted:
            return _day_test(value)
    known = ("ti", "ab", "ta", "cpc", "ipc", "cl", "pn", "pd")
    if index not in known:
        raise QueryRefused("CLIENT.InvalidIndex", f"The query provided is invalid. Invalid index name {index}")
    raise QueryRefused("CLIENT.CQL", f"{index} {relation} is not understood")


def _text_test(index: str, relation: str, value: str, is_quoted: bool) -> Test:
    words = re.findall(r"[a-z0-9*?#-]+", value.lower())
    is_lost = not words or (is_quoted and "-" in value) or bool(_STOP_WORDS & set(words) and relation == "=")

    def test(one: Holding, day: dt.date) -> bool:
        if is_lost:
            return False
        parts = {"ti": [one.title_on(day)], "ab": [one.abstract or ""]}
        return any(_holds(text, relation, words) for text in parts.get(index, parts["ti"] + parts["ab"]))

    return test


def _holds(text: str, relation: str, words: list[str]) -> bool:
    held = re.findall(r"[a-z0-9]+", text.lower())
    if relation == "all":
        return set(words) <= set(held)
    if relation == "any":
        return bool(set(words) & set(held))
    return any(held[place : place + len(words)] == words for place in range(len(held)))


def _day_test(value: str) -> Test:
    try:
        first, last = (dt.datetime.strptime(text, "%Y%m%d").date() for text in re.split(r"[ ,]+", value))
    except ValueError as error:
        raise QueryRefused("CLIENT.CQL", "pd within wants two dates") from error
    return lambda one, day: first <= one.publication_date <= last


def _plain(symbol: str) -> str:
    return symbol.replace(" ", "").upper()


def _is_below(symbol: str, value: str) -> bool:
    return _plain(symbol).startswith(value.upper().removesuffix("00") if value.endswith("/00") else value.upper())


def _is_ipc(symbol: str, value: str) -> bool:
    plain, wanted = _plain(symbol), value.upper()
    return plain == wanted or ("/" not in wanted and (plain.split("/")[0] == wanted or len(wanted) <= 4)
                               and plain.startswith(wanted))  # fmt: skip
