"""What the words and classes of one filing state: tags with the passage that is quoted, or the class symbol.

A quote is an exact stretch of the stored text: `text[tag.start : tag.start + len(tag.quote)] == tag.quote`. Finding it
belongs here. Reading rules belongs to `rules`, letters and sentences to `passages`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from filingwatch.rights.passages import Passage, Plain
from filingwatch.rights.rules import Language, Rule, RuleSet
from filingwatch.words import is_cjk

MOST_QUOTED = 400
"""A longer sentence is quoted from the clause of the first term found to the clause of the last."""

CLASS_FIELD = "class"
_LATIN = r"[a-z0-9\u00df-\u024f]"
_WORD = re.compile(f"{_LATIN}+")


@dataclass(frozen=True, slots=True)
class Text:
    """One text as it is stored: `field` is its part (title, abstract), `language` its code (en, zh, others)."""

    publication_id: str
    field: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A right that a filing is tied to, and by what.

    Of a passage `quote` stands at `start` of the text of `publication_id`, `field` and `language`; of a class
    `field` is 'class', `quote` is the symbol, and there is neither publication nor start.
    """

    right: str
    rule_id: str
    rule_version: int
    state: str
    is_protective: bool
    language: str
    publication_id: str | None
    field: str
    start: int | None
    quote: str


def find_tags(texts: Iterable[Text], symbols: Iterable[str], rules: RuleSet) -> list[Tag]:
    """The tags of one filing, by rule, right, language and field.

    Of each rule, language and field the first passage is quoted; of equal texts the one that was given first.
    """
    found: dict[tuple[str, str, str, str], Tag] = {}
    for group in _by_document(texts):
        for rule, text, passage in _find_passages(group, rules):
            for right in rule.rights:
                key = (rule.id, right, text.language, text.field)
                if key not in found:
                    found[key] = _quote(rule, right, text, passage)
    held = sorted(set(symbols))
    for rule in rules.rules:
        symbol = next((one for one in held if any(is_below(one, wanted) for wanted in rule.classes)), None)
        for right in rule.rights if symbol is not None else ():
            key = (rule.id, right, "", CLASS_FIELD)
            found[key] = Tag(
                right, rule.id, rule.version, rule.state, rule.is_protective, "", None, CLASS_FIELD, None, symbol or ""
            )
    return [found[key] for key in sorted(found)]


def is_below(symbol: str, wanted: str) -> bool:
    """Whether a class symbol is a wanted one or begins like it: `H04N 7/18` holds `H04N 7/183`."""
    return _bare(symbol).startswith(_bare(wanted))


def _by_document(texts: Iterable[Text]) -> Iterator[list[Text]]:
    """Texts of one publication and language together, in the order given."""
    documents: dict[tuple[str, str], list[Text]] = {}
    for text in texts:
        documents.setdefault((text.publication_id, text.language), []).append(text)
    yield from documents.values()


def _find_passages(document: Sequence[Text], rules: RuleSet) -> Iterator[tuple[Rule, Text, Passage]]:
    patterns = _patterns(rules).get(document[0].language)
    if patterns is None:
        return
    plains = [Plain(text.text) for text in document]
    whole = "\n".join(plain.text for plain in plains)
    held = _roots(rules, document[0].language).find(whole)
    for pattern in patterns:
        if any(held.isdisjoint(group.roots) for group in pattern.groups):
            continue
        if any(pattern.nowhere.find(plain.text, 0, len(plain.text), held) for plain in plains):
            continue
        for text, plain in zip(document, plains, strict=True):
            passage = pattern.find(plain, held)
            if passage is not None:
                yield pattern.rule, text, plain.back(passage)


def _quote(rule: Rule, right: str, text: Text, passage: Passage) -> Tag:
    return Tag(
        right, rule.id, rule.version, rule.state, rule.is_protective, text.language, text.publication_id, text.field,
        passage.start, text.text[passage.start : passage.end],
    )  # fmt: skip


class _Group:
    """Terms of which one must stand; `roots` are their plain letters, which a text without the term rarely holds."""

    def __init__(self, terms: Sequence[str]) -> None:
        self.patterns = {_root(term): re.compile(_spell(term)) for term in terms}
        self.roots = frozenset(self.patterns)
        self.begun = frozenset(_root(term) for term in terms if term.endswith("*"))

    def find(self, text: str, start: int, end: int, held: set[str]) -> list[tuple[int, int]]:
        """Where the terms stand in [start, end) of a plain text."""
        return [
            match.span()
            for root in sorted(self.roots & held)
            for pattern in (self.patterns[root],)
            for match in pattern.finditer(text, start, end)
        ]


