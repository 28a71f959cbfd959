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

PENALTY = 9.0
"""Cost of one changepoint in units of log-likelihood."""
