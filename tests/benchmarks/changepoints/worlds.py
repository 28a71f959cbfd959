"""Monthly counts with a known truth, and the reports by which they become known: the published generator.

A world is one setting; `draw` makes any number of series of it, the same ones for the same seed.

Rate of month t (t = 0 is a January), before noise:

    level * (1 + growth) ** (t / 12) * season[t % 12] * change

    level        expected count of an average month (geometric mean of the season) at the START: 5, 15, 50, 150, 400
    growth       a year, drawn for each series evenly between 0 and 20 %
    season       December x1.8, February x0.7, the other months alike; scaled to a geometric mean of 1
    change       what the kind says, from month c on; c is drawn evenly from the years 6 to 9 (months 72 to 107)
      quiet          nothing
      doubling       x2
      halving        x0.5
      growth_change  exp(+-0.4 * years since c): the yearly growth of the logarithm rises or falls by 0.4, sign by coin
      up_and_down    x2 for 24 months, then as before: two changes
      spike          x4 in month c alone: no change
      two_spike      x4 in months c and c + 1: no change

Scatter: a count is Poisson given rate * noise. The noise has mean 1 and is a gamma of shape `size` (10; then the
count is negative binomial of that size, its variance mean + mean^2 / size) or 1 (`size` None: Poisson). Neighbouring
months correlate through a Gaussian copula: z is a stationary Gaussian AR(1) of variance 1 and lag-one correlation
`correlation` (0, 0.2, 0.4), and the noise is the gamma quantile of Phi(z). So each month is exactly the same negative
binomial whatever the correlation, and the logarithm of the rate follows z nearly in a straight line. Poisson is
without correlation.

Delay: filings are spread evenly over their month (of 30.4375 days) and reported so many days later:

    at_once   0: all known on the last day of their month
    mixture   half after 183 +- 45 days, half after 548 +- 15 days (6 and 18 months), evenly in these ranges
    pure18    548 +- 15 days
    utility   213 to 426 days (utility models, 7 to 14 months), evenly

The months of a report are multinomial with the exact probabilities of that. Reports are dated to the last day of
their month, which is what looks at the end of each month can see.

How often something is announced, and when that is right, belongs to `sequential`.
"""

from __future__ import annotations

import datetime as dt
import itertools
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtr

Kind = Literal["quiet", "doubling", "halving", "growth_change", "up_and_down", "spike", "two_spike"]
Delay = Literal["at_once", "mixture", "pure18", "utility"]
Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

START = dt.date(2005, 1, 1)
YEARS = 12
LEVELS = (5, 15, 50, 150, 400)
SCATTERS: tuple[tuple[float | None, float], ...] = ((None, 0.0), (10, 0.0), (10, 0.2), (10, 0.4))
"""Size of the negative binomial (None: Poisson) and correlation of neighbouring months."""
MOST_GROWTH = 0.20
CHANGE_MONTHS = (72, 108)
GROWTH_CHANGE = 0.4
UP_MONTHS = 24
SPIKE_FACTOR = 4.0
_DAYS_OF_DELAY: dict[Delay, tuple[tuple[int, int], ...]] = {
    "at_once": (),
    "mixture": ((183 - 45, 183 + 45), (548 - 15, 548 + 15)),
    "pure18": ((548 - 15, 548 + 15),),
    "utility": ((213, 426),),
}
_MONTH_DAYS = 30.4375


class Truth(NamedTuple):
    """A lasting change: the first month of the new regime, and whether the rate rises or falls by it."""

    index: int
    direction: Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class World:
    """One setting; `size` None is Poisson. See the module for the meaning of each."""

    kind: Kind = "quiet"
    level: float = 50
    size: float | None = 10
    correlation: float = 0.0
    delay: Delay = "at_once"
    years: int = YEARS

    @property
    def scatter(self) -> str:
        """The scatter as a word, such as `negbin 10, 0.4`."""
        return "poisson" if self.size is None else f"negbin {self.size:g}, {self.correlation:g}"

    @property
    def months(self) -> int:
        """Length of its series."""
        return 12 * self.years


