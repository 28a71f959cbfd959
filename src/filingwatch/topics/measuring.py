"""How well the words of each topic go together in its corpus, English and Chinese words apart.

The measure itself belongs to `coherence`; here belongs which words and documents of a fit it is taken of.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from filingwatch.texts import Texts
from filingwatch.topics.coherence import measure_columns
from filingwatch.topics.model import Factors
from filingwatch.words import is_cjk, is_class_token

MOST_WORDS = 10


def measure_topics(documents: Texts, ids: Sequence[str], factors: Factors) -> list[float | None]:
    """Mean normalised pointwise mutual information of the heaviest ten words of each topic in these documents, -1 .. 1.

    Words of one language are compared with each other alone, since texts of one hold none of the other; the languages
    count by the weight of their words in the topic. Null for a topic without two words of one language.
    """
    tokens = factors.tokens
    words = np.array([not is_class_token(token) for token in tokens], dtype=bool)
    chinese = np.array([is_cjk(token) for token in tokens], dtype=bool)
    matrix = factors.vectors.build(documents.count(documents.read(sorted(ids)))).matrix.tocsr()
    totals, weights = np.zeros(len(factors.weights)), np.zeros(len(factors.weights))
    for columns in (np.flatnonzero(words & chinese), np.flatnonzero(words & ~chinese)):
        own = factors.weights[:, columns]
        chosen = [columns[np.lexsort((columns, -row))[:MOST_WORDS]][: np.count_nonzero(row > 0)] for row in own]
        rows = np.flatnonzero(matrix[:, columns].getnnz(axis=1)) if columns.size else np.array([], dtype=int)
        measured = measure_columns([list(map(int, one)) for one in chosen], matrix[rows])
        for topic, (value, row) in enumerate(zip(measured, own, strict=True)):
            if value is not None:
                share = float(np.sort(row)[::-1][:MOST_WORDS].sum())
                totals[topic] += value * share
                weights[topic] += share
    return [float(total / weight) if weight else None for total, weight in zip(totals, weights, strict=True)]
