"""A watch as a search of the portal: title phrases and classes in its query language, date windows, pages.

Pure. The portal searches titles, not abstracts: what says its subject in the abstract alone is found by its classes.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from filingwatch.sources.base import Query, Window


class Pass(NamedTuple):
    """One of the two looks at a window: by the day of the application's publication, or by the day of the grant."""

    name: str
    field: str


PASSES = (
    Pass("applications", "applicationMetaData.earliestPublicationDate"),
    Pass("grants", "applicationMetaData.grantDate"),
)
FIELDS = (
    "applicationNumberText",
    "applicationMetaData",
    "foreignPriorityBag",
    "parentContinuityBag",
    "pgpubDocumentMetaData",
    "grantDocumentMetaData",
)
_TITLE = "applicationMetaData.inventionTitle"
_CLASS = "applicationMetaData.cpcClassificationBag"
_SYMBOL = re.compile(r"([A-HY](?:\d{2}(?:[A-Z])?)?)|([A-HY]\d{2}[A-Z])(\d{1,4})(?:/(\d{2,6})?)?")
_SPECIAL = re.compile(r"([\s+\-=&|><!(){}\[\]^\"~*?:\\/])")


class Words(NamedTuple):
    """The question in the portal's language, empty when nothing of the watch can be asked; and what was left out."""

    text: str
    not_asked: tuple[str, ...]


def build_words(query: Query) -> Words:
    """Title phrases OR classes. Terms that are not in ASCII are left out: the portal's titles are English."""
    phrases: dict[str, None] = {}
    symbols: dict[str, None] = {}
    not_asked: list[str] = []
    for term in query.terms:
        if term.isascii() and any(letter.isalnum() for letter in term):
            phrases |= dict.fromkeys(_phrases(term))
        else:
            not_asked.append(term)
    for symbol in query.classes:
        patterns = _class_patterns(symbol)
        symbols |= dict.fromkeys(patterns)
        if not patterns:
            not_asked.append(symbol)
    parts = [f"{field}:({' OR '.join(values)})" for field, values in ((_TITLE, phrases), (_CLASS, symbols)) if values]
    return Words(" OR ".join(parts), tuple(not_asked))


def search_body(words: str, field: str, window: Window, offset: int, limit: int) -> dict[str, Any]:
    """One page of one pass. The portal's ranges include their last day."""
    return {
        "q": words,
        "rangeFilters": [
            {"field": field, "valueFrom": window.start.isoformat(), "valueTo": window.last.isoformat()}
        ],
        "sort": [{"field": field, "order": "asc"}],
        "fields": list(FIELDS),
        "pagination": {"offset": offset, "limit": limit},
    }  # fmt: skip


def pad_symbol(subclass: str, group: str, rest: str = "") -> str:
    """A class symbol as the portal stores it, the main group right-aligned in four places: `G06N   3/08`."""
    return f"{subclass}{group:>4}/{rest}"


def _phrases(term: str) -> list[str]:
    """The term and its plain plural, quoted: unquoted words would be looked for one by one."""
    quoted = " ".join(term.split()).replace("\\", "\\\\").replace('"', '\\"')
    plural = quoted[-1].isalpha() and quoted[-1] not in "sS"
    return [f'"{quoted}"', f'"{quoted}s"'] if plural else [f'"{quoted}"']


def _class_patterns(symbol: str) -> list[str]:
    """The spellings under which a class and all below it may be stored.

    A phrase is asked beside the prefixes, since it is not documented whether the portal cuts symbols into words; the
    symbol without padding, since older records were seen with it.
    """
    found = _SYMBOL.fullmatch("".join(symbol.split()).upper())
    if found is None:
        return []
    if found[1]:
        return [f"{found[1]}*"]
    padded, rest = pad_symbol(found[2], found[3]), found[4] or ""
    phrase = f'"{padded}{rest}"' if rest else f'"{padded[:-1]}"'
    return [phrase, f"{escape(padded + rest)}*", f"{escape(f'{found[2]}{found[3]}/{rest}')}*"]


def escape(text: str) -> str:
    """Text outside quotes, with every sign that means something in the query language made plain."""
    return _SPECIAL.sub(r"\\\1", text)
