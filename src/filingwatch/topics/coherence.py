"""How good topics are, in numbers that need no reader: coherence, diversity, agreement with labels.

Pure counting over words and assignments, whoever made them: topics of ours and of others are measured by the same
functions. Which words stand for a topic is the caller's choice, and so are the documents: words of a language are
measured on documents of that language, since in a mixed corpus any two words of the rarer language seem to belong
together.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence

import numpy as np
from scipy import sparse

# of a topic without two words that stand in the documents there is nothing to say
Coherence = float | None


def pair_npmi(together: np.ndarray, documents: int) -> np.ndarray:
    """Normalised pointwise mutual information of every two words, -1 .. 1.

    `together[i, j]` counts the documents that hold words i and j; the diagonal those that hold word i.
    NPMI(i, j) = ln(p(i,j) / (p(i) p(j))) / -ln p(i,j) with p as shares of documents (Bouma 2009, "Normalized
    (pointwise) mutual information in collocation extraction"; for topics Aletras & Stevenson 2013). Two words that
    never stand together have its limit, -1, without smoothing; so has a pair of which one word stands nowhere. Two
    words that stand in every document are independent: 0.
    """
    alone = np.diag(together).astype(np.float64)
    share = together / documents
    expected = np.outer(alone, alone) / documents**2
    values = np.full(together.shape, -1.0)
    held = together > 0
    everywhere = together == documents
    values[everywhere] = 0.0
    some = held & ~everywhere
    values[some] = np.log(share[some] / expected[some]) / -np.log(share[some])
    # rounding must not lead past the bounds
    return np.clip(values, -1.0, 1.0)


def count_together(words: Sequence[str], documents: Iterable[Collection[str]]) -> tuple[np.ndarray, int]:
    """In how many documents every two of these words stand together (as `pair_npmi` needs it), and of how many.

    A document is the collection of its tokens; repeats do not count.
    """
    place = {word: column for column, word in enumerate(words)}
    indices: list[int] = []
    ends = [0]
    for tokens in documents:
        indices += sorted({place[token] for token in tokens if token in place})
        ends.append(len(indices))
    shape = (len(ends) - 1, len(words))
    held = sparse.csr_matrix((np.ones(len(indices)), indices, ends), shape=shape)
    return (held.T @ held).toarray(), shape[0]


def measure_coherence(topics: Sequence[Sequence[str]], documents: Iterable[Collection[str]]) -> list[Coherence]:
    """Of each topic the mean NPMI over all pairs of its words; None for a topic of less than two words.

    `topics` are the words of each, `documents` the tokens of each (see `count_together`).
    """
    words = sorted({word for topic in topics for word in topic})
    together, total = count_together(words, documents)
    place = {word: column for column, word in enumerate(words)}
    return _mean_pairs([[place[word] for word in dict.fromkeys(topic)] for topic in topics], together, total)


def measure_columns(topics: Sequence[Sequence[int]], counts: sparse.csr_matrix) -> list[Coherence]:
    """The same of topics whose words are columns of a matrix of documents x words; what is not 0 stands there."""
    columns = sorted({column for topic in topics for column in topic})
    held = (counts[:, columns] != 0).astype(np.float64)
    together = (held.T @ held).toarray()
    place = {column: number for number, column in enumerate(columns)}
    named = [[place[column] for column in dict.fromkeys(topic)] for topic in topics]
    return _mean_pairs(named, together, counts.shape[0])


def mean_coherence(coherences: Iterable[Coherence]) -> Coherence:
    """Mean over the topics that have one; each counts the same whatever its size."""
    known = [value for value in coherences if value is not None]
    return float(np.mean(known)) if known else None


def measure_diversity(topics: Sequence[Sequence[str]]) -> float | None:
    """Share of distinct words among the words of all topics, 0 .. 1 (Dieng, Ruiz & Blei 2020); None without words.

    1 says that no two topics share a word. It falls with the number of words taken from each: compare equal numbers.
    """
    words = [word for topic in topics for word in dict.fromkeys(topic)]
    return len(set(words)) / len(words) if words else None


def measure_agreement(topics: Sequence[Hashable], labels: Sequence[Hashable]) -> float | None:
    """Normalised mutual information of two divisions of the same documents, 0 .. 1; None where there are no documents.

    Mutual information over the mean of both entropies (Strehl & Ghosh 2002, arithmetic mean). Two divisions that both
    leave everything in one part agree: 1. Documents without a topic count as a part of their own when given as None.
    """
    if not len(topics):
        return None
    ours, theirs = _number(topics), _number(labels)
    table = np.zeros((ours.max() + 1, theirs.max() + 1))
    np.add.at(table, (ours, theirs), 1.0)
    table /= len(topics)
    entropies = _entropy(table.sum(axis=1)) + _entropy(table.sum(axis=0))
    if entropies == 0:
        return 1.0
    shared = entropies - _entropy(table.ravel())
    return float(min(max(2 * shared / entropies, 0.0), 1.0))


def _mean_pairs(topics: Sequence[Sequence[int]], together: np.ndarray, documents: int) -> list[Coherence]:
    if not documents:
        return [None] * len(topics)
    values = pair_npmi(together, documents)
    means: list[Coherence] = []
    for topic in topics:
        first, second = np.triu_indices(len(topic), k=1)
        rows = np.array(topic, dtype=np.int64)
        means.append(float(values[rows[first], rows[second]].mean()) if len(first) else None)
    return means


def _number(names: Sequence[Hashable]) -> np.ndarray:
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names])


def _entropy(shares: np.ndarray) -> float:
    held = shares[shares > 0]
    return float(-(held * np.log(held)).sum())
