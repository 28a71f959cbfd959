"""How many topics a corpus has: the number at which topics come out the same twice and read as one thing.

Asked once, when a watch has no topics yet; afterwards their number moves only by what is born, merged and retired.
Stability: topics of parts of the documents divide them like the topics of all (Greene, O'Callaghan & Cunningham 2014,
"How many topics? Stability analysis for topic models", with adjusted mutual information of the divisions, Vinh, Epps
& Bailey 2010, instead of term lists). Coherence: the mean NPMI of a topic's words, those of each script on documents
written in it. Bridging: topics do not tell in which script a document is written. Stability alone chooses two topics,
coherence alone as many as allowed, both together one topic per subject and script; the score is the square root of the
product. Of numbers that score nearly alike the largest is taken: a topic too broad hides a small one, two topics of
one subject can be read together. How a factor is found belongs to `model`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from sklearn.metrics import adjusted_mutual_info_score
from threadpoolctl import threadpool_limits

from filingwatch.topics.coherence import mean_coherence, measure_columns
from filingwatch.topics.model import TopicSettings, fit_factors, fit_vectors, topic_count
from filingwatch.vectors import Counted, Features
from filingwatch.words import is_cjk, is_class_token

CANDIDATES = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40)
# documents, columns and iterations of a fit that only serves the choice
MOST_DOCUMENTS = 2_000
MOST_FEATURES = 5_000
ITERATIONS = 60
PARTS = 3
PART = 0.8
WORDS_PER_TOPIC = 10
# of the best score; below it a number of topics is worse than another
NEARLY = 0.94


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number of topics: stability and coherence -1..1, bridging and score 0..1; 1 is best."""

    count: int
    stability: float
    coherence: float
    bridging: float
    score: float


@dataclass(frozen=True, slots=True)
class Choice:
    """The number chosen, 0 where there are too few documents, and what was measured at each candidate."""

    count: int
    rows: tuple[Candidate, ...]


def choose_count(counted: Counted, settings: TopicSettings, *, most: int = CANDIDATES[-1]) -> Choice:
    """The largest number of topics, at most `most`, that scores nearly (NEARLY) as well as the best.

    Documents come in a fixed order (by id): the parts are drawn by row. More than MOST_DOCUMENTS are thinned first.
    """
    total = counted.words.matrix.shape[0]
    rng = np.random.default_rng(settings.seed)
    if total > MOST_DOCUMENTS:
        counted = counted.take(np.sort(rng.choice(total, MOST_DOCUMENTS, replace=False)))
    documents = counted.words.matrix.shape[0]
    largest = topic_count(documents, most, settings)
    if not largest:
        return Choice(0, ())
    sparing = replace(settings, most_features=MOST_FEATURES, iterations=ITERATIONS)
    features = fit_vectors(counted, sparing).build(counted)
    parts = [np.sort(rng.permutation(documents)[: int(PART * documents)]) for _ in range(PARTS)]
    scripts = _split_scripts(features)
    counts = [count for count in CANDIDATES if count <= min(largest, *features.matrix.shape)]
    with threadpool_limits(1):
        rows = tuple(_measure(features.matrix, scripts, count, parts, sparing) for count in counts)
    if not rows:
        return Choice(largest, ())
    best = max(row.score for row in rows)
    return Choice(max(row.count for row in rows if row.score >= NEARLY * best), rows)


@dataclass(frozen=True, slots=True)
class _Script:
    """The columns of words in one script, the documents written in it, and the weights of these words there."""

    columns: np.ndarray
    rows: np.ndarray
    matrix: sparse.csr_matrix


def _split_scripts(features: Features) -> list[_Script]:
    words = np.array([not is_class_token(token) for token in features.tokens], dtype=bool)
    cjk = np.array([is_cjk(token) for token in features.tokens], dtype=bool)
    kinds = [np.flatnonzero(kind) for kind in (words & ~cjk, words & cjk)]
    held = np.column_stack([features.matrix[:, kind].getnnz(axis=1) for kind in kinds])
    written_in = held.argmax(axis=1)
    rows = [np.flatnonzero((written_in == number) & (held[:, number] > 0)) for number in range(len(kinds))]
    return [_Script(kind, own, features.matrix[own][:, kind]) for kind, own in zip(kinds, rows, strict=True)]


def _measure(
    matrix: sparse.csr_matrix, scripts: list[_Script], count: int, parts: list[np.ndarray], settings: TopicSettings
) -> Candidate:
    whole = fit_factors(matrix, count, settings)
    divided = whole.loads.argmax(axis=1)
    alike = [
        adjusted_mutual_info_score(divided[part], fit_factors(matrix[part], count, settings).loads.argmax(axis=1))
        for part in parts
    ]
    stability, coherence = float(np.mean(alike)), _cohere(whole.components, scripts)
    bridging = _bridge(divided, scripts)
    score = float(np.sqrt(max(stability, 0.0) * max(coherence, 0.0) * bridging))
    return Candidate(count, stability, coherence, bridging, score)


def _bridge(divided: np.ndarray, scripts: list[_Script]) -> float:
    """1 less the share of the script's entropy that the topic of a document takes away; 1 where there is one script."""
    written_in = np.zeros(len(divided), dtype=np.int64)
    for number, script in enumerate(scripts):
        written_in[script.rows] = number
    table = np.zeros((divided.max() + 1, len(scripts)))
    np.add.at(table, (divided, written_in), 1.0 / len(divided))
    script, topic = _entropy(table.sum(axis=0)), _entropy(table.sum(axis=1))
    return 1.0 if script == 0 else float(np.clip((_entropy(table.ravel()) - topic) / script, 0.0, 1.0))


def _entropy(shares: np.ndarray) -> float:
    held = shares[shares > 0]
    return float(-(held * np.log(held)).sum())


def _cohere(components: np.ndarray, scripts: list[_Script]) -> float:
    """Mean over topics of the coherence of their words, scripts weighed by the documents written in them."""
    told = [
        (script.matrix.shape[0], mean_coherence(measure_columns(telling, script.matrix)))
        for script in scripts
        if script.matrix.shape[0] and (telling := [_heaviest(row[script.columns]) for row in components])
    ]
    known = [(documents, coherence) for documents, coherence in told if coherence is not None]
    return float(np.average([one for _, one in known], weights=[many for many, _ in known])) if known else 0.0


def _heaviest(weights: np.ndarray) -> list[int]:
    order = np.lexsort((np.arange(len(weights)), -weights))[:WORDS_PER_TOPIC]
    return order[weights[order] > 0].tolist()
