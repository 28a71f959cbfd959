"""Looks at the end of every month: what is announced falsely, what is announced late, what is missed.

    python -m tests.benchmarks.changepoints.sequential [--laws at_once mixture pure18 utility] [--quiet 22]
        [--doublings 10] [--others 3] [--workers 1] [--seed 1] [--nowcast] [--rows FILE.jsonl]

Worlds are those of `worlds.grid`: five levels by four scatters, so `--quiet 22` gives 440 quiet series of a law, and
seven monitored years of each make 3,080 series-years. Looks begin after five years of history. Definitions stand in
`scoring`: everything announced in a quiet series is false; a wait runs from the first day of the change to the look.
The threshold is the package's own for a single series; the delay law is learned from the series itself, at every look.

References in the same run, on the same series: an oracle that knows everything but the date (`references`), waiting
until months are complete (the waits of counts known at once, plus the longest delay), and with `--nowcast` the same
detector on C / p of months at least 40 % reported, without telling it of the delay.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from filingwatch.changepoints import calibration, replay
from filingwatch.changepoints.months import last_day, month_number
from tests.benchmarks.changepoints import references
from tests.benchmarks.changepoints.scoring import Judged, judge, list_announced, median, share_within, upper_limit
from tests.benchmarks.changepoints.worlds import START, Batch, Delay, Kind, World, delay_shares, draw, grid

BURN_IN = 60
LAWS: tuple[Delay, ...] = ("at_once", "mixture", "pure18", "utility")
OTHERS: tuple[Kind, ...] = ("halving", "growth_change", "up_and_down", "spike", "two_spike")


@dataclass(frozen=True, slots=True)
class Row:
    """One series: its world, what was announced of it by a method, and the rate of an average month at its change."""

    method: str
    world: World
    waits: tuple[float, ...]
    true: int
    false: int
    is_spike_told: bool
    directions: tuple[str, ...]

    @property
    def years(self) -> float:
        """Monitored years."""
        return (self.world.months - BURN_IN) / 12


def replay_world(job: tuple[World, int, int], *, with_nowcast: bool = False) -> list[Row]:
    """Every series of a world, by our detector and, when asked, by the same on nowcasts."""
    world, number, seed = job
    batch = draw(world, number, seed)
    first = month_number(START)
    looks = [last_day(first + month) for month in range(BURN_IN, world.months)]
    rows = []
    for series in range(number):
        rows.append(_row("filingwatch", batch, series, list_announced(replay(batch.triangle(series), looks=looks))))
        if with_nowcast and world.delay != "at_once":
            told = references.announce_nowcasts(batch, series, range(BURN_IN, world.months))
            rows.append(_row("nowcast, then detect", batch, series, told))
    return rows


def _row(method: str, batch: Batch, series: int, announced: list) -> Row:
    truths = batch.truths(series)
    judged: Judged = judge(announced, truths)
    at = int(batch.changes[series])
    told = "spike" in batch.world.kind and any(one.look >= at and one.touches(at) for one in announced)
    directions = tuple(truth.direction for truth in truths)
    return Row(method, batch.world, judged.waits, judged.true, judged.false, told, directions)


def run_all(jobs: Sequence[tuple[World, int, int]], work: Callable, workers: int) -> list[Row]:
    """The rows of all jobs, in the order of the jobs whatever the number of workers."""
    if workers == 1:
        return [row for job in jobs for row in work(job)]
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        return [row for rows in pool.imap(work, jobs) for row in rows]


def print_false(rows: Sequence[Row]) -> None:
    """False announcements per quiet series-year, together and by level and scatter."""
    quiet = [row for row in rows if row.world.kind == "quiet"]
    for name, part in _parts(quiet):
        count, years = sum(row.false for row in part), sum(row.years for row in part)
        print(f"    quiet {name:<28} {count:>4} false in {years:>6.0f} series-years: {count / years:.4f}  "
              f"upper 95 % limit {upper_limit(count, years):.4f}")  # fmt: skip


def print_waits(rows: Sequence[Row], kind: Kind, *, in_parts: bool = False) -> None:
    """Share announced within 12 and 24 months and median wait, for each change that this kind has."""
    chosen = [row for row in rows if row.world.kind == kind]
    for name, part in _parts(chosen) if in_parts else [("all", chosen)]:
        for word in ("up", "down"):
            waits = [w for row in part for w, way in zip(row.waits, row.directions, strict=True) if way == word]
            if not waits:
                continue
            false = sum(row.false for row in part) / sum(row.years for row in part)
            print(f"    {kind + ', ' + word:<20} {name:<28} {len(waits):>4} changes: {_describe_waits(waits)}; "
                  f"false a series-year {false:.4f}")  # fmt: skip


def print_spikes(rows: Sequence[Row]) -> None:
    """Share of spikes that were announced as a shift, in either direction."""
    for kind in ("spike", "two_spike"):
        part = [row for row in rows if row.world.kind == kind]
        if part:
            told = sum(row.is_spike_told for row in part)
            print(f"    {kind:<20} announced as a shift: {told} of {len(part)} ({told / len(part):.3f})")


def print_law(law: Delay, rows: Sequence[Row]) -> None:
    """All tables of one delay law."""
    for method in dict.fromkeys(row.method for row in rows):
        mine = [row for row in rows if row.method == method]
        print(f"{law}: {method}")
        print_false(mine)
        for kind in ("doubling", *OTHERS[:3]):
            if any(row.world.kind == kind for row in mine):
                print_waits(mine, kind, in_parts=kind == "doubling")
        print_spikes(mine)


def _parts(rows: Sequence[Row]) -> Iterable[tuple[str, list[Row]]]:
    yield "all", list(rows)
    if any(row.world.level == 5 for row in rows):
        yield "level 5", [row for row in rows if row.world.level == 5]
        yield "level 15 and more", [row for row in rows if row.world.level >= 15]
    for level in sorted({row.world.level for row in rows} - {5}):
        yield f"level {level:g}", [row for row in rows if row.world.level == level]
    for scatter in dict.fromkeys(row.world.scatter for row in rows):
        yield scatter, [row for row in rows if row.world.scatter == scatter]


def print_references(law: Delay, chosen: argparse.Namespace, waits_at_once: Sequence[float]) -> None:
    """What the oracle does on the same series, and what waiting for complete months costs."""
    quiet = [draw(world, chosen.quiet, chosen.seed) for world in grid(["quiet"], [law])]
    doubled = [draw(world, chosen.doublings, chosen.seed) for world in grid(["doubling"], [law])]
    for name, least, most in (("all", 0, math.inf), ("level 5", 5, 5), ("level 15 and more", 15, math.inf)):
        some, others = ([one for one in batches if least <= one.world.level <= most] for batches in (quiet, doubled))
        oracle = references.run_oracle(some, others, BURN_IN)
        print(f"{law}: oracle, {name}: {oracle.rate:.4f} false a series-year at threshold {oracle.threshold:.2f}; "
              f"doublings {_describe_waits(oracle.waits)}")  # fmt: skip
    if law != "at_once" and waits_at_once:
        longest = len(delay_shares(law)) - 1
        waits = [wait + longest for wait in waits_at_once]
        print(f"{law}: waiting {longest} months for complete counts: doublings {_describe_waits(waits)}")


def _describe_waits(waits: Sequence[float]) -> str:
    within = ", ".join(f"within {months} months {share_within(waits, months):.3f}" for months in (12, 24))
    return f"{within}, median {median(waits):g}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--laws", nargs="+", choices=LAWS, default=LAWS)
    parser.add_argument("--quiet", type=int, default=22, help="quiet series of each of the twenty worlds")
    parser.add_argument("--doublings", type=int, default=10, help="doublings of each")
    parser.add_argument("--others", type=int, default=3, help="series of each other kind of each")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nowcast", action="store_true", help="the reference that nowcasts first, too")
    parser.add_argument("--rows", type=Path, help="write every series as a line of JSON")
    chosen = parser.parse_args()
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # before workers start
    print(f"threshold {calibration.threshold_for():.3f}; seed {chosen.seed}", flush=True)
    at_once: list[float] = []
    for law in chosen.laws:
        numbers = {"quiet": chosen.quiet, "doubling": chosen.doublings} | dict.fromkeys(OTHERS, chosen.others)
        jobs = [(world, numbers[world.kind], chosen.seed) for world in grid(numbers, [law]) if numbers[world.kind]]
        started = time.perf_counter()
        rows = run_all(jobs, partial(replay_world, with_nowcast=chosen.nowcast), chosen.workers)
        print_law(law, rows)
        if law == "at_once":
            at_once = [wait for row in rows if row.world.kind == "doubling" for wait in row.waits]
        if chosen.quiet and chosen.doublings:
            print_references(law, chosen, at_once)
        print(f"{law}: {len(rows)} replays in {time.perf_counter() - started:.0f} s", flush=True)
        if chosen.rows:
            with chosen.rows.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(_plain(row)) + "\n" for row in rows)


def _plain(row: Row) -> dict:
    return asdict(row) | {"waits": [None if math.isinf(wait) else wait for wait in row.waits]}


if __name__ == "__main__":
    main()
