"""A watch of 500 series over five years: events a year that are false, and what share of events is false.

    python -m tests.benchmarks.changepoints.watch500 [--laws at_once mixture] [--series 500] [--changed 0.1]
        [--repeats 1] [--workers 1] [--seed 1]

Two watches, over all levels and scatters of `worlds` at ten years, with looks at the end of every month of the last
five: one quiet, one of which a share is changed (doublings and halvings by turns, dates spread over three years). A
watch announces at the threshold of `calibration.rate_for_watch` for its number of series. Announcements are right or
false as in `scoring`. They are counted one by one, and as events of `changepoints.grouping`: an event is false when
none of its members is right. The series are independent, so grouping can only join what has nothing in common.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from filingwatch.changepoints import calibration, replay
from filingwatch.changepoints.grouping import group_events
from filingwatch.changepoints.months import first_day, last_day, month_number
from filingwatch.changepoints.tracking import Finding, Tracked
from tests.benchmarks.changepoints.scoring import Announced, announce, judge, upper_limit
from tests.benchmarks.changepoints.sequential import BURN_IN, run_all
from tests.benchmarks.changepoints.worlds import LEVELS, SCATTERS, START, Delay, Kind, World, draw

YEARS = 10
MONITORED_YEARS = YEARS - BURN_IN / 12


class Told(NamedTuple):
    """An announcement of the watch, by whom, and whether it is right."""

    series_id: str
    announced: Announced
    is_right: bool


def replay_part(job: tuple[World, int, int], *, threshold: float) -> list[Told]:
    """What so many series of a world announce at the threshold of their watch."""
    world, number, seed = job
    batch = draw(world, number, seed)
    looks = [last_day(month_number(START) + month) for month in range(BURN_IN, world.months)]
    told = []
    for row in range(number):
        series_id = f"benchmark/cell={world.kind} {world.level:g} {world.scatter} {row}"
        for one in announce(replay(batch.triangle(row), looks=looks), threshold):
            told.append(Told(series_id, one, judge([one], batch.truths(row)).true == 1))
    return told


def list_jobs(law: Delay, series: int, changed: float, seed: int) -> list[tuple[World, int, int]]:
    """Worlds with the number of series of each, so that together they are the watch."""
    settings = [(level, *scatter) for level in LEVELS for scatter in SCATTERS]
    numbers: dict[World, int] = {}
    for at in range(series):
        level, size, correlation = settings[at % len(settings)]
        kind: Kind = (
            "quiet" if at >= round(series * changed) else ("doubling", "halving")[(at + at // len(settings)) % 2]
        )
        world = World(kind, level, size, correlation, law, YEARS)
        numbers[world] = numbers.get(world, 0) + 1
    return [(world, number, seed) for world, number in numbers.items()]


def list_events(told: Sequence[Told]) -> list[bool]:
    """Whether each event has a member that is right."""
    tracked: list[Tracked] = []
    for look in sorted({one.announced.look for one in told}):
        on = last_day(month_number(START) + look)
        fresh = [_track(one, on) for one in told if one.announced.look == look]
        tracked = group_events("benchmark", [*tracked, *fresh], on)
    right = {_name(one): one.is_right for one in told}
    events: dict[str, bool] = {}
    for row in tracked:
        events[row.event_id] = events.get(row.event_id, False) or right[row.changepoint_id]
    return list(events.values())


def _name(one: Told) -> str:
    return f"{one.series_id} {one.announced}"


def _track(one: Told, on: dt.date) -> Tracked:
    month, low, high = (first_day(month_number(START) + at) for at in one.announced[1:4])
    finding = Finding(one.series_id, "careful", month, low, high, one.announced.direction, 2.0, 1.5, 3.0, None, 1.0)
    return Tracked(finding, _name(one), "detected", on, on, True, "", False, "benchmark", ("detected",))


def print_watch(name: str, told: Sequence[Sequence[Told]]) -> None:
    """False and true announcements and events a year, over all repetitions of a watch."""
    years = MONITORED_YEARS * len(told)
    for unit, rights in (
        ("announcements", [one.is_right for watch in told for one in watch]),
        ("events", [right for watch in told for right in list_events(watch)]),
    ):
        false, true = rights.count(False), rights.count(True)
        share = f", {false / len(rights):.3f} of them false" if rights and true else ""
        limit = upper_limit(false, years)
        print(f"    {name} {unit:<13}: {false / years:.2f} false a year (upper 95 % limit {limit:.2f}; "
              f"{false} in {years:g} years), {true / years:.2f} true a year{share}", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--laws", nargs="+", choices=["at_once", "mixture", "pure18", "utility"],
                        default=["at_once", "mixture"])  # fmt: skip
    parser.add_argument("--series", type=int, default=500)
    parser.add_argument("--changed", type=float, default=0.1, help="share of changed series in the second watch")
    parser.add_argument("--repeats", type=int, default=1, help="watches of each sort, with seeds one after the other")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    threshold = calibration.threshold_for(calibration.rate_for_watch(chosen.series))
    print(f"{chosen.series} series, threshold {threshold:.3f}, seed {chosen.seed}", flush=True)
    seeds = range(chosen.seed, chosen.seed + chosen.repeats)
    for law in chosen.laws:
        for name, changed in (("quiet watch,", 0.0), (f"watch with {chosen.changed:.0%} changed,", chosen.changed)):
            watches = []
            for seed in seeds:
                jobs = list_jobs(law, chosen.series, changed, seed)
                watches.append(run_all(jobs, partial(replay_part, threshold=threshold), chosen.workers))
            print(law)
            print_watch(name, watches)


if __name__ == "__main__":
    main()
