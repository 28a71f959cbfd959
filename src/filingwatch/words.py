"""How text becomes words, in scripts that put spaces between them and in scripts that do not.

Here belong tokens and their readable form, shared by relevance and topics. Weights and models belong to those packages;
how a source's text is cleaned belongs to `normalform`. Nothing here knows a language: a Chinese text is a chain of
overlapping character pairs and triples, which needs no dictionary and so splits no term that a dictionary lacks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
LONGEST_CJK_TERM = 8

# Words that say that a text is a patent, or nothing at all; they would head every list of terms.
STOP_WORDS = frozenset(
    """
    a about according acquired acquiring after all also an and another any apparatus are arranged as at based be
    been being between both but by can comprise comprised comprises comprising configured corresponding could device
    devices disclosed discloses disclosure each embodiment embodiments first following for from further given has
    have having how if in include included includes including into invention is it its least like may means method
    methods more most no not obtain obtained obtaining of on one or other over performed plurality present preset
    provide provided provides providing relates said same second several so some step steps such system systems than
    that the their them then there thereby therefore thereof these they third this those through thus to two under
    up use used user uses using utility via was well when where wherein whether which while will with within without
    """.split()
)

# Where a chain of characters is cut: particles, set phrases of claims, and the words for system, device and method that
# nearly every patent holds. Pairs across them mean nothing.
_CUTS = re.compile(
    "本发明|本实用新型|实用新型|本申请|本公开|公开了|公开|提供了|涉及|所述|上述|一种|包括|包含|其中|其特征在于|以及|"
    "用于|通过|根据|基于|能够|可以|进行|实现|具有|属于|技术领域|至少一个|多个|对应|并且|或者|系统|装置|方法|设备|技术|"
    "步骤|第[一二三四]|如下|以下|[的了与和及或并该其将从对在为ぁ-ん]"
)
_CJK_RUN = re.compile(f"[{CJK}]+")
_CLAUSE_END = re.compile(r"[^\w\s'’-]+")
_WORD = re.compile(r"[^\W_]+")


def normalise_text(text: str) -> str:
    """Lower case, compatible characters in one form (full-width letters become plain ones), single spaces."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())


def is_cjk(term: str) -> bool:
    """Whether a term is written in Chinese, Japanese or Korean characters."""
    return bool(_CJK_RUN.match(term))


def text_tokens(text: str) -> list[str]:
    """Words and word pairs of spaced scripts, character pairs and triples of the others; in order, with repeats."""
    plain = normalise_text(text)
    return [*_word_tokens(plain), *_character_tokens(plain)]


def cjk_chains(text: str) -> Iterator[str]:
    """Unbroken chains of at least two CJK characters: what lies between punctuation, particles and set phrases."""
    for run in _CJK_RUN.findall(text):
        for chain in _CUTS.split(run):
            if len(chain) > 1:
                yield chain


@lru_cache(maxsize=50_000)
def is_filler(word: str) -> bool:
    """Whether a Chinese word holds a particle or a phrase at which chains are cut."""
    return bool(_CUTS.search(word))


def class_tokens(symbols: Iterable[str]) -> list[str]:
    """A class symbol and the wider ones that hold it: `G06V 20/52` gives subclass, main group and itself, once each."""
    tokens: dict[str, None] = {}
    for symbol in symbols:
        plain = symbol.replace(" ", "").upper()
        for token in (plain[:4], plain.split("/")[0], plain):
            tokens[f"class:{token}"] = None
    return list(tokens)


def is_class_token(token: str) -> bool:
    return token.startswith("class:")


def drop_covered(terms: Iterable[str], most: int | None = None) -> list[str]:
    """The terms without those that another one holds: pieces of it, its plain plural, wider classes. Order is kept.

    With `most`, only so many of them.
    """
    chosen = list(dict.fromkeys(terms))
    cjk = dict.fromkeys(term for term in chosen if is_cjk(term))
    classes = dict.fromkeys(term for term in chosen if is_class_token(term))
    words = {word for term in chosen if " " in term for word in term.split()} | {f"{term}s" for term in chosen}

    def is_covered(term: str) -> bool:
        if term in cjk:
            return any(term != other and term in other for other in cjk)
        if term in classes:
            return any(term != other and other.startswith(term) for other in classes)
        return term in words

    return list(islice((term for term in chosen if not is_covered(term)), most))


def join_fragments(weights: Mapping[str, float], plain: str) -> list[tuple[str, float]]:
    """CJK fragments that overlap in this normalised text, joined to the words they are pieces of; weights are summed.

    Sorted by falling weight, then by term. A joined word is never longer than LONGEST_CJK_TERM: past it the pieces of
    the longest stay what they are.
    """
    if not weights:
        return []
    spans = sorted(
        [(start, start + len(fragment), fragment) for fragment in weights for start in _occurrences(fragment, plain)]
    )
    joined: list[tuple[int, int, set[str]]] = []
    for start, end, fragment in spans:
        if joined and start < joined[-1][1] and max(end, joined[-1][1]) - joined[-1][0] <= LONGEST_CJK_TERM:
            first, last, pieces = joined[-1]
            joined[-1] = (first, max(end, last), pieces | {fragment})
        elif not joined or start >= joined[-1][1]:
            joined.append((start, end, {fragment}))
    words: dict[str, float] = {}
    for start, end, pieces in joined:
        word = plain[start:end]
        words[word] = max(words.get(word, 0.0), sum(weights[piece] for piece in sorted(pieces)))
    return sorted(words.items(), key=lambda item: (-item[1], item[0]))


def grow_fragment(fragment: str, chains: str, *, share: float = 0.8) -> str:
    """The longest word around a CJK fragment that holds in at least this share of its occurrences.

    `chains` is text whose unbroken chains stand on lines of their own. A fragment that stands alone stays as it is.
    """
    word, count = fragment, chains.count(fragment)
    while count and len(word) < LONGEST_CJK_TERM:
        neighbours: dict[str, int] = {}
        for start in _occurrences(word, chains):
            before, after = chains[max(start - 1, 0) : start], chains[start + len(word) : start + len(word) + 1]
            for longer in (before + word, word + after):
                if len(longer) > len(word) and "\n" not in longer:
                    neighbours[longer] = neighbours.get(longer, 0) + 1
        if not neighbours:
            return word
        best, times = min(neighbours.items(), key=lambda item: (-item[1], item[0]))
        if times < share * count:
            return word
        word = best
    return word


def _word_tokens(plain: str) -> Iterator[str]:
    spaced = _CJK_RUN.sub(" . ", plain)
    for clause in _CLAUSE_END.split(spaced):
        before = None
        for word in _WORD.findall(clause):
            if len(word) < 2 or word in STOP_WORDS or word.isdigit():
                before = None
                continue
            yield word
            if before is not None:
                yield f"{before} {word}"
            before = word


def _character_tokens(plain: str) -> Iterator[str]:
    for chain in cjk_chains(plain):
        for size in (2, 3):
            for start in range(len(chain) - size + 1):
                yield chain[start : start + size]


def _occurrences(fragment: str, text: str) -> Iterator[int]:
    start = text.find(fragment)
    while start >= 0:
        yield start
        start = text.find(fragment, start + 1)
