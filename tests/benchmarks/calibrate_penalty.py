"""How often quiet series show a changepoint, by penalty: the simulation behind `changepoints.calibration.PENALTY`.

    python tests/benchmarks/calibrate_penalty.py [series per cell, default 20] [penalty ...]

Quiet series have one steady growth (0, 8 or 20 % a year), month effects with a December peak (x1.8) and a February dip
(x0.7), levels of 5, 15, 50, 150 and 400 a month at the start, 200 months. They scatter as Poisson, as negative
binomial of size 10, or as that with a correlation of 0.3 between neighbours. A false changepoint counts once a series;
"told" are those that the default alert rule would let through (x1.5 or more, probability 0.95 or more).
"""

from __future__ import annotations

import itertools
import sys

import numpy as np

from filingwatch.changepoints import detect

MONTHS = 200
LEVELS = (5, 15, 50, 150, 400)
GROWTHS = (0.0, 0.08, 0.20)
SCATTERS = ("poisson", "negbin", "correlated")
SIZE = 10
CORRELATION = 0.3


def season() -> np.ndarray:
    """Twelve factors with a December peak and a February dip, of geometric mean 1."""
    factors = np.ones(12)
    factors[1], factors[11] = 0.7, 1.8
    return factors / np.exp(np.log(factors).mean())


def quiet_series(
    rng: np.random.Generator, level: float, growth: float, scatter: str, months: int = MONTHS
) -> np.ndarray:
    """Counts of one quiet series, starting in a January."""
    time = np.arange(months)
    mean = level * (1 + growth) ** (time / 12) * season()[time % 12]
    if scatter == "negbin":
        mean = mean * rng.gamma(SIZE, 1 / SIZE, months)
    elif scatter == "correlated":
        noise = rng.normal(size=months)
        for month in range(1, months):
            noise[month] = CORRELATION * noise[month - 1] + np.sqrt(1 - CORRELATION**2) * noise[month]
        width = np.sqrt(np.log1p(1 / SIZE))
        mean = mean * np.exp(width * noise - width**2 / 2)
    return rng.poisson(mean)


def measure(penalty: float, repeats: int, seed: int = 1) -> dict[str, tuple[float, float, int]]:
    """Share of series with a false changepoint, share with one that would be told, and series, by scatter."""
    found = {}
    for scatter in SCATTERS:
        rng = np.random.default_rng(seed)
        answers = [
            detect(quiet_series(rng, level, growth, scatter), penalty=penalty).changepoints
            for level, growth, _ in itertools.product(LEVELS, GROWTHS, range(repeats))
        ]
        told = [any(p.probability >= 0.95 and abs(np.log(p.rate_ratio)) >= np.log(1.5) for p in a) for a in answers]
        found[scatter] = (float(np.mean([bool(a) for a in answers])), float(np.mean(told)), len(answers))
    return found


def main(arguments: list[str]) -> None:
    repeats = int(arguments[0]) if arguments else 20
    for penalty in [float(text) for text in arguments[1:]] or [7.0, 8.0, 9.0, 10.0]:
        for scatter, (false, told, series) in measure(penalty, repeats).items():
            print(
                f"penalty {penalty:4.1f}  {scatter:10}  false {false:.4f}  told {told:.4f}  of {series} series",
                flush=True,
            )


if __name__ == "__main__":
    main(sys.argv[1:])
