"""How good the topics of a fit are: the words that are shown, measured on the documents they were found in.

Words of a script are measured on the documents written in it. What the measures mean belongs to `coherence`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from filingwatch.topics.coherence import Coherence, mean_coherence, measure_coherence, measure_diversity
from filingwatch.words import is_cjk, normalise_text, text_tokens


@dataclass(frozen=True, slots=True)
class Measured:
    """Coherence (mean NPMI) of each topic and of all, and the share of distinct words.

    `coherence` averages scripts by their documents; a script without documents or words has none (None).
    """

    of_topics: list[Coherence]
    coherence: Coherence
    coherence_spaced: Coherence
    coherence_cjk: Coherence
    diversity: float | None


def measure_words(words: Sequence[Sequence[str]], texts: Sequence[str]) -> Measured:
    """Measure topics by their words (any script, most telling first) on these texts."""
    spaced = [[word for word in topic if not is_cjk(word)] for topic in words]
    cjk = [[word for word in topic if is_cjk(word)] for topic in words]
    wanted = sorted({word for topic in cjk for word in topic})
    documents: tuple[list[set[str]], list[set[str]]] = ([], [])
    for text in texts:
        tokens = text_tokens(text)
        chinese = sum(map(is_cjk, tokens)) * 2 > len(tokens)
        documents[chinese].append(set(_find(wanted, text)) if chinese else set(tokens))
    pairs = [
        (measure_coherence(topics, held), len(held)) for topics, held in zip((spaced, cjk), documents, strict=True)
    ]
    return Measured(
        of_topics=[_average([(values[number], many) for values, many in pairs]) for number in range(len(words))],
        coherence=_average([(mean_coherence(values), many) for values, many in pairs]),
        coherence_spaced=mean_coherence(pairs[0][0]),
        coherence_cjk=mean_coherence(pairs[1][0]),
        diversity=measure_diversity(words),
    )


def _find(words: Sequence[str], text: str) -> Iterator[str]:
    """A shown word may be longer than any token: it stands where its characters do."""
    plain = normalise_text(text)
    return (word for word in words if word in plain)


def _average(pairs: Sequence[tuple[Coherence, int]]) -> Coherence:
    known = [(value, many) for value, many in pairs if value is not None and many]
    return float(np.average([value for value, _ in known], weights=[many for _, many in known])) if known else None
