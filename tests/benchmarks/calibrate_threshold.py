"""False announcements of quiet series by threshold of evidence: the simulation behind `changepoints.calibration`.

    python -m tests.benchmarks.calibrate_threshold [--series 20] [--laws at_once mixture] [--workers 1] [--seed 7]

Quiet worlds are those of `changepoints.worlds`, five levels by four scatters, so many series of each; looks are made at
the end of every month of the years 6 to 12, the delay law is learned from the series itself at each look. One replay
serves all thresholds. "one look" counts series with a changepoint of that evidence at the last look alone.
"""

from __future__ import annotations

import argparse
import multiprocessing
from functools import partial

import numpy as np

from filingwatch.changepoints import calibration, replay
from filingwatch.changepoints.months import last_day, month_number
from tests.benchmarks.changepoints.scoring import announce, upper_limit
from tests.benchmarks.changepoints.worlds import START, Delay, World, draw, grid

BURN_IN = 60
THRESHOLDS = (6.0, 6.5, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0)


def count_false(world: World, series: int, seed: int) -> np.ndarray:
    """Announcements, and series that show something at the last look, by threshold; shape (2, thresholds)."""
    batch = draw(world, series, seed)
    first = month_number(START)
    looks = [last_day(first + month) for month in range(BURN_IN, world.months)]
    found = np.zeros((2, len(THRESHOLDS)))
    for row in range(series):
        seen = replay(batch.triangle(row), looks=looks)
        last = max((one.evidence for one in seen[-1].detection.changepoints), default=0.0)
        for place, threshold in enumerate(THRESHOLDS):
            found[0, place] += len(announce(seen, threshold))
            found[1, place] += last >= threshold
    return found


def measure(law: Delay, series: int, workers: int, seed: int) -> None:
    """Print the table of a delay law."""
    worlds = grid(("quiet",), (law,))
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        found = sum(pool.imap_unordered(partial(count_false, series=series, seed=seed), worlds), np.zeros(1))
    total = series * len(worlds)
    years = total * (worlds[0].months - BURN_IN) / 12
    for place, threshold in enumerate(THRESHOLDS):
        told, at_last = found[0, place], found[1, place]
        print(
            f"{law:8} threshold {threshold:4.1f}  {told / years:.4f} a quiet series-year, "
            f"upper limit {upper_limit(int(told), years):.4f}  one look {at_last / total:.4f}  "
            f"of {total} series, {years:.0f} years",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--series", type=int, default=20)
    parser.add_argument("--laws", nargs="+", default=["at_once", "mixture"])
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    print(f"of a single series {calibration.threshold_for():.2f}, found {calibration.FOUND:.2f}")
    for law in chosen.laws:
        measure(law, chosen.series, chosen.workers, chosen.seed)


if __name__ == "__main__":
    main()
