"""What the detector says: plain records that turn into plain data. No computation."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Verdict = Literal["changed", "no change", "too young to judge", "no data"]
Kind = Literal["level", "growth", "both"]
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Changepoint:
    """One lasting change of the rate.

    `index` is the FIRST period of the new regime (0-based), `period` its name when the start of the series was given,
    `interval` holds 95 % of the likelihood of the date between the neighbouring changepoints (both ends included).

    `kind` says what changes: the level, the yearly growth of the logarithm, or both. `rate_ratio` compares the new
    regime with what the old one would have brought, at the middle of the first twelve judged periods of the new
    regime; its 95 % interval takes the date as known. `growth_change` is the difference of the yearly growth of the
    logarithm (0.1 is about ten points of percent a year), with its 95 % interval. Of real values growth is that of
    the value a year, and the ratio is NaN where the old level is not positive.

    `probability` is S / (1 + S), where S sums, over every date between the neighbours, the likelihood ratio of a change
    at that date against none, times prior odds of one change in twenty years (see `calibration`). It is not the chance
    that a cause exists.

    `evidence` is the log-likelihood that the full model loses without this changepoint, all else fitted anew;
    `firm_evidence` what of it is left without the months that help it most, so that a spike cannot carry a shift.
    `surcharge` is the evidence that an announcement asks of it beyond the threshold (see `monitoring`).
    """

    index: int
    period: str | None
    interval: tuple[int, int]
    period_interval: tuple[str, str] | None
    kind: Kind
    direction: Literal["up", "down"]
    rate_ratio: float
    rate_ratio_interval: Interval
    growth_change: float
    growth_change_interval: Interval
    probability: float
    evidence: float
    firm_evidence: float
    surcharge: float


@dataclass(frozen=True, slots=True)
class Segment:
    """Periods `start` to `stop` (excluded) with one growth. `level` is the fitted count of a full average month at
    the first period, `growth` the yearly growth of its logarithm. Both describe complete reporting."""

    start: int
    stop: int
    level: float
    growth: float


@dataclass(frozen=True, slots=True)
class Method:
    """How the answer was found: enough to find it again.

    `overdispersion` is the a of variance = mean + a * mean^2; `correlation` that of neighbouring months;
    `month_effects` multiply the rate, January first (or by position in the year when no start was given).
    """

    name: str
    version: int
    parameters: Mapping[str, Any]
    overdispersion: float
    correlation: float
    month_effects: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Detection:
    """The answer for one series. `verdict` keeps three kinds of nothing apart.

    "no change" was looked for and not found; "too young to judge" means that too few periods are reported well
    enough; "no data" that there is no value at all. `spikes` are single periods that were set aside as no shift;
    `expected` is the fitted count of each period as far as it can have been reported (NaN where nothing was judged).
    """

    verdict: Verdict
    changepoints: tuple[Changepoint, ...]
    segments: tuple[Segment, ...]
    spikes: tuple[int, ...]
    expected: tuple[float, ...]
    method: Method

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return dataclasses.asdict(self)
