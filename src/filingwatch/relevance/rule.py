"""What the watch itself says about a document: its terms and classes, before any model.

Here belong matching of terms and the weak label and probability that follow from it. A probability of this module is a
stated degree of belief, not an estimate: it is used where there is too little to learn from, and it says so
(`decided_by` is 'rule').
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from filingwatch.words import is_cjk, normalise_text


@dataclass(frozen=True, slots=True)
class Rule:
    """The query of a watch: terms that bring a document in, terms of colliding senses, class symbols or prefixes.

    `unless` names, for some include terms, the words beside which they mean something else.
    """

    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    unless: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Hits:
    """What of a rule was found in one document; each in the rule's spelling and order.

    An include term counts only where it stands outside every exclude term: the 平安 of 平安保险 is no hit. In a text
    that holds one of the words of its `unless` it does not count at all.
    """

    include: tuple[str, ...]
    exclude: tuple[str, ...]
    classes: tuple[str, ...]

    @property
    def is_collision(self) -> bool:
        """The document is in the query's reach only by a sense that the query keeps out."""
        return bool(self.exclude) and not self.include and not self.classes


def find_hits(rule: Rule, text: str, symbols: Iterable[str]) -> Hits:
    """The terms and classes of the rule that this document holds."""
    plain, symbols = _plain(text), tuple(symbols)
    # most terms are in no text: only the others are worth a pattern
    held = {term for term, wanted in _plain_terms(rule) if wanted in plain}
    if not held:
        return Hits((), (), _find_classes(rule, symbols))
    excluded = {term: _spans(term, plain) for term in rule.exclude if term in held}
    taken = [span for spans in excluded.values() for span in spans]
    void = {term for term, words in rule.unless if term in held and any(_spans(word, plain) for word in words)}
    include = tuple(
        term
        for term in rule.include
        if term in held
        and term not in void
        and any(not any(a <= start and end <= b for a, b in taken) for start, end in _spans(term, plain))
    )
    return Hits(include, tuple(term for term, spans in excluded.items() if spans), _find_classes(rule, symbols))


def _find_classes(rule: Rule, symbols: Sequence[str]) -> tuple[str, ...]:
    return tuple(wanted for wanted in rule.classes if any(is_within(symbol, wanted) for symbol in symbols))


def is_within(symbol: str, wanted: str) -> bool:
    """Whether a class symbol lies in a wanted one: section, class, subclass, main group or a group and its tails."""
    symbol, wanted = _plain_symbol(symbol), _plain_symbol(wanted)
    if len(wanted) > 4 and "/" not in wanted:
        return symbol.split("/")[0] == wanted
    return symbol.startswith(wanted)


def weak_label(hits: Hits) -> bool | None:
    """What the rule would teach a model: relevant, irrelevant, or None where it does not know.

    It knows of plain hits, of collisions, and of documents that hold nothing of it. A class without a term, or terms of
    both kinds, is left to the model.
    """
    if hits.include and not hits.exclude:
        return True
    if hits.include or hits.classes:
        return None
    return False


def rule_probability(hits: Hits) -> float:
    """The stated degree of belief of the rule alone (0..1)."""
    if hits.include:
        return 0.5 if hits.exclude else (0.9 if hits.classes else 0.8)
    if hits.classes:
        return 0.1 if hits.exclude else 0.4
    return 0.02 if hits.exclude else 0.05


def _plain(text: str) -> str:
    return re.sub(r"[-‐-―_/]", " ", normalise_text(text))


@lru_cache(maxsize=50_000)
def _plain_symbol(symbol: str) -> str:
    return symbol.replace(" ", "").upper()


@lru_cache(maxsize=16)
def _plain_terms(rule: Rule) -> tuple[tuple[str, str], ...]:
    return tuple((term, _plain_term(term)) for term in (*rule.include, *rule.exclude))


@lru_cache(maxsize=4096)
def _plain_term(term: str) -> str:
    return " ".join(_plain(term).split())


def _spans(term: str, plain: str) -> list[tuple[int, int]]:
    wanted = _plain_term(term)
    # most terms are in no text: the plain search spares the pattern
    if wanted not in plain:
        return []
    pattern = re.escape(wanted)
    if not is_cjk(wanted):
        pattern = rf"(?<![a-z0-9]){pattern}s?(?![a-z0-9])"
    return [match.span() for match in re.finditer(pattern, plain)]
