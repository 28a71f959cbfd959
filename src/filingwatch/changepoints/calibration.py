"""The penalty of a changepoint, with the history of its number. See tests/benchmarks/calibrate_penalty.py."""

PENALTY = 9.0
"""Cost of one changepoint in units of log-likelihood."""
