"""The words of a document that spoke for it and against it, as a person can read them.

A reason is a token's share in the linear score; pieces of one Chinese word are joined, words inside a longer reason
are left out. Class symbols are reasons like words. Words that say nothing by themselves ("of the") take part in the
score and are no reasons.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from filingwatch.vectors import Features
from filingwatch.words import STOP_WORDS, drop_covered, is_cjk, join_fragments

MOST_REASONS = 5
# pieces looked at: about four overlapping pieces make one Chinese word
MOST_PIECES = 4 * MOST_REASONS


def explain(features: Features, weights: np.ndarray, texts: Sequence[str]) -> tuple[list[list[str]], list[list[str]]]:
    """For each document the words for and the words against, strongest first, at most MOST_REASONS of each."""
    matrix = features.matrix
    words_for, words_against = [], []
    for row, text in enumerate(texts):
        columns = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
        shares = matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]] * weights[columns]
        words_for.append(_strongest(features.tokens, columns, shares, text))
        words_against.append(_strongest(features.tokens, columns, -shares, text))
    return words_for, words_against


def _strongest(tokens: np.ndarray, columns: np.ndarray, shares: np.ndarray, text: str) -> list[str]:
    best = np.lexsort((columns, -shares))[:MOST_PIECES]
    weights = {str(tokens[columns[i]]): float(shares[i]) for i in best if shares[i] > 0}
    weights = {token: weight for token, weight in weights.items() if not _is_empty(token)}
    pieces = {token: weight for token, weight in weights.items() if is_cjk(token)}
    words = [(token, weight) for token, weight in weights.items() if token not in pieces]
    words += join_fragments(pieces, text)
    ordered = drop_covered(word for word, _ in sorted(words, key=lambda item: (-item[1], item[0])))
    return [word.removeprefix("class:") for word in ordered[:MOST_REASONS]]


def _is_empty(token: str) -> bool:
    return all(word in STOP_WORDS or word.isdigit() for word in token.split())
