"""What topics of 50,000 documents cost: a first fit, a refit that goes on with it, 1,000 documents placed.

    python -m tests.benchmarks.topics.speed [--documents 50000] [--count 20] [--sklearn]

Real texts, English and Chinese together (patents on artificial intelligence, grants, waste heat, drones); where they
are fewer than asked for, the first ones come again with other ids. One thread. `placed` reads, counts and places
documents that were not there, as a night without a refit does. `--sklearn` adds NMF alone on the same features, which
neither counts words nor keeps ids.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import polars as pl
from sklearn.decomposition import NMF
from threadpoolctl import threadpool_limits

from filingwatch.texts import Texts
from filingwatch.topics.modelling import Known
from filingwatch.topics.placing import place_documents
from tests.benchmarks.topics.corpora import read_corpus
from tests.benchmarks.topics.ways import FIRST, NOTHING, SETTINGS, fit_ours, ordinary_features


def read_many(documents: int) -> pl.DataFrame:
    """So many documents (invention_id, text, symbols), in an order drawn with a seed."""
    held = pl.concat(
        [
            read_corpus(corpus).select("text", "symbols", invention_id=pl.concat_str(pl.lit(corpus), pl.col("id")))
            for corpus in ("searches", "grants", "chinese", "drones")
        ]
    )
    frames, total = [], 0
    for turn in count():
        frames.append(held.with_columns(pl.concat_str(pl.col("invention_id"), pl.lit(f"-{turn}"))))
        total += held.height
        if total >= documents:
            return pl.concat(frames)[:documents].sample(fraction=1.0, seed=0, shuffle=True)
    raise AssertionError


def tell(what: str, call: Callable[[], Any]) -> Any:
    """Do it, and print what it cost."""
    cpu, wall = time.process_time(), time.perf_counter()
    found = call()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{what}: {time.process_time() - cpu:.1f} CPU s, {time.perf_counter() - wall:.1f} s, peak {peak:.0f} MB",
        flush=True,
    )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=50_000)
    parser.add_argument("--arriving", type=int, default=1_000)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--sklearn", action="store_true")
    asked = parser.parse_args()
    documents = read_many(asked.documents + asked.arriving)
    old, new = documents[: asked.documents], documents[asked.documents :]
    with threadpool_limits(1):
        first = tell(f"first fit of {old.height}", lambda: fit_ours(old, NOTHING, asked.count, FIRST))
        assert first.factors is not None
        vectors, weights = first.factors.vectors, first.factors.weights
        tell(
            f"{new.height} placed",
            lambda: place_documents(Texts.of_frame(new), new["invention_id"].to_list(), vectors, weights),
        )
        known = Known(first.topics, first.filings, {})
        again = tell(
            f"refit of {documents.height}",
            lambda: fit_ours(documents, known, asked.count, FIRST + dt.timedelta(days=31)),
        )
        print(f"topics {len(first.topic_ids)} -> {len(again.topic_ids)}, fit {again.figures['fit']}")
        if asked.sklearn:
            _, matrix, _, _ = ordinary_features(old)
            model = NMF(asked.count, init="nndsvd", random_state=SETTINGS.seed, max_iter=200)
            tell(f"scikit-learn NMF alone on {old.height}", lambda: model.fit_transform(matrix))


if __name__ == "__main__":
    main()
