"""Whether a record answers the watch: the meaning of `relevance.rule`, at the pace of a stream of gigabytes.

A record is wanted when one of the terms stands in one of its titles or abstracts, in whatever language, or when one of
its classes lies in a wanted one. Nearly none does, so conditions that every wanted record meets and that cost little
go first, and the rule itself judges what they let through. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from filingwatch.relevance.rule import Rule, find_hits, is_within
from filingwatch.sources.base import Query
from filingwatch.sources.docdb.quick import Sight
from filingwatch.sources.docdb.reading import read_symbols
from filingwatch.sources.safe_xml import Element
from filingwatch.words import is_cjk, normalise_text

_WORD = re.compile("[a-z0-9]+")
_RUN = re.compile(r"[^\W_]+")
_LOWER_WORDS = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_SUBCLASS = 4

_Anchors = dict[str, list[tuple[str, tuple[str, ...]]]]


class Wanting:
    """The question of a query in a form that is quick to answer."""

    def __init__(self, query: Query) -> None:
        self._offices = frozenset(query.offices)
        self._classes = query.classes
        wanted = [symbol.replace(" ", "").upper() for symbol in query.classes]
        self._class_signs = _class_signs(wanted)
        plain = {term: normalise_text(term) for term in query.terms}
        chains = {term: text for term, text in plain.items() if is_cjk(text) or not _WORD.search(text)}
        self._chains = {term: max(_RUN.findall(text), key=len, default="") for term, text in chains.items()}
        self._has_ascii_chain = any(run.isascii() for run in self._chains.values())
        self._anchors = _anchor_terms({term: text for term, text in plain.items() if term not in chains})
        self._anchor_words = frozenset(self._anchors)

    def takes(self, office: str) -> bool:
        """Whether the office is one of those that are asked for."""
        return not self._offices or office in self._offices

    def wants(self, record: Element, sight: Sight) -> bool:
        """Whether a whole record answers the watch, its office left aside."""
        return self._holds_class(record, sight.classes) or self._holds_term(sight.texts)

    def _holds_class(self, record: Element, classes: str) -> bool:
        if "\n" in classes:  # set out in lines; the parts of a symbol may stand apart
            classes = "".join(classes.split())
        for subclass, sign in self._class_signs:
            if subclass in classes and sign.search(classes):
                break
        else:
            return False
        symbols = [found.symbol for found in read_symbols(record, lambda code, text: None)]
        return any(is_within(symbol, wanted) for symbol in symbols for wanted in self._classes)

    def _holds_term(self, texts: list[str]) -> bool:
        for text in texts:
            if (possible := self._possible(text)) and find_hits(Rule(tuple(possible)), text, ()).include:
                return True
        return False

    def _possible(self, text: str) -> list[str]:
        """The terms that may stand in a text: all of their words do, or their longest chain of characters."""
        if text.isascii() and not self._has_ascii_chain:
            chains: list[str] = []
            words = text.translate(_LOWER_WORDS).split()
        else:
            plain = unicodedata.normalize("NFKC", text).casefold()
            chains = [term for term, run in self._chains.items() if run in plain]
            words = _WORD.findall(plain)
        if self._anchor_words.isdisjoint(words):
            return chains
        held = set(words)
        anchored = (pair for word in held & self._anchor_words for pair in self._anchors[word])
        return chains + [term for term, needed in anchored if _has_all(needed, held)]


def _class_signs(wanted: Iterable[str]) -> list[tuple[str, re.Pattern[str]]]:
    """For every subclass (or wider class): what a list of symbols holds when one may lie in a wanted class.

    Whether blanks, zeros before the group or slashes are written makes no difference.
    """
    groups: dict[str, list[str]] = {}
    for symbol in wanted:
        group, _, rest = symbol[_SUBCLASS:].partition("/")
        tail = rf"\s*0*{re.escape(group)}\s*/?\s*{re.escape(rest)}" if group else ""
        groups.setdefault(symbol[:_SUBCLASS], []).append(tail)
    return [(subclass, re.compile(f"{subclass}(?:{'|'.join(tails)})")) for subclass, tails in groups.items()]


def _anchor_terms(plain: Mapping[str, str]) -> _Anchors:
    """For every word by which a term is found: the terms, each with all of its words. The last may have a plural s."""
    anchors: _Anchors = {}
    for term, text in plain.items():
        words = tuple(_WORD.findall(text))
        anchor = max(words, key=len)
        for form in (anchor, f"{anchor}s") if anchor == words[-1] else (anchor,):
            anchors.setdefault(form, []).append((term, words))
    return anchors


def _has_all(needed: tuple[str, ...], held: set[str]) -> bool:
    return held.issuperset(needed[:-1]) and (needed[-1] in held or f"{needed[-1]}s" in held)
