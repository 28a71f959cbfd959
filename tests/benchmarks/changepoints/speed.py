"""CPU seconds for thousands of series of 240 months, against ruptures, skchange and Rbeast in the same run.

    python -m tests.benchmarks.changepoints.speed PEERS [--series 10000] [--peer-series 10000] [--rbeast-series 300]
        [--seed 1]

PEERS is the folder of `peers setup`. Ours is the complete model with month effects, warm (after one series) and in one
process; every peer searches alone, warm, in a process of its own, its imports and preparation not counted. One series
in two is quiet, the others double, over all levels and scatters of `worlds` at 20 years. Where a peer gets fewer
series (the first ones), its seconds are scaled to as many as ours and the line says so.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import numpy as np
import threadpoolctl

from filingwatch.changepoints import detect
from tests.benchmarks.changepoints import peers
from tests.benchmarks.changepoints.worlds import LEVELS, SCATTERS, START, World, draw

YEARS = 20


def make_series(count: int, seed: int) -> np.ndarray:
    """So many rows of 240 counts, kinds, levels and scatters in turn."""
    worlds = [
        World(kind, level, size, correlation, years=YEARS)
        for level in LEVELS
        for size, correlation in SCATTERS
        for kind in ("quiet", "doubling")
    ]
    each = -(-count // len(worlds))
    # in turn, so that the first ones are as mixed as all of them
    return np.stack([draw(world, each, seed).counts for world in worlds], axis=1).reshape(-1, 12 * YEARS)[:count]


def time_ours(series: np.ndarray) -> tuple[float, int]:
    """CPU seconds of `detect` over all rows, and how many changepoints it found."""
    with threadpoolctl.threadpool_limits(1):
        detect(series[0], start=START)
        started = time.process_time()
        found = sum(len(detect(row, start=START).changepoints) for row in series)
        return time.process_time() - started, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peers", type=Path)
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--peer-series", type=int, help="as many as ours unless given")
    parser.add_argument("--rbeast-series", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    # one thread for the peers as for ours: CPU seconds of threads that wait would count, too
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    series = make_series(chosen.series, chosen.seed)
    ours, found = time_ours(series)
    print(f"{len(series):,} series of {series.shape[1]} months, seed {chosen.seed}")
    print(f"{'filingwatch, complete model':<44} {ours:>9.1f} CPU s  {found / len(series):>5.2f} changepoints a series",
          flush=True)  # fmt: skip
    for peer in peers.PEERS:
        few = chosen.rbeast_series if peer == "Rbeast" else chosen.peer_series or len(series)
        given = series[:few]
        answer = peers.run_peer(chosen.peers, peer, given)
        seconds = answer.cpu_seconds * len(series) / len(given)
        scaled = f"  (scaled from {len(given):,} series)" if len(given) < len(series) else ""
        each = sum(map(len, answer.changes)) / len(given)
        print(f"{answer.name:<44} {seconds:>9.1f} CPU s  {each:>5.2f} changepoints a series  "
              f"{seconds / ours:.2f} times ours{scaled}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
