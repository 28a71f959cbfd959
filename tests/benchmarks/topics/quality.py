"""Coherence, diversity and agreement with searches: ours beside NMF and three LDA, on the same documents and tokens.

    python -m tests.benchmarks.topics.quality setup DIR        # makes DIR from peers/requirements.txt
    python -m tests.benchmarks.topics.quality run DIR [--corpora searches ...] [--count 20] [--most 3000]

Everybody gets the same tokens (our words and word pairs, character pairs and triples in Chinese; the 20,000 most
frequent in at least five documents and at most 40 % of them), NMF as TF-IDF and LDA as counts. Measured are the ten
heaviest tokens of a topic, by document co-occurrence on the documents of the fit (`filingwatch.topics.coherence`), so
that how a topic is put into words has no part in it; `shown` are the words that we show. Agreement (NMI) is with the
one search that found a document. `ours, with classes` has the class symbols beside the words, as a watch has. DIR may
be `-`: without gensim and tomotopy.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from scipy import sparse
from sklearn.decomposition import NMF, LatentDirichletAllocation
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from filingwatch.topics.coherence import mean_coherence, measure_agreement, measure_columns, measure_diversity
from filingwatch.topics.shown_words import measure_words
from filingwatch.words import is_class_token
from tests.benchmarks.topics.corpora import CORPORA, draw, read_corpus
from tests.benchmarks.topics.ways import FIRST, NOTHING, fit_ours, ordinary_features

PEERS = Path(__file__).resolve().parent / "peers"
WORDS = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """Topics of somebody: the ten heaviest columns of each, the topic of each document, CPU seconds, words shown."""

    name: str
    columns: list[list[int]]
    topic_of: list[object]
    seconds: float
    shown: list[list[str]] | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What everybody gets. Rows are sorted by id."""

    documents: pl.DataFrame
    labels: list[str | None]
    weighed: sparse.csr_matrix
    tokens: np.ndarray
    counts: sparse.csr_matrix


def give(corpus: str, most: int, seed: int) -> Given:
    frame = draw(read_corpus(corpus), most, seed)
    documents = frame.select("text", "symbols", invention_id="id")
    _, weighed, tokens, counts = ordinary_features(documents.with_columns(symbols=pl.lit([], pl.List(pl.String))))
    return Given(documents, frame["label"].to_list(), weighed, tokens, counts)


def ask_ours(given: Given, count: int, *, with_classes: bool) -> Answer:
    documents = given.documents
    if not with_classes:
        documents = documents.with_columns(symbols=pl.lit([], pl.List(pl.String)))
    began = time.process_time()
    topics = fit_ours(documents, NOTHING, count, FIRST)
    seconds = time.process_time() - began
    assert topics.factors is not None
    column = {token: number for number, token in enumerate(given.tokens)}
    held = [
        [
            column[token]
            for token in topics.factors.tokens[np.argsort(-row, kind="stable")[:400]]
            if not is_class_token(token) and token in column
        ]
        for row in topics.factors.weights
    ]
    placed = dict(topics.filings.select("invention_id", "topic_id").iter_rows())
    rows = topics.topics.iter_rows(named=True)
    return Answer(
        "ours, with classes" if with_classes else "ours",
        [columns[:WORDS] for columns in held],
        [placed.get(document) for document in documents["invention_id"]],
        seconds,
        [[*row["terms_en"], *row["terms_zh"]] for row in rows if row["state"] != "gone"],
    )


def ask_sklearn(given: Given, count: int, seed: int) -> Iterator[Answer]:
    for name, matrix, model in (
        ("scikit-learn NMF", given.weighed, NMF(count, init="nndsvd", random_state=seed, max_iter=200)),
        ("scikit-learn LDA", given.counts, LatentDirichletAllocation(count, max_iter=20, random_state=seed)),
    ):
        began = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            loads = model.fit_transform(matrix)
        if isinstance(model, NMF):
            loads = loads * np.linalg.norm(model.components_, axis=1)
        seconds = time.process_time() - began
        yield Answer(name, _heaviest(model.components_), loads.argmax(axis=1).tolist(), seconds)


def ask_peer(folder: Path, given: Given, count: int, seed: int, which: str) -> Answer:
    with tempfile.TemporaryDirectory() as place:
        asked, answer = Path(place, "given.npz"), Path(place, "answer.npz")
        counts = given.counts.tocsr()
        parts = {"data": counts.data, "indices": counts.indices, "indptr": counts.indptr, "shape": counts.shape}
        np.savez(asked, **parts, count=count, seed=seed)
        subprocess.run([folder / "bin" / "python", PEERS / "fit_lda.py", asked, answer, which], check=True)
        with np.load(answer) as held:
            return Answer(
                str(held["name"]), _heaviest(held["weights"]), held["topic_of"].tolist(), float(held["cpu_seconds"])
            )


def measure(given: Given, answer: Answer) -> str:
    """One line of figures."""
    words = [[str(given.tokens[column]) for column in topic] for topic in answer.columns]
    coherence = mean_coherence(measure_columns(answer.columns, given.counts))
    pairs = [(topic, label) for topic, label in zip(answer.topic_of, given.labels, strict=True) if label]
    agreement = measure_agreement(*zip(*pairs, strict=True)) if pairs else None
    line = f"  {answer.name:24} NPMI {coherence:.3f} diversity {measure_diversity(words):.3f}"
    if agreement is not None:
        line += f" NMI {agreement:.3f} ({len(pairs)} labelled)"
    line += f" topics {len(answer.columns)} CPU s {answer.seconds:.1f}"
    if answer.shown is not None:
        found = measure_words(answer.shown, given.documents["text"].to_list())
        line += f"; shown: NPMI {found.coherence:.3f} diversity {found.diversity:.3f}"
    return line


def set_up(folder: Path) -> None:
    lock = PEERS / "requirements.txt"
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(lock)], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["setup", "run"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--corpora", nargs="+", choices=CORPORA, default=CORPORA)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--most", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    if asked.command == "setup":
        set_up(asked.folder)
        return
    with threadpool_limits(1):
        for corpus in asked.corpora:
            given = give(corpus, asked.most, asked.seed)
            print(f"{corpus}: {given.documents.height} documents, {len(given.tokens)} tokens", flush=True)
            for answer in _ask_all(given, asked):
                print(measure(given, answer), flush=True)


def _ask_all(given: Given, asked: argparse.Namespace) -> Iterator[Answer]:
    yield ask_ours(given, asked.count, with_classes=False)
    if given.documents["symbols"].list.len().sum():
        yield ask_ours(given, asked.count, with_classes=True)
    yield from ask_sklearn(given, asked.count, asked.seed)
    if str(asked.folder) != "-":
        for which in ("gensim", "tomotopy"):
            yield ask_peer(asked.folder, given, asked.count, asked.seed, which)


def _heaviest(weights: np.ndarray) -> list[list[int]]:
    return [np.argsort(-row, kind="stable")[:WORDS].tolist() for row in weights]


if __name__ == "__main__":
    main()
