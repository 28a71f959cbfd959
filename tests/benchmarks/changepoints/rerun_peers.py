"""Other packages run anew at the end of every month, beside our replay, on the same series known at once.

    python -m tests.benchmarks.changepoints.rerun_peers PEERS [--series 2] [--peers NAME ...] [--seed 1]

PEERS is the folder of `peers setup`. Quiet series and doublings of `worlds`, `--series` of each of the twenty worlds of
a kind; looks and definitions are those of `sequential`, with two favours for peers, which give dates alone: a change is
announced once, when no earlier announcement is within six months of it, and is right without a direction. What a peer
already finds at its first look is not counted for it, since nobody would have been told of five years of history; ours
is counted with it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from tests.benchmarks.changepoints import peers
from tests.benchmarks.changepoints.scoring import TOLERANCE, median, share_within, upper_limit
from tests.benchmarks.changepoints.sequential import BURN_IN, replay_world
from tests.benchmarks.changepoints.worlds import draw, grid

DEFAULT = ("ruptures jump=5", "skchange trend", "Rbeast")


def list_news(looks: list[list[int]]) -> list[tuple[int, int]]:
    """Month of the look and date of each change that a peer shows first, from its second look on."""
    known, news = list(looks[0]), []
    for look, found in enumerate(looks[1:], start=BURN_IN + 1):
        for at in found:
            if not any(abs(at - before) <= TOLERANCE for before in known):
                known.append(at)
                news.append((look, at))
    return news


def show(name: str, false: int, years: float, waits: list[float]) -> None:
    """One line: false announcements per quiet series-year, and the doublings."""
    rate, limit = false / years, upper_limit(false, years)
    print(f"{name:<40} {rate:.3f} false a quiet series-year (upper 95 % limit {limit:.3f}); doublings within 12 months "
          f"{share_within(waits, 12):.3f}, median {median(waits):g}", flush=True)  # fmt: skip


def run_peer(folder: Path, peer: str, number: int, seed: int) -> None:
    """One peer on all series, which are given to it in one file."""
    batches = [draw(world, number, seed) for world in grid(["quiet", "doubling"])]
    months = batches[0].world.months
    # a look at the end of month m has seen m + 1 months
    lengths = range(BURN_IN + 1, months + 1)
    answer = peers.run_peer(folder, peer, np.concatenate([batch.counts for batch in batches]), lengths)
    false, years, waits = 0, 0.0, []
    for row, looks in enumerate(answer.changes):
        batch, news = batches[row // number], list_news(looks)
        if batch.world.kind == "quiet":
            false, years = false + len(news), years + (months - BURN_IN) / 12
            continue
        change = int(batch.changes[row % number])
        right = [look for look, at in news if look >= change and abs(at - change) <= TOLERANCE]
        waits.append(min(right) - change + 1.0 if right else np.inf)
    show(answer.name, false, years, waits)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="PEERS", type=Path)
    parser.add_argument("--series", type=int, default=2)
    parser.add_argument("--peers", nargs="+", choices=peers.PEERS, default=DEFAULT)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    ours = [row for world in grid(["quiet", "doubling"]) for row in replay_world((world, chosen.series, chosen.seed))]
    quiet = [row for row in ours if row.world.kind == "quiet"]
    waits = [wait for row in ours for wait in row.waits]
    show("filingwatch", sum(row.false for row in quiet), sum(row.years for row in quiet), waits)
    for peer in chosen.peers:
        run_peer(chosen.folder, peer, chosen.series, chosen.seed)


if __name__ == "__main__":
    main()
