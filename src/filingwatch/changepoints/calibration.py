"""The penalty of a changepoint, with the history of its number; tests/benchmarks/calibrate_penalty.py measures it.

False changepoints per quiet series of 200 months, looked at once (the script says what a quiet series is; 600 series
a cell, seed 1, method version 1):

    penalty   Poisson   negative binomial 10   the same, correlation 0.3
       7.0     0.015           0.022                  0.095
       8.0     0.008           0.003                  0.057
       9.0     0.002           0.000                  0.027

Of those at 9.0, the default alert rule would have told 0, 0 and 0.012: correlation is allowed for only in part.
Chosen for looks that are repeated every month,
which multiply false alarms; a threshold that is calibrated for them takes its place later.
"""

import math

PENALTY = 9.0
"""Cost of one changepoint in units of log-likelihood."""


FALSE_EVENTS_A_YEAR = 1.0
"""What a quiet watch of any size is allowed."""
MOST_RATE = 0.015
"""False announcements per quiet series-year that a single series is allowed."""


def rate_for_watch(series_count: int) -> float:
    """False announcements per quiet series-year that each of so many series watched together may have."""
    return min(MOST_RATE, FALSE_EVENTS_A_YEAR / max(series_count, 1))


def threshold_for(rate: float = MOST_RATE) -> float:
    """Evidence from which a changepoint is announced, so that monthly looks at a quiet series raise so many a year."""
    return PENALTY + math.log(MOST_RATE / rate)
