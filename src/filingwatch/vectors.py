"""Documents as numbers: token counts, TF-IDF weights of words and of classes, fitted here or kept from earlier.

Here belongs what relevance and topics share. Which tokens a text has belongs to `words`, which documents are read
belongs to `texts`. Columns are sorted by token, so neither the order of documents nor that of tokens changes a bit.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

Row = tuple[np.ndarray, np.ndarray]
"""The numbers of a document's tokens in a lexicon, and how often each stands there."""


class Lexicon:
    """Numbers for tokens in the order in which they were first met."""

    def __init__(self) -> None:
        self._numbers: defaultdict[str, int] = defaultdict()
        # a token that is met first is given the number of those known before
        self._numbers.default_factory = self._numbers.__len__

    def __len__(self) -> int:
        return len(self._numbers)

    def tokens(self) -> list[str]:
        return list(self._numbers)

    def count(self, tokens: Iterable[str]) -> Row:
        found = Counter(tokens)
        held = np.fromiter(map(self._numbers.__getitem__, found), np.int32, len(found))
        return held, np.fromiter(found.values(), np.int32, len(found))


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each token of a lexicon stands in each document; one row per document."""

    matrix: sparse.csr_matrix
    lexicon: Lexicon

    @classmethod
    def stack(cls, rows: Sequence[Row], lexicon: Lexicon) -> Counts:
        ends = np.concatenate([[0], np.cumsum([len(held) for held, _ in rows], dtype=np.int64)])
        held = np.concatenate([held for held, _ in rows]) if rows else np.array([], np.int32)
        times = np.concatenate([times for _, times in rows]) if rows else np.array([], np.int32)
        return cls(sparse.csr_matrix((times, held, ends), shape=(len(rows), len(lexicon))), lexicon)

    def take(self, rows: np.ndarray) -> Counts:
        """These documents alone."""
        return Counts(self.matrix[rows], self.lexicon)


@dataclass(frozen=True, slots=True)
class Counted:
    """The same documents counted by their words and by their classes."""

    words: Counts
    classes: Counts

    def take(self, rows: np.ndarray) -> Counted:
        """These documents alone."""
        return Counted(self.words.take(rows), self.classes.take(rows))


@dataclass(frozen=True, slots=True)
class Features:
    """One row per document, one column per token; `tokens` names the columns."""

    matrix: sparse.csr_matrix
    tokens: np.ndarray


@dataclass(frozen=True, slots=True)
class Block:
    """TF-IDF over a sorted vocabulary; every document has length `weight`, or none of the tokens."""

    tokens: np.ndarray
    idf: np.ndarray
    is_sublinear: bool
    weight: float

    def weigh(self, counts: Counts) -> sparse.csr_matrix:
        place = {token: column for column, token in enumerate(self.tokens.tolist())}
        matrix, tokens = counts.matrix, counts.lexicon.tokens()
        held, which = np.unique(matrix.indices, return_inverse=True)
        columns = np.array([place.get(tokens[number], -1) for number in held], dtype=np.int64)[which]
        kept = columns >= 0
        ends = np.concatenate([[0], np.cumsum(kept)])[matrix.indptr]
        times = matrix.data[kept].astype(np.float64)
        columns = columns[kept]
        values = (1.0 + np.log(times) if self.is_sublinear else times) * self.idf[columns]
        weighed = sparse.csr_matrix((values, columns, ends), shape=(matrix.shape[0], len(self.tokens)))
        weighed.sort_indices()
        rows = np.repeat(np.arange(matrix.shape[0]), np.diff(weighed.indptr))
        lengths = np.sqrt(np.bincount(rows, weighed.data**2, minlength=matrix.shape[0]))
        weighed.data *= self.weight / lengths[rows]
        return weighed


@dataclass(frozen=True, slots=True)
class Vectors:
    """How documents become features: blocks of words and classes, those without any shared token left out."""

    words: Block | None
    classes: Block | None

    def build(self, counted: Counted) -> Features:
        pairs = [
            (block, counts)
            for block, counts in ((self.words, counted.words), (self.classes, counted.classes))
            if block is not None
        ]
        if not pairs:
            return Features(sparse.csr_matrix((counted.words.matrix.shape[0], 0)), np.array([], dtype=object))
        matrix = sparse.hstack([block.weigh(counts) for block, counts in pairs], format="csr")
        return Features(matrix, np.concatenate([block.tokens for block, _ in pairs]))


def fit_block(
    counts: Counts, *, least: int, most_share: float, most: int, is_sublinear: bool, weight: float = 1.0
) -> Block | None:
    """The `most` frequent tokens that stand in at least `least` documents and at most `most_share` of them.

    Equally frequent ones are taken by name. None when there is no such token.
    """
    documents, width = counts.matrix.shape
    holding = np.bincount(counts.matrix.indices, minlength=width)
    fitting = np.flatnonzero((holding >= least) & (holding <= most_share * documents))
    if not len(fitting):
        return None
    tokens = counts.lexicon.tokens()
    if len(fitting) > most:
        times = np.bincount(counts.matrix.indices, counts.matrix.data, minlength=width)[fitting]
        last = np.partition(times, -most)[-most]
        sure = fitting[times > last]
        ties = sorted(fitting[times == last].tolist(), key=tokens.__getitem__)
        fitting = np.concatenate([sure, np.array(ties[: most - len(sure)], dtype=fitting.dtype)])
    order = sorted(fitting.tolist(), key=tokens.__getitem__)
    idf = np.log((1 + documents) / (1 + holding[order])) + 1
    return Block(np.array([tokens[place] for place in order], dtype=object), idf, is_sublinear, weight)
