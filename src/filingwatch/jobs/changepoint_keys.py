"""What a look at a series depends on: the bar of the watch, the method, the series' reports and the law of its delays.

A series is looked at again exactly when the key made of these differs from the key of its last look. Labels, and the
rule by which people are told, are no part of it: they are applied every night.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from filingwatch.changepoints import calibration, delay, detection
from filingwatch.changepoints.replaying import LEAST_EXPOSURE
from filingwatch.jobs.changepoint_series import Monitored

NEWS_DAYS = 45
"""What would have been announced more than so many days before the last look at its series is history."""
NEWS_MONTHS = 36
"""So is a change that lies longer back than this at that look: a night that adds the last bit of evidence for an old
change wakes nobody."""


@dataclass(frozen=True, slots=True)
class Bar:
    """From which evidence on a changepoint is announced, so that the false announcements of the whole watch stay within
    its promise. `rate` is what that allows to each series, in false announcements per quiet series-year."""

    series_count: int
    rate: float
    threshold: float


def bar_for(series_count: int) -> Bar:
    """The bar of a watch of so many series (paper mode is not counted: it announces nothing).

    The number is rounded up to two digits: one series more must not move the bar of a thousand others, or all of them
    would be looked at again.
    """
    step = 10 ** max(len(str(series_count)) - 2, 0)
    counted = -(-series_count // step) * step
    rate = calibration.rate_for_watch(counted)
    return Bar(counted, rate, calibration.threshold_for(rate))


def method_of(bar: Bar) -> dict[str, Any]:
    """The method and all its parameters, as written to ml.model."""
    return {
        "name": detection.NAME,
        "version": detection.VERSION,
        "least_evidence": calibration.FOUND,
        "threshold": bar.threshold,
        "false_announcements_per_series_year": bar.rate,
        "series_counted_for_threshold": bar.series_count,
        "least_exposure": LEAST_EXPOSURE,
        "delay_window_months": delay.WINDOW,
        "delay_strength": delay.STRENGTH,
        "news_days": NEWS_DAYS,
        "news_months": NEWS_MONTHS,
    }


def look_key(series: Monitored, until: dt.date, method: Mapping[str, Any], job_version: int) -> str:
    """Hash of everything that a look at a series, with what was reported until a day, depends on."""
    plain = json.dumps([job_version, dict(method), until.isoformat()], sort_keys=True)
    parts = [plain.encode(), series.fingerprint(until)]
    return hashlib.sha256(b"\x1f".join(parts)).hexdigest()[:32]
