"""Rules of stopping on the same simulated screens: how many reach recall 0.95, and how much work they save.

    python -m tests.benchmarks.screening.stopping FOLDER [--part design|judged] [--thinning 0.5 0.6]

FOLDER holds traces (`python -m tests.benchmarks.screening.traces FOLDER`). Beside ours stand the rule of Callaghan &
Mueller-Hansen (2020), written from its description; 50 or 100 irrelevant in a row; QBCB (Lewis, Yang & Frieder 2021).
Ours looks at `look_points`, others after every batch; those that count in a row look after every document. `--thinning`
shows ours with other values, which is how its value was chosen on `design`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import stats

from filingwatch.relevance.queueing import RANKED
from filingwatch.relevance.stopping import StopSettings, find_stop, look_points

TARGET, CONFIDENCE = 0.95, 0.95
# the fewest sampled relevant documents of which all must be found: 0.95 ** 59 < 0.05
QBCB_SAMPLE = 59


@dataclass(frozen=True)
class Trace:
    """One screen: labels in reading order, which of them were chosen by rank, the ends of its batches."""

    key: str
    labels: np.ndarray
    is_ranked: np.ndarray
    ends: list[int]

    @property
    def prevalence(self) -> float:
        return float(self.labels.mean())

    @property
    def sort(self) -> str:
        name = self.key.split("-", 2)[2]
        return "search" if name.startswith("search") else "classes" if name[0] in "gABGHs" else "collection"


def read_traces(folder: Path, part: str) -> list[Trace]:
    """All traces of a part, by name."""
    found = []
    for path in sorted(folder.glob(f"{part}-*.npz")):
        if not path.name.endswith(".part.npz"):
            held = np.load(path)
            labels, is_ranked = held["labels"][held["order"]].astype(bool), np.isin(held["kinds"], RANKED)
            found.append(Trace(path.stem, labels, is_ranked, held["ends"].tolist()))
    return found


def stop_ours(trace: Trace, settings: StopSettings | None = None) -> int:
    looks = look_points(trace.ends[0], len(trace.labels), settings)
    return find_stop(trace.labels, looks, is_ranked=trace.is_ranked, settings=settings)


def stop_callaghan(trace: Trace) -> int:
    """The remainder of every length is taken as a random sample; stop when recall below the target is rejected."""
    total, found = len(trace.labels), np.concatenate([[0], np.cumsum(trace.labels)])
    for end in trace.ends:
        if end >= total or not found[end]:
            continue
        start = np.arange(end)
        seen, before = found[end] - found[start], found[start]
        least = np.floor(found[end] / TARGET + 1e-9) + 1 - before
        left = total - start
        if np.min(stats.hypergeom.cdf(seen, left, np.minimum(least, left), end - start)) < 1 - CONFIDENCE:
            return end
    return total


def stop_in_a_row(trace: Trace, count: int) -> int:
    run, is_found = 0, False
    for place, label in enumerate(trace.labels.tolist()):
        run, is_found = (0, True) if label else (run + 1, is_found)
        if is_found and run >= count:
            return place + 1
    return len(trace.labels)


def stop_qbcb(trace: Trace) -> int:
    """A random sample that holds 59 relevant documents is read first; then the ranking, until it has found them all."""
    total = len(trace.labels)
    drawn = np.random.default_rng(trace.ends[-1]).permutation(total)
    hits = np.flatnonzero(trace.labels[drawn])
    if len(hits) < QBCB_SAMPLE:
        return total
    sample = drawn[: hits[QBCB_SAMPLE - 1] + 1]
    last = int(max(place for place in sample if trace.labels[place]))
    return len(np.union1d(sample, np.arange(last + 1)))


def find_recall(trace: Trace, stop: int) -> float:
    return float(trace.labels[:stop].sum() / trace.labels.sum())


def report(name: str, traces: list[Trace], rule: Callable[[Trace], int]) -> None:
    """One line: reached with an exact interval, work saved (median) at all and at 5 to 20 % relevant, worst recall."""
    stops = [rule(trace) for trace in traces]
    reached = sum(find_recall(trace, stop) >= TARGET for trace, stop in zip(traces, stops, strict=True))
    interval = stats.binomtest(reached, len(traces)).proportion_ci(0.95)
    saved = np.array([1 - stop / len(trace.labels) for trace, stop in zip(traces, stops, strict=True)])
    share = np.array([trace.prevalence for trace in traces])
    middle = (share >= 0.0495) & (share <= 0.2005)
    worst = min(find_recall(trace, stop) for trace, stop in zip(traces, stops, strict=True))
    inside = f"{np.median(saved[middle]):.3f} ({middle.sum()})" if middle.any() else "none"
    print(
        f"{name:32s} reached {reached:3d} of {len(traces)} ({interval.low:.3f} to {interval.high:.3f})  "
        f"saved {np.median(saved):.3f}, at 5 to 20 %: {inside}  worst recall {worst:.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", choices=["design", "judged"], default="judged")
    parser.add_argument("--thinning", type=float, nargs="*", default=[])
    given = parser.parse_args()
    traces = read_traces(given.folder, given.part)
    rules: dict[str, Callable[[Trace], int]] = {
        "ours": stop_ours,
        "Callaghan & Mueller-Hansen": stop_callaghan,
        "QBCB": stop_qbcb,
        "50 irrelevant in a row": lambda trace: stop_in_a_row(trace, 50),
        "100 irrelevant in a row": lambda trace: stop_in_a_row(trace, 100),
        "(knowing all labels)": lambda trace: _stop_knowing(trace),
    }
    for thinning in given.thinning:
        settings = StopSettings(thinning=thinning)
        rules[f"ours, thinning {thinning}"] = lambda trace, settings=settings: stop_ours(trace, settings)
    for name, rule in rules.items():
        report(name, traces, rule)
    for sort in ("collection", "classes", "search"):
        held = [trace for trace in traces if trace.sort == sort]
        for name in ("ours", "Callaghan & Mueller-Hansen", "(knowing all labels)") if held else ():
            report(f"{sort}: {name}"[:32], held, rules[name])


def _stop_knowing(trace: Trace) -> int:
    return int(np.searchsorted(np.cumsum(trace.labels), np.ceil(TARGET * trace.labels.sum() - 1e-9))) + 1


if __name__ == "__main__":
    main()
