"""Ways to go on with topics when documents arrive: ours, and those of scikit-learn beside it.

Each takes a trial and the number of topics and gives topic ids by document before and after. NMF has our features and
our matching of topics, so that what differs is how the fit is carried on. Where a way may have one topic more after the
arrival than before, it is told so, which in practice nobody would tell it.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Callable, Mapping

import numpy as np
import polars as pl
from scipy import sparse
from sklearn.decomposition import NMF, LatentDirichletAllocation, non_negative_factorization
from sklearn.exceptions import ConvergenceWarning

from filingwatch.texts import Texts
from filingwatch.topics.identity import Described, match_topics
from filingwatch.topics.model import TopicSettings
from filingwatch.topics.modelling import FILING_SCHEMA, TOPIC_SCHEMA, Known, Topics, model_topics
from filingwatch.vectors import Counts, Vectors, fit_block
from tests.benchmarks.topics.trials import Trial

Ids = Mapping[str, str]
Before = tuple[Ids, Ids]
FIRST, SECOND = dt.date(2026, 1, 1), dt.date(2026, 2, 1)
SETTINGS = TopicSettings()
NOTHING = Known(pl.DataFrame(schema=TOPIC_SCHEMA), pl.DataFrame(schema=FILING_SCHEMA), {})


def carry_on_ours(trial: Trial, count: int) -> Before:
    """`model_topics`, then `model_topics` with what it said before."""
    first = fit_ours(trial.old, NOTHING, count, FIRST)
    second = fit_ours(pl.concat([trial.old, trial.new]), Known(first.topics, first.filings, {}), count, SECOND)
    return said_by(first), said_by(second)


def refit_nmf(trial: Trial, count: int) -> Before:
    """NMF anew with one topic more, topics matched by members and terms."""
    return _matched(trial, count, lambda matrix, _new: _fit_nmf(matrix, count + 1))


def freeze_nmf(trial: Trial, count: int) -> Before:
    """NMF of the old documents; new ones are placed among its topics."""
    ids, matrix, is_old, _ = _features(trial)
    model = NMF(count, init="nndsvd", random_state=SETTINGS.seed, max_iter=200, tol=1e-3).fit(matrix[is_old])
    tops = (model.transform(matrix) * np.linalg.norm(model.components_, axis=1)).argmax(axis=1)
    after = {document: str(top) for document, top in zip(ids, tops, strict=True)}
    return {document: after[document] for document, old in zip(ids, is_old, strict=True) if old}, after


def tell_nmf(trial: Trial, count: int) -> Before:
    """NMF of the old documents, and the mean of those that ARE of the subject as one topic more.

    Nobody knows them: it shows how well one topic can hold such a subject at all.
    """
    ids, matrix, is_old, _ = _features(trial)
    _, components = _fit_nmf(matrix[is_old], count)
    lengths = np.linalg.norm(components, axis=1)
    row = np.asarray(matrix[[document in trial.subject for document in ids]].mean(axis=0)).ravel()
    rows = np.vstack([components / np.where(lengths > 0, lengths, 1.0)[:, None], row / np.linalg.norm(row)])
    loads, _, _ = non_negative_factorization(matrix, H=rows, n_components=len(rows), update_H=False, tol=1e-3)
    tops = loads.argmax(axis=1)
    after = {document: str(top) for document, top in zip(ids, tops, strict=True)}
    before = (loads[:, :-1])[is_old].argmax(axis=1)
    old = [document for document, was in zip(ids, is_old, strict=True) if was]
    return {document: str(top) for document, top in zip(old, before, strict=True)}, after


def warm_nmf(trial: Trial, count: int) -> Before:
    """NMF that starts from the topics before, ids by row."""
    return _warm(trial, count, grows=False)


def grow_nmf(trial: Trial, count: int) -> Before:
    """NMF that starts from the topics before and one more: the mean of the documents that arrived."""
    return _warm(trial, count, grows=True)


def learn_lda(trial: Trial, count: int) -> Before:
    """Online LDA: learns the old documents, then the new ones, ids by component."""
    ids, counts, is_old = _counts(trial)
    model = LatentDirichletAllocation(count, learning_method="online", max_iter=10, random_state=SETTINGS.seed)
    tops = model.fit(counts[is_old]).transform(counts[is_old]).argmax(axis=1)
    old = [document for document, was in zip(ids, is_old, strict=True) if was]
    before = {document: str(top) for document, top in zip(old, tops, strict=True)}
    tops = model.partial_fit(counts[~is_old]).transform(counts).argmax(axis=1)
    return before, {document: str(top) for document, top in zip(ids, tops, strict=True)}


WAYS: Mapping[str, Callable[[Trial, int], Before]] = {
    "ours": carry_on_ours,
    "NMF refit, matched": refit_nmf,
    "NMF frozen": freeze_nmf,
    "NMF warm": warm_nmf,
    "NMF warm, one row more": grow_nmf,
    "LDA online": learn_lda,
    "NMF told the subject": tell_nmf,
}


def fit_ours(documents: pl.DataFrame, known: Known, count: int, today: dt.date) -> Topics:
    """Topics as a night's refit makes them."""
    return model_topics(documents, known, count=count, settings=SETTINGS, today=today, mint_from=f"benchmark {today}")


