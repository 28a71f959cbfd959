"""LDA of gensim and of tomotopy on counts that are given. Imports nothing of ours.

    python fit_lda.py GIVEN.npz ANSWER.npz gensim|tomotopy

GIVEN holds a matrix of documents x tokens (`data`, `indices`, `indptr`, `shape`), `count` (topics) and `seed`. ANSWER
gets `weights` (topics x tokens), `topic_of` (by document), `cpu_seconds` of the fit and `name` with version. gensim:
10 passes, alpha and eta learned; tomotopy: 500 iterations of Gibbs sampling on one worker, alpha learned.
"""

import sys
import time

import numpy as np
from scipy import sparse


def fit_gensim(counts: sparse.csr_matrix, count: int, seed: int) -> tuple[np.ndarray, np.ndarray, str]:
    import gensim

    corpus = gensim.matutils.Sparse2Corpus(counts, documents_columns=False)
    names = {column: str(column) for column in range(counts.shape[1])}
    model = gensim.models.LdaModel(
        corpus, count, names, passes=10, alpha="auto", eta="auto", random_state=seed, eval_every=None
    )
    loads = gensim.matutils.corpus2dense(model[corpus], count).T
    return model.get_topics(), loads.argmax(axis=1), f"gensim {gensim.__version__} LDA"


def fit_tomotopy(counts: sparse.csr_matrix, count: int, seed: int) -> tuple[np.ndarray, np.ndarray, str]:
    import tomotopy

    model = tomotopy.LDAModel(k=count, seed=seed)
    topic_of = np.zeros(counts.shape[0], dtype=np.int64)
    rows = []
    for row in range(counts.shape[0]):
        held = slice(counts.indptr[row], counts.indptr[row + 1])
        tokens = np.repeat(counts.indices[held], counts.data[held].astype(int))
        if len(tokens):
            model.add_doc([str(token) for token in tokens])
            rows.append(row)
    model.train(500, workers=1)
    weights = np.zeros((count, counts.shape[1]))
    columns = [int(token) for token in model.used_vocabs]
    for topic in range(count):
        weights[topic, columns] = model.get_topic_word_dist(topic)
    for row, document in zip(rows, model.docs, strict=True):
        topic_of[row] = int(np.argmax(document.get_topic_dist()))
    return weights, topic_of, f"tomotopy {tomotopy.__version__} LDA"


def main() -> None:
    given, answer, which = sys.argv[1:]
    held = np.load(given)
    counts = sparse.csr_matrix((held["data"], held["indices"], held["indptr"]), shape=tuple(held["shape"]))
    fit = {"gensim": fit_gensim, "tomotopy": fit_tomotopy}[which]
    began = time.process_time()
    weights, topic_of, name = fit(counts, int(held["count"]), int(held["seed"]))
    np.savez(answer, weights=weights, topic_of=topic_of, cpu_seconds=time.process_time() - began, name=name)


if __name__ == "__main__":
    main()
