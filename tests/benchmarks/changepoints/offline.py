"""One look at a complete series: how near the date is, how often intervals hold the truth, how often nothing is seen.

    python -m tests.benchmarks.changepoints.offline [--series 20] [--seed 1] [--workers 1]

Series of `worlds` of twelve years, complete, looked at once with the default settings of `detect`; every level and
scatter, `--series` of each. A true change is found when a changepoint of its direction stands within 24 months (the
nearest one counts); errors and coverage are of those found. A rate ratio is true when it is that of the fitted
definition: new regime against old, at the middle of the first twelve periods of the new regime, with the rates of the
world. For growth changes the true rate ratio is exp(+-0.4 * months / 12) at that middle, and the change of growth is
+-0.4. Where only one of two changes is found, its effect is that of a mixture and has no truth: only its date counts.
All that is found in a quiet series is false.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from filingwatch.changepoints import Changepoint, detect
from tests.benchmarks.changepoints.scoring import upper_limit
from tests.benchmarks.changepoints.sequential import run_all
from tests.benchmarks.changepoints.worlds import GROWTH_CHANGE, START, World, draw, grid

NEAR = 24
RATIO_MIDDLE = 5.5
"""Where the first twelve periods of a regime have their middle."""
KINDS = ("quiet", "doubling", "halving", "growth_change", "up_and_down", "spike", "two_spike")


class Found(NamedTuple):
    """A true change that was found: how far off, and which 95 % intervals hold the truth (NaN: there is none)."""

    error: int
    holds_date: bool
    holds_ratio: float
    holds_growth: float


class Seen(NamedTuple):
    """One series: its true changes, those found, and changepoints that belong to none of them."""

    world: World
    changes: int
    found: tuple[Found, ...]
    false: int


def look_at_world(job: tuple[World, int, int]) -> list[Seen]:
    """Every series of a world, looked at once."""
    world, number, seed = job
    batch = draw(world, number, seed)
    seen = []
    for row in range(number):
        left = list(detect(batch.counts[row], start=START).changepoints)
        found, truths = [], batch.truths(row)
        for truth in truths:
            near = [one for one in left if one.direction == truth.direction and abs(one.index - truth.index) <= NEAR]
            if near:
                best = min(near, key=lambda one, at=truth.index: abs(one.index - at))
                left.remove(best)
                found.append(_compare(world, best, truth.index, 1.0 if truth.direction == "up" else -1.0))
        if 0 < len(found) < len(truths):
            found = [one._replace(holds_ratio=math.nan, holds_growth=math.nan) for one in found]
        seen.append(Seen(world, len(truths), tuple(found), len(left)))
    return seen


def _compare(world: World, one: Changepoint, at: int, sign: float) -> Found:
    is_growth = world.kind == "growth_change"
    middle = max(one.index + RATIO_MIDDLE - at, 0.0)
    ratio = math.exp(sign * (GROWTH_CHANGE * middle / 12 if is_growth else math.log(2)))
    growth = sign * GROWTH_CHANGE if is_growth else 0.0
    return Found(
        abs(one.index - at),
        one.interval[0] <= at <= one.interval[1],
        one.rate_ratio_interval[0] <= ratio <= one.rate_ratio_interval[1],
        one.growth_change_interval[0] <= growth <= one.growth_change_interval[1],
    )


def print_kind(kind: str, seen: Sequence[Seen]) -> None:
    """One line for all series of a kind, and one for each level and scatter."""
    parts: dict[str, list[Seen]] = {"all": list(seen)}
    for one in seen:
        parts.setdefault(f"level {one.world.level:g}", []).append(one)
    for one in seen:
        parts.setdefault(one.world.scatter, []).append(one)
    for name, part in parts.items():
        found, changes = [hit for one in part for hit in one.found], sum(one.changes for one in part)
        false = sum(one.false for one in part)
        line = f"    {kind:<14} {name:<16}"
        if changes:
            line += f" found {len(found) / changes:.3f} of {changes}"
        if found:
            errors, *held = np.array(found, dtype=float).T
            line += f", median error {np.median(errors):g} months, 90 % within {np.quantile(errors, 0.9):g}, "
            line += "intervals hold date {:.3f}, ratio {:.3f}, growth {:.3f};".format(*map(_mean, held))
        print(f"{line} {false} false in {len(part)} series: {false / len(part):.4f} "
              f"(upper 95 % limit {upper_limit(false, len(part)):.4f})", flush=True)  # fmt: skip


def _mean(row: np.ndarray) -> float:
    known = row[~np.isnan(row)]
    return float(known.mean()) if len(known) else math.nan


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=20, help="series of each of the twenty worlds of a kind")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    for kind in KINDS:
        jobs = [(world, chosen.series, chosen.seed) for world in grid([kind])]
        print_kind(kind, run_all(jobs, look_at_world, chosen.workers))


if __name__ == "__main__":
    main()
