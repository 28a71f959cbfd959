"""How screening reads a text: every word and word pair of spaced scripts; pieces and words of Chinese.

Here belongs what screening counts beyond `words`, whose tokens topics use too. What was measured of other ways stands
in tests/benchmarks/README.md. Nothing asks for the language of a text: one may hold several.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from filingwatch.words import CJK, cjk_chains, is_cjk, is_filler, normalise_text

# the segmenter's own words have frequencies up to some ten thousand: with this one a term of the watch always wins
_USER_FREQUENCY = 10_000_000
_CJK_RUN = re.compile(f"[{CJK}]+")
_WORD = re.compile(r"\w\w+")
_SIZES = (2, 3, 4)


@dataclass(frozen=True, slots=True)
class ScreeningTokens:
    """The tokens of a text, with repeats. `terms` are the watch's: none of them is split.

    Of spaced scripts all words count, empty ones too: measured, a list of stop words costs more than it brings. Of
    Chinese, pieces of two to four characters that lie inside a clause, and once more those that the segmenter calls a
    word.
    """

    terms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        plain = (normalise_text(term) for term in self.terms)
        # sorted: the same terms in another order are the same segmenter
        object.__setattr__(self, "terms", tuple(sorted({term for term in plain if is_cjk(term) and len(term) > 1})))

    def __call__(self, text: str) -> list[str]:
        plain = normalise_text(text)
        return [*_spaced_tokens(plain), *self._cjk_tokens(plain)]

    def _cjk_tokens(self, plain: str) -> list[str]:
        runs = _CJK_RUN.findall(plain)
        if not runs:
            # the segmenter takes half a second to load: a text without such characters must not pay it
            return []
        segment, own = _load_segmenter(self.terms).cut, self.terms
        tokens: list[str] = []
        for run in runs:
            for chain in cjk_chains(run):
                for size in _SIZES:
                    tokens += [chain[start : start + size] for start in range(len(chain) - size + 1)]
            tokens += [word for word in segment(run) if len(word) > 1 and (not is_filler(word) or word in own)]
        return tokens


def _spaced_tokens(plain: str) -> list[str]:
    words = _WORD.findall(_CJK_RUN.sub(" ", plain))
    return [*words, *map(" ".join, pairwise(words))]


@lru_cache(maxsize=4)
def _load_segmenter(terms: tuple[str, ...]) -> Any:
    import rjieba

    segmenter = rjieba.Jieba()
    for term in terms:
        segmenter.add_word(term, _USER_FREQUENCY, "n")
    return segmenter