def said_by(topics: Topics) -> Ids:
    """Topic id by document."""
    return dict(topics.filings.select("invention_id", "topic_id").iter_rows())


def ordinary_features(documents: pl.DataFrame) -> tuple[list[str], sparse.csr_matrix, np.ndarray, sparse.csr_matrix]:
    """Ids, TF-IDF, its tokens, and counts of the same tokens: what topics had for features when these trials began."""
    texts = Texts.of_frame(documents)
    read = texts.read(documents["invention_id"].to_list())
    counted = texts.count(read)
    least = 2 if len(read.ids) < 500 else 5
    words = fit_block(counted.words, least=least, most_share=0.4, most=SETTINGS.most_features, is_sublinear=True)
    classes = fit_block(
        counted.classes, least=least, most_share=0.6, most=SETTINGS.most_features, is_sublinear=False, weight=0.9
    )
    features = Vectors(words, classes).build(counted)
    return read.ids, features.matrix, features.tokens, _raw(counted.words, words.tokens)


def _features(trial: Trial) -> tuple[list[str], sparse.csr_matrix, np.ndarray, np.ndarray]:
    ids, matrix, tokens, _ = ordinary_features(pl.concat([trial.old, trial.new]))
    old = set(trial.old["invention_id"])
    return ids, matrix, np.array([document in old for document in ids]), tokens


def _counts(trial: Trial) -> tuple[list[str], sparse.csr_matrix, np.ndarray]:
    ids, _, _, counts = ordinary_features(pl.concat([trial.old, trial.new]))
    old = set(trial.old["invention_id"])
    return ids, counts, np.array([document in old for document in ids])


def _raw(counts: Counts, tokens: np.ndarray) -> sparse.csr_matrix:
    place = {token: column for column, token in enumerate(counts.lexicon.tokens())}
    return counts.matrix[:, [place[token] for token in tokens]].astype(np.float64)


def _fit_nmf(matrix: sparse.csr_matrix, count: int, start: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Heaviest topic by document, components."""
    init = "nndsvd" if start is None else "custom"
    model = NMF(count, init=init, random_state=SETTINGS.seed, max_iter=200, tol=1e-3)
    given = {} if start is None else {"W": np.ascontiguousarray(matrix @ start.T), "H": start}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        loads = model.fit_transform(matrix, **given)
    return (loads * np.linalg.norm(model.components_, axis=1)).argmax(axis=1), model.components_


def _matched(trial: Trial, count: int, refit: Callable) -> Before:
    ids, matrix, is_old, tokens = _features(trial)
    old = [document for document, was in zip(ids, is_old, strict=True) if was]
    first = _describe(old, *_fit_nmf(matrix[is_old], count), tokens)
    before = {f"t{number}": topic for number, topic in enumerate(first)}
    now = _describe(ids, *refit(matrix, matrix[~is_old]), tokens)
    named = match_topics(now, before, mint_from="refit").ids
    return (
        {document: name for name, topic in before.items() for document in topic.members},
        {document: name for name, topic in zip(named, now, strict=True) for document in topic.members},
    )


def _describe(ids: list[str], tops: np.ndarray, components: np.ndarray, tokens: np.ndarray) -> list[Described]:
    names = np.array(ids, dtype=object)
    return [
        Described(frozenset(names[tops == topic]), tuple(tokens[np.argsort(-row)[:20]]))
        for topic, row in enumerate(components)
    ]


def _warm(trial: Trial, count: int, *, grows: bool) -> Before:
    ids, matrix, is_old, _ = _features(trial)
    tops, components = _fit_nmf(matrix[is_old], count)
    old = [document for document, was in zip(ids, is_old, strict=True) if was]
    before = {document: str(top) for document, top in zip(old, tops, strict=True)}
    if grows:
        arrived = np.asarray(matrix[~is_old].mean(axis=0)).ravel()
        components = np.vstack([components, arrived * np.linalg.norm(components, axis=1).mean()])
    tops, _ = _fit_nmf(matrix, len(components), np.ascontiguousarray(components))
    return before, {document: str(top) for document, top in zip(ids, tops, strict=True)}
