"""Topics fitted anew on thirty nights of a few new documents each: how many there are, and which ids stay.

    python -m tests.benchmarks.topics.thirty_nights [--corpora searches chinese] [--start 1000] [--a-night 20]

Documents of one corpus arrive in an order drawn with the seed, so no night brings a subject of its own. Every night is
a refit, which a watch has once a month: this is the hard case. Drift is the number of topics at its farthest from that
of the first night, as a share of it. `first to last` is the share of the documents of the first night that have the
topic id of that night after the last one; `a night` the least share that kept it from one night to the next.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from itertools import pairwise

import polars as pl
from threadpoolctl import threadpool_limits

from filingwatch.topics.modelling import Known
from tests.benchmarks.topics.corpora import CORPORA, read_corpus
from tests.benchmarks.topics.ways import FIRST, NOTHING, Ids, fit_ours, said_by


def play(documents: pl.DataFrame, asked: argparse.Namespace) -> str:
    """One line of figures; documents in the order of their arrival."""
    began, said = time.process_time(), list[Ids]()
    known, counts, empty = NOTHING, list[int](), pl.List(pl.String)
    if not asked.with_symbols:
        documents = documents.with_columns(symbols=pl.lit([], empty))
    for night in range(asked.nights + 1):
        there = documents[: asked.start + night * asked.a_night]
        topics = fit_ours(there, known, asked.count, FIRST + dt.timedelta(days=night))
        known = Known(topics.topics, topics.filings, {})
        said.append(said_by(topics))
        counts.append(len(set(said[-1].values())))
    drift = max(abs(count - counts[0]) for count in counts) / counts[0]
    least = min(_same(before, after) for before, after in pairwise(said))
    ids = set(said[0].values())
    return (
        f"topics {counts[0]} -> {counts[-1]} (least {min(counts)}, most {max(counts)}, drift {drift:.2f}); ids of the "
        f"first night left {len(ids & set(said[-1].values()))} of {len(ids)}, ids ever {known.topics.height}; "
        f"same topic first to last {_same(said[0], said[-1]):.3f}, a night at least {least:.3f}; "
        f"{time.process_time() - began:.0f} CPU s"
    )


def _same(before: Ids, after: Ids) -> float:
    return sum(after.get(document) == topic for document, topic in before.items()) / len(before)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", nargs="+", choices=CORPORA, default=["searches", "chinese"])
    parser.add_argument("--start", type=int, default=1000)
    parser.add_argument("--a-night", type=int, default=20)
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--with-symbols", action="store_true")
    asked = parser.parse_args()
    with threadpool_limits(1):
        for corpus in asked.corpora:
            held = read_corpus(corpus).sample(asked.start + asked.nights * asked.a_night, seed=asked.seed, shuffle=True)
            print(f"{corpus}: {play(held.select('text', 'symbols', invention_id='id'), asked)}", flush=True)


if __name__ == "__main__":
    main()
