"""Nowcasts of series with a known truth, made from what had been reported by then: coverage, PIT, WIS and bias.

    python -m tests.benchmarks.nowcast [--series 40] [--delay mixture ...]

Series of `tests/benchmarks/changepoints/worlds.py` (quiet and doubling; every level and scatter) are looked at with
the reports of 7, 8, 9 and 10 years. Every month that is not complete is one nowcast. Beside it stands the chain ladder,
known / share, with negative binomial intervals and without anything learned from past errors.

Figures by delay and by how many filings are expected to be missing, then by level and scatter.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import cache

import numpy as np
import polars as pl

from filingwatch.changepoints import scores
from filingwatch.changepoints.delay import Reports, learn_law
from filingwatch.changepoints.months import last_day, month_number
from filingwatch.changepoints.nowcast import Nowcast, chain_ladder, nowcast
from tests.benchmarks.changepoints import worlds

LOOKS = (84, 96, 108, 120)
KINDS = ("quiet", "doubling")
DELAYS = ("mixture", "pure18", "utility")


def measure(world: worlds.World, series_count: int, seed: int = 1) -> Iterator[pl.DataFrame]:
    """One row for every nowcast."""
    rng = np.random.default_rng(seed)
    batch = worlds.draw(world, series_count, seed)
    first = month_number(worlds.START)
    for row in range(series_count):
        reports = Reports.from_frame(batch.triangle(row))
        law_at = cache(lambda day, reports=reports: learn_law(reports, day))
        for look in LOOKS:
            said = nowcast(reports, last_day(first + look - 1), law_at)
            truth = batch.counts[row, said.months - first].astype(float)
            yield _judge(world, look, first, said, truth, rng)


def _judge(
    world: worlds.World, look: int, first: int, said: Nowcast, truth: np.ndarray, rng: np.random.Generator
) -> pl.DataFrame:
    ladder = chain_ladder(said)
    quantiles = said.quantiles(scores.LEVELS)
    inside = {
        f"within_{chance}": (quantiles[low] <= truth) & (truth <= quantiles[-1 - low])
        for chance, low in ((50, 6), (90, 2), (95, 1))
    }
    return pl.DataFrame(
        {
            "delay": world.delay,
            "kind": world.kind,
            "level": world.level,
            "scatter": world.scatter,
            "age": look - 1 - (said.months - first),
            "missing": said.missing,
            "mean": said.mean,
            "truth": truth,
            "pit": scores.randomised_pit(*said.chances(truth), rng),
            "wis": scores.weighted_interval_score(quantiles, truth),
            "wis_ladder": scores.weighted_interval_score(ladder.quantiles(scores.LEVELS), truth),
            **inside,
        }
    )


def summarise(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Figures of each group."""
    return pl.DataFrame(
        [
            dict(zip(by, names, strict=True))
            | {"nowcasts": len(part)}
            | {f"within_{chance}": round(float(part[f"within_{chance}"].mean()), 3) for chance in (50, 90, 95)}
            | {
                "pit_distance": round(scores.pit_distance(part["pit"].to_numpy()), 3),
                "bias": round(scores.relative_bias(part["mean"].to_numpy(), part["truth"].to_numpy()), 3),
                "wis": round(float(part["wis"].mean()), 2),
                "wis_ladder": round(float(part["wis_ladder"].mean()), 2),
            }
            for names, part in sorted(rows.partition_by(by, as_dict=True).items())
        ]
    )


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--series", type=int, default=40)
    asked.add_argument("--delay", nargs="*", default=DELAYS)
    asked.add_argument("--kind", nargs="*", default=KINDS)
    options = asked.parse_args()
    settings = worlds.grid(options.kind, options.delay)
    rows = pl.concat([frame for world in settings for frame in measure(world, options.series)])
    missing = pl.col("missing")
    size = pl.when(missing < 1).then(pl.lit("0-1")).when(missing < 5).then(pl.lit("1-5")).otherwise(pl.lit("5-20"))
    size = pl.when(missing < 20).then(size).when(missing < 100).then(pl.lit("20-100")).otherwise(pl.lit("more"))
    rows = rows.with_columns(expected_missing=size)
    large = rows.filter(pl.col("missing") >= 5)
    with pl.Config(tbl_rows=200, tbl_cols=20, tbl_width_chars=180, tbl_hide_dataframe_shape=True):
        print(summarise(rows, ["kind", "delay", "expected_missing"]))
        print(summarise(large, ["kind", "delay", "level", "scatter"]))
        print(summarise(large, ["kind"]), summarise(rows.filter(pl.col("missing") < 5), ["kind"]))


if __name__ == "__main__":
    main()
