"""What a peer finds in each row of a matrix of monthly counts; runs in the peers' own environment.

    python find_changes.py PEER series.npy answer.json [LENGTH ...]

With lengths, each row is looked at anew at each length, as far as it goes then, and the answer holds a list of the
lengths for each row.

Every peer is given log(1 + count), because none knows counts. Peers without a season get it less the mean of each
month of the year after a straight line (its cost is not counted), divided by the noise that first differences show
(1.4826 * median of their absolute deviations / sqrt 2), for which most assume 1. Penalties: ruptures has no default,
so the BIC of a mean per segment, 2 * log(n); skchange its own default; Rbeast, with its season of twelve months,
those of its changepoints that have at least even odds. `changepoints/peers.py` calls this and says what the answer
holds.
"""

import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

import numpy as np

Search = Callable[[np.ndarray], list[int]]


def find_with_ruptures(jump: int) -> Search:
    """PELT on means; the last of its breakpoints is the end of the series."""
    import ruptures

    def search(row: np.ndarray) -> list[int]:
        model = ruptures.Pelt(model="l2", jump=jump, min_size=3)
        return model.fit_predict(row[:, None], pen=2 * np.log(len(row)))[:-1]

    return search


def find_with_skchange() -> Search:
    """PELT on straight lines."""
    from skchange.detectors import PELT
    from skchange.interval_scorers import LinearTrendCost

    def search(row: np.ndarray) -> list[int]:
        detector = PELT(LinearTrendCost())
        return detector.fit(row[:, None]).predict(row[:, None]).tolist()

    return search


def find_with_rbeast() -> Search:
    """Bayesian averaging over trends and seasons; its periods count from 1."""
    import Rbeast

    def search(row: np.ndarray) -> list[int]:
        answer = Rbeast.beast(
            row, start=1, deltat=1, period=12, season="harmonic", mcmc_seed=1, quiet=True, print_param=False,
            print_progress=False, print_warning=False,
        )  # fmt: skip
        return [int(at) - 1 for at, chance in zip(answer.trend.cp, answer.trend.cpPr, strict=True) if chance >= 0.5]

    return search


PEERS: dict[str, tuple[str, Callable[[], Search]]] = {
    "ruptures jump=1": ("ruptures", lambda: find_with_ruptures(1)),
    "ruptures jump=5": ("ruptures", lambda: find_with_ruptures(5)),
    "skchange trend": ("skchange", find_with_skchange),
    "Rbeast": ("Rbeast", find_with_rbeast),
}


def standardise(logs: np.ndarray) -> np.ndarray:
    """Rows without season and with a noise of 1."""
    time = np.arange(logs.shape[1])
    slope = np.polyfit(time, logs.T, 1)
    left = logs - (slope[0][:, None] * time + slope[1][:, None])
    season = np.stack([left[:, month::12].mean(axis=1) for month in range(12)], axis=1)
    logs = logs - season[:, time % 12]
    steps = np.diff(logs, axis=1)
    spread = np.median(np.abs(steps - np.median(steps, axis=1, keepdims=True)), axis=1, keepdims=True)
    return logs / np.maximum(1.4826 * spread / np.sqrt(2), 1e-9)


def main(peer: str, given: str, answered: str, *lengths: str) -> None:
    package, prepare = PEERS[peer]
    counts = np.load(given)
    views = [_prepared(package, counts[:, : int(length)]) for length in lengths or [str(counts.shape[1])]]
    search = prepare()
    search(views[0][0])  # compiles what is compiled
    started = time.process_time()
    changes = [[search(view[row]) for view in views] for row in range(len(counts))]
    seconds = time.process_time() - started
    answer = {
        "changes": changes if lengths else [looks[0] for looks in changes],
        "cpu_seconds": seconds,
        "name": f"{peer} ({package} {version(package)})",
    }
    with open(answered, "w", encoding="utf-8") as file:  # noqa: PTH123 - as plain as a peer's environment
        json.dump(answer, file)


def _prepared(package: str, counts: np.ndarray) -> np.ndarray:
    logs = np.log1p(counts)
    return logs if package == "Rbeast" else standardise(logs)


if __name__ == "__main__":
    main(*sys.argv[1:])
