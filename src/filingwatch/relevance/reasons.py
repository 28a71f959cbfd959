"""The words of a document that spoke for it and against it, as a person can read them.

A reason is a token's share in the linear score; pieces of one Chinese word are joined, words inside a longer reason
are left out. Class symbols are reasons like words. Words that say nothing by themselves ("of the") take part in the
score and are no reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from filingwatch.vectors import Features
from filingwatch.words import STOP_WORDS, drop_covered, is_cjk, join_fragments, normalise_text

MOST_REASONS = 5
# pieces looked at: about four overlapping pieces make one Chinese word
MOST_PIECES = 4 * MOST_REASONS


def explain(features: Features, weights: np.ndarray, texts: Sequence[str]) -> tuple[list[list[str]], list[list[str]]]:
    """For each document the words for and the words against, strongest first, at most MOST_REASONS of each."""
    matrix = features.matrix
    if not matrix.has_sorted_indices:
        matrix = matrix.sorted_indices()
    shares, ends = matrix.data * weights[matrix.indices], matrix.indptr.tolist()
    words_for, words_against = [], []
    for row, text in enumerate(texts):
        columns, share = matrix.indices[ends[row] : ends[row + 1]], shares[ends[row] : ends[row + 1]]
        words_for.append(_strongest(features.tokens, columns, share, text))
        words_against.append(_strongest(features.tokens, columns, -share, text))
    return words_for, words_against


def _strongest(tokens: np.ndarray, columns: np.ndarray, shares: np.ndarray, text: str) -> list[str]:
    # columns rise: of equal shares the first token comes first
    best = np.argsort(-shares, kind="stable")[:MOST_PIECES]
    best = best[shares[best] > 0]
    words: list[tuple[str, float]] = []
    pieces: dict[str, float] = {}
    for token, share in zip(tokens[columns[best]].tolist(), shares[best].tolist(), strict=True):
        is_empty, is_piece = _look(token)
        if is_piece:
            pieces[token] = share
        elif not is_empty:
            words.append((token, share))
    if pieces:
        words += join_fragments(pieces, _normalise(text))
    ordered = drop_covered([word for word, _ in sorted(words, key=lambda item: (-item[1], item[0]))], MOST_REASONS)
    return [word.removeprefix("class:") for word in ordered]


# a text is asked for twice in a row, for and against
_normalise = lru_cache(maxsize=1)(normalise_text)


@lru_cache(maxsize=200_000)
def _look(token: str) -> tuple[bool, bool]:
    """Whether a token says nothing by itself, and whether it is written in Chinese, Japanese or Korean characters."""
    return all(word in STOP_WORDS or word.isdigit() for word in token.split()), is_cjk(token)