@dataclass(frozen=True, slots=True)
class Batch:
    """Series of one world: rows are series, columns months.

    `rates` are expected counts before noise. `reports[s, t, d]` are the filings of month t that become known by the
    end of month t + d. `changes` has the month c, also for kinds where nothing lasting changes.
    """

    world: World
    rates: Floats
    counts: Counts
    reports: Counts
    changes: Counts
    signs: Counts

    def truths(self, row: int) -> tuple[Truth, ...]:
        """The lasting changes of one series; a spike is none."""
        at, sign = int(self.changes[row]), self.signs[row]
        if self.world.kind == "up_and_down":
            return Truth(at, "up"), Truth(at + UP_MONTHS, "down")
        if self.world.kind in ("doubling", "halving", "growth_change"):
            return (Truth(at, "up" if sign > 0 else "down"),)
        return ()

    def triangle(self, row: int) -> pl.DataFrame:
        """Columns reference_month, report_date and count, for `changepoints.replay`; no rows for counts of 0."""
        month, delay = np.nonzero(self.reports[row])
        first = np.datetime64(START, "M")
        return pl.DataFrame(
            {
                "reference_month": (first + month).astype("datetime64[D]"),
                "report_date": (first + month + delay + 1).astype("datetime64[D]") - 1,
                "count": self.reports[row, month, delay],
            }
        )


def draw(world: World, series_count: int, seed: int = 1) -> Batch:
    """So many series of a world; each depends on the world, the number of series and the seed alone."""
    rng = np.random.default_rng([seed, zlib.crc32(repr(world).encode())])
    changes = rng.integers(*CHANGE_MONTHS, series_count)
    growth = rng.uniform(0, MOST_GROWTH, series_count)
    coin = rng.choice([-1, 1], series_count)
    signs = {"halving": -np.ones_like(coin), "growth_change": coin}.get(world.kind, np.ones_like(coin))
    time = np.arange(world.months)
    rates = world.level * (1 + growth[:, None]) ** (time / 12) * season()[time % 12]
    rates = rates * _change(world.kind, time - changes[:, None], signs[:, None])
    counts = rng.poisson(rates * _noise(rng, world, rates.shape))
    return Batch(world, rates, counts, rng.multinomial(counts, delay_shares(world.delay)), changes, signs)


def grid(
    kinds: Iterable[Kind],
    delays: Iterable[Delay] = ("at_once",),
    levels: Iterable[float] = LEVELS,
    scatters: Iterable[tuple[float | None, float]] = SCATTERS,
) -> list[World]:
    """Every combination; with the defaults twenty worlds of a kind."""
    return [
        World(kind, level, size, correlation, delay)
        for kind, delay, level, (size, correlation) in itertools.product(kinds, delays, levels, scatters)
    ]


def season() -> Floats:
    """Twelve factors with a December peak and a February dip, of geometric mean 1."""
    factors = np.ones(12)
    factors[1], factors[11] = 0.7, 1.8
    return factors / np.exp(np.log(factors).mean())


def delay_shares(delay: Delay) -> Floats:
    """Share of a month's filings that is reported 0, 1, 2, ... months after it; sums to 1."""
    shares = np.zeros(25)
    ranges = _DAYS_OF_DELAY[delay]
    if not ranges:
        return np.ones(1)
    for low, high in ranges:
        months = np.arange(low, high + 1) / _MONTH_DAYS
        whole = months.astype(int)
        # of filings spread evenly over a month those of its last part are reported a calendar month later
        for at, part in ((whole, 1 - (months - whole)), (whole + 1, months - whole)):
            np.add.at(shares, at, part / len(months) / len(ranges))
    return np.trim_zeros(shares, "b")


def _change(kind: Kind, since: Counts, signs: Counts) -> Floats:
    """Factor of the rate by months since c."""
    after = since >= 0
    if kind in ("doubling", "halving"):
        return np.where(after, 2.0**signs, 1.0)
    if kind == "growth_change":
        return np.exp(signs * GROWTH_CHANGE * np.maximum(since, 0) / 12)
    if kind == "up_and_down":
        return np.where(after & (since < UP_MONTHS), 2.0, 1.0)
    lasting = {"quiet": 0, "spike": 1, "two_spike": 2}[kind]
    return np.where(after & (since < lasting), SPIKE_FACTOR, 1.0)


def _noise(rng: np.random.Generator, world: World, shape: tuple[int, int]) -> Floats:
    if world.size is None:
        if world.correlation:
            raise ValueError("a Poisson world has no noise that could correlate")
        return np.ones(shape)
    latent = rng.normal(size=shape)
    for month in range(1, shape[1]):
        fresh = np.sqrt(1 - world.correlation**2) * latent[:, month]
        latent[:, month] = world.correlation * latent[:, month - 1] + fresh
    return gammaincinv(world.size, ndtr(latent)) / world.size
