"""The watches' question in the words of the Lens patent API: request bodies, and nothing but them.

Pure functions. Sending a body and reading its answer belong to `source` and `answers`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

from filingwatch.errors import Terminal
from filingwatch.sources.base import Query, Window

DateField = Literal["created", "date_published"]

SCROLL_LIFE = "1m"
INCLUDE = (
    "lens_id",
    "jurisdiction",
    "doc_number",
    "kind",
    "date_published",
    "doc_key",
    "biblio.publication_reference",
    "biblio.application_reference",
    "biblio.priority_claims",
    "biblio.invention_title",
    "biblio.parties",
    "biblio.classifications_cpc",
    "biblio.classifications_ipcr",
    "abstract",
    "families.simple_family",
    "legal_status",
)
"""What a record must hold for us. Citations, claims and descriptions are most of its weight and are left out."""
MOST_TERMS = 200
"""Terms of one search: each becomes two clauses, and the engine behind Lens refuses more than some thousand."""
MOST_LEFT_OUT = 10_000
"""Lens advises against longer lists in one search."""

_RESERVED = re.compile(r'([+\-=&|!(){}\[\]^"~*?:\\/])')
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_OPERATORS = frozenset({"AND", "OR", "NOT"})


class Question(NamedTuple):
    """One search: the language in which its words are looked up, the query string, and the offices (empty: all)."""

    language: str
    words: str
    offices: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Twelve hex digits that tell one question from another in the ledger."""
        return hashlib.sha256(repr(tuple(self)).encode()).hexdigest()[:12]


def build_questions(query: Query) -> list[Question]:
    """The searches that together ask for all terms and classes of a query.

    A search looks words up in one language, English unless told otherwise, so Chinese terms make a search of their
    own. Classes go with the first search.

    Raises:
        Terminal: there is neither a term nor a class, which would ask for every patent in the world.
    """
    by_language: dict[str, list[str]] = {}
    for term in query.terms:
        if escape_words(term):
            by_language.setdefault(choose_search_language(term), []).append(term)
    pieces = [
        (language, terms[start : start + MOST_TERMS])
        for language, terms in sorted(by_language.items())
        for start in range(0, len(terms), MOST_TERMS)
    ]
    if query.classes and not pieces:
        pieces = [("EN", [])]
    if not pieces:
        raise Terminal("The watches hold neither a term nor a class, so there is nothing to ask Lens. Add some.")
    return [
        Question(language, write_words(terms, query.classes if index == 0 else ()), query.offices)
        for index, (language, terms) in enumerate(pieces)
    ]


def choose_search_language(term: str) -> str:
    """The language code of Lens whose analysis fits the script of a term; EN for everything that is not East Asian."""
    if _HANGUL.search(term):
        return "KO"
    if _KANA.search(term):
        return "JA"
    return "ZH" if _HAN.search(term) else "EN"


def write_words(terms: Iterable[str], classes: Iterable[str]) -> str:
    """A query string: any of the phrases in title or abstract, or any of the classes with what lies below them."""
    phrases = " OR ".join(f'"{escape_words(term)}"' for term in terms)
    symbols = " OR ".join(write_class(symbol) for symbol in classes)
    parts = [f"{field}:({phrases})" for field in ("title", "abstract") if phrases]
    parts += [f"{field}:({symbols})" for field in ("class_cpc.symbol", "class_ipcr.symbol") if symbols]
    return " OR ".join(parts)


def write_class(symbol: str) -> str:
    """A class symbol as Lens writes it, and all that begins with it: `G08B 13/196` also finds `G08B13/19602`.

    A main group without a slash (`G10L 17`) takes its own subgroups and not those of `G10L 170`.
    """
    plain = "".join(symbol.split()).upper()
    if len(plain) > 4 and "/" not in plain:
        plain += "/"
    return f"{escape_words(plain)}*"


def escape_words(text: str) -> str:
    r"""The text with every reserved character of a query string escaped; `<` and `>`, which cannot be, are blanks."""
    plain = " ".join(text.replace("<", " ").replace(">", " ").split())
    escaped = _RESERVED.sub(r"\\\1", plain)
    return f"\\{escaped}" if escaped in _OPERATORS else escaped


def first_body(
    question: Question, field: DateField, window: Window, size: int, left_out: Sequence[str] = ()
) -> dict[str, Any]:
    """The first request of a scroll. `left_out` are Lens ids that an earlier, broken scroll has brought already."""
    found: dict[str, Any] = {"must": _conditions(question, field, window)}
    if left_out:
        found["must_not"] = [{"terms": {"lens_id": list(left_out[-MOST_LEFT_OUT:])}}]
    return {
        "query": {"bool": found},
        "language": question.language,
        "sort": [{"date_published": "asc"}, {"lens_id": "asc"}],
        "include": list(INCLUDE),
        "size": size,
        "scroll": SCROLL_LIFE,
    }


def next_body(scroll_id: str) -> dict[str, Any]:
    """The request for the next page of a scroll. Without `include` Lens would send whole records from here on."""
    return {"scroll_id": scroll_id, "scroll": SCROLL_LIFE, "include": list(INCLUDE)}


def count_body(question: Question, field: DateField, window: Window) -> dict[str, Any]:
    """The cheapest request that tells how many records there are."""
    return {
        "query": {"bool": {"must": _conditions(question, field, window)}},
        "language": question.language,
        "include": ["lens_id"],
        "size": 1,
    }


def everything_body() -> dict[str, Any]:
    """A request that finds every record there is and fetches the name of one."""
    return {"query": {"range": {"date_published": {"gte": "1700-01-01"}}}, "include": ["lens_id"], "size": 1}


def _conditions(question: Question, field: DateField, window: Window) -> list[dict[str, Any]]:
    days = {"gte": window.start.isoformat(), "lte": window.last.isoformat()}
    conditions: list[dict[str, Any]] = [{"query_string": {"query": question.words}}, {"range": {field: days}}]
    if question.offices:
        conditions.append({"terms": {"jurisdiction": list(question.offices)}})
    return conditions
