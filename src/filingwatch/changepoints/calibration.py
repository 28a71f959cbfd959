"""How much evidence is enough: thresholds with the history of their numbers, found by simulation.

Evidence is log-likelihood (see `records.Changepoint`). tests/benchmarks/calibrate_threshold.py measures the tables
here; worlds are those of tests/benchmarks/changepoints/worlds.py, where a quiet series is specified.
"""

from __future__ import annotations

import numpy as np

ONE_LOOK = 7.5
"""Evidence that a single look asks of a changepoint: some two in a hundred quiet series of twelve years show one."""
FOUND = 6.0
"""Evidence from which a nightly look holds on to a changepoint; it is announced with more (see `threshold_for`)."""
SEARCHED = 0.5
"""The search proposes what its own, coarser likelihood gives this share of the evidence asked for."""
PRIOR = 7.0
"""Minus the log prior odds of a change at a given month: one in twenty years, and e^1.5 for the size it may have."""

FALSE_EVENTS_A_YEAR = 1.0
"""What a quiet watch of any size is allowed."""
MOST_RATE = 0.0185
"""False announcements per quiet series-year that a single series is allowed."""


def rate_for_watch(series_count: int) -> float:
    """False announcements per quiet series-year that each of so many series watched together may have."""
    return min(MOST_RATE, FALSE_EVENTS_A_YEAR / max(series_count, 1))


_THRESHOLDS = np.array([6.0, 6.5, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0])
_FALSE_A_YEAR = np.array([0.0254, 0.0188, 0.0153, 0.0081, 0.0051, 0.0032, 0.0020, 0.0010])
"""False announcements per quiet series-year at these thresholds of evidence, under looks at every new month: 760 quiet
series in 5,320 years, counts known at once (seeds 7 and 11)."""


def threshold_for(rate: float = MOST_RATE) -> float:
    """Evidence from which a changepoint is announced, so that monthly looks at a quiet series raise so many a year.

    Between the simulated thresholds the logarithm of the rate is a straight line, above them the last one goes on;
    below them nothing is promised.
    """
    logs = np.log(_FALSE_A_YEAR)
    if rate < _FALSE_A_YEAR[-1]:
        slope = (_THRESHOLDS[-1] - _THRESHOLDS[-2]) / (logs[-1] - logs[-2])
        return float(_THRESHOLDS[-1] + slope * (np.log(rate) - logs[-1]))
    return float(np.interp(np.log(rate), logs[::-1], _THRESHOLDS[::-1]))
