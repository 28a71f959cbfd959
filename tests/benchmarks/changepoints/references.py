"""What a method can reach that knows everything but the date, and what simpler ways reach.

The oracle is a CUSUM of likelihood ratios: rate, month effects, growth, scatter, the delay and the size of the change
are known to it; correlation of neighbouring months is not used. Its threshold is the lowest at which the quiet series
of the same run raise at most 0.02 alarms a series-year.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import xlogy

from filingwatch.changepoints import calibration, detect, monitoring
from tests.benchmarks.changepoints.scoring import Announced
from tests.benchmarks.changepoints.worlds import START, Batch, Floats, delay_shares

FALSE_A_YEAR = 0.02
LEAST_REPORTED = 0.4


class Oracle(NamedTuple):
    """Its threshold, false alarms per quiet series-year at it, and the waits of doublings (see `scoring.Judged`)."""

    threshold: float
    rate: float
    waits: list[float]


def run_oracle(quiet: Sequence[Batch], doubled: Sequence[Batch], burn_in: int) -> Oracle:
    """The oracle with the threshold that the quiet series give it, on the doublings."""
    years = sum(len(batch.counts) * (batch.world.months - burn_in) / 12 for batch in quiet)
    statistics = [likelihood_ratios(batch, burn_in) for batch in quiet]
    low, high = 0.0, 30.0
    for _ in range(20):
        middle = (low + high) / 2
        alarms = sum(len(_alarms(path, middle, burn_in)) for batch in statistics for path in batch)
        low, high = (middle, high) if alarms > FALSE_A_YEAR * years else (low, middle)
    rate = sum(len(_alarms(path, high, burn_in)) for batch in statistics for path in batch) / years
    waits = []
    for batch in doubled:
        for path, change in zip(likelihood_ratios(batch, burn_in), batch.changes, strict=True):
            after = [look for look in _alarms(path, high, burn_in) if look >= change]
            waits.append(after[0] - change + 1.0 if after else np.inf)
    return Oracle(high, rate, waits)


def likelihood_ratios(batch: Batch, burn_in: int) -> Floats:
    """Log-likelihood ratio of a doubling since month c at each look: series by looks by c; -inf for later months."""
    world = batch.world
    months = world.months
    quiet = batch.rates.copy()
    if world.kind == "doubling":
        quiet = quiet / np.where(np.arange(months) >= batch.changes[:, None], 2.0, 1.0)
    shares = np.cumsum(delay_shares(world.delay))
    known = np.cumsum(batch.reports, axis=2)
    ratios = np.full((len(quiet), months - burn_in, months), -np.inf)
    for look in range(burn_in, months):
        month = np.arange(look + 1)
        age = np.minimum(look - month, len(shares) - 1)
        gained = _gain(known[:, month, age], quiet[:, : look + 1] * shares[age], world.size)
        ratios[:, look - burn_in, : look + 1] = gained[:, ::-1].cumsum(axis=1)[:, ::-1]
    return ratios


def _gain(count: np.ndarray, mean: Floats, size: float | None) -> Floats:
    """Log-likelihood of a count under twice the mean, less that under the mean."""
    if size is None:
        return xlogy(count, 2.0) - mean
    return xlogy(count, 2.0) - (count + size) * np.log((2 * mean + size) / (mean + size))


def _alarms(path: Floats, threshold: float, burn_in: int) -> list[int]:
    """Looks that raise an alarm; after one only changes after that look count."""
    alarms, since = [], 0
    for look, row in enumerate(path, start=burn_in):
        if row[since : look + 1].max(initial=-np.inf) > threshold:
            alarms.append(look)
            since = look + 1
    return alarms


def announce_nowcasts(batch: Batch, series: int, looks: Iterable[int]) -> list[Announced]:
    """What our detector announces of the nowcast C / p, with the true p, of months at least 40 % reported.

    It is told nothing of the delay: the nowcast stands as if it were a count.
    """
    shares = np.cumsum(delay_shares(batch.world.delay))
    known = np.cumsum(batch.reports[series], axis=1)
    threshold = calibration.threshold_for()
    told: list[Announced] = []
    for look in looks:
        month = np.arange(look + 1)
        age = np.minimum(look - month, len(shares) - 1)
        enough = month[shares[age] >= LEAST_REPORTED]
        nowcast = np.round(known[enough, age[enough]] / shares[age[enough]])
        sure = [
            Announced(look, one.index, *one.interval, one.direction)
            for one in detect(nowcast, start=START).changepoints
            if monitoring.is_announced(one, threshold)
        ]
        told += [one for one in sure if not any(one.is_same(before) for before in told)]
    return told