class _Pattern:
    """A rule in one language."""

    def __init__(self, rule: Rule, language: Language, rules: RuleSet) -> None:
        self.rule, self.language = rule, language
        self.groups = [_Group(rules.spell(group, language)) for group in rule.near[language]]
        self.unless = _Group(rules.spell(rule.unless.get(language, ()), language))
        self.nowhere = _Group(rules.spell(rule.unless_anywhere.get(language, ()), language))

    def find(self, plain: Plain, held: set[str]) -> Passage | None:
        """The first sentence or clause that the rule speaks of, shortened where it is long."""
        for sentence in plain.sentences():
            if self.unless.find(plain.text, sentence.start, sentence.end, held):
                continue
            parts = plain.clauses(sentence) if self.rule.within == "clause" else (sentence,)
            for part in parts:
                span = self._span(plain.text, part, held)
                if span is not None:
                    return _shorten(plain, sentence, span)
        return None

    def _span(self, text: str, part: Passage, held: set[str]) -> Passage | None:
        found = [group.find(text, part.start, part.end, held) for group in self.groups]
        if not all(found):
            return None
        span = _narrowest(found)
        return None if self.rule.reach is not None and span.end - span.start > self.rule.reach else span


def _narrowest(found: Sequence[Sequence[tuple[int, int]]]) -> Passage:
    """The shortest stretch that holds one span of each group; of equal ones the first."""
    best: Passage | None = None
    for first in sorted({start for spans in found for start, _ in spans}):
        ends = [min((end for start, end in spans if start >= first), default=None) for spans in found]
        known = [end for end in ends if end is not None]
        if len(known) < len(ends):
            break
        stretch = Passage(first, max(known))
        if best is None or stretch.end - stretch.start < best.end - best.start:
            best = stretch
    assert best is not None
    return best


def _shorten(plain: Plain, sentence: Passage, span: Passage) -> Passage:
    if sentence.end - sentence.start <= MOST_QUOTED:
        return sentence
    held = [one for one in plain.clauses(sentence) if one.end > span.start and one.start < span.end]
    return Passage(held[0].start, held[-1].end)


@lru_cache(maxsize=4)
def _patterns(rules: RuleSet) -> dict[str, list[_Pattern]]:
    """By language."""
    found: dict[str, list[_Pattern]] = {}
    for rule in rules.rules:
        for language in rule.near:
            found.setdefault(language, []).append(_Pattern(rule, language, rules))
    return found


class _Roots:
    """The plain letters of all terms of one language. Most words of a text begin no term: only the others are tried."""

    def __init__(self, groups: Iterable[_Group]) -> None:
        self.anywhere: set[str] = set()
        self.by_word: dict[str, set[str]] = {}
        for group in groups:
            self.anywhere |= {root for root in group.roots if root in group.begun or not _WORD.match(root)}
            for root in group.roots - self.anywhere:
                first = _WORD.findall(root)[0]
                for word in (first, f"{first}s") if first == root else (first,):
                    self.by_word.setdefault(word, set()).add(root)

    def find(self, whole: str) -> set[str]:
        """Those that stand in a plain text, as far as a plain look tells."""
        tried = set(self.anywhere)
        for word in self.by_word.keys() & set(_WORD.findall(whole)):
            tried |= self.by_word[word]
        return {root for root in tried if root in whole}


@lru_cache(maxsize=8)
def _roots(rules: RuleSet, language: str) -> _Roots:
    return _Roots(group for one in _patterns(rules)[language] for group in (*one.groups, one.unless, one.nowhere))


@lru_cache(maxsize=20_000)
def _root(term: str) -> str:
    return Plain(term.removesuffix("*")).text.strip()


def _spell(term: str) -> str:
    root = _root(term)
    body = re.escape(root)
    before = "" if is_cjk(root[0]) else f"(?<!{_LATIN})"
    if term.endswith("*"):
        return f"{before}{body}"
    return f"{before}{body}" if is_cjk(root[-1]) else f"{before}{body}s?(?!{_LATIN})"


@lru_cache(maxsize=50_000)
def _bare(symbol: str) -> str:
    return symbol.replace(" ", "").upper()
