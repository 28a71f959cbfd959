"""The full likelihood against known ones: negative binomial counts, normal errors, and the errors it states."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammaln
from scipy.stats import nbinom

from filingwatch.changepoints import full_model, likelihood

FREE = np.array([1e-9])


def one_column(counts: np.ndarray, level: float, variance: float, correlation: float) -> float:
    """Log-likelihood of a given level: its column is held at 0 by its prior."""
    periods = len(counts)
    value, _, _ = likelihood.log_likelihood(
        counts, np.full(periods, level), np.ones(periods), np.ones((periods, 1)), np.array([1e9]), np.zeros(1),
        variance, correlation,
    )  # fmt: skip
    return value - gammaln(counts + 1).sum()


@pytest.mark.parametrize("mean", [3.0, 50.0, 400.0])
@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
def test_without_correlation_it_is_the_negative_binomial(mean: float, factor: float) -> None:
    """Laplace and the cube stay within a log-likelihood of 1 in 40 months of the exact one, also far from the truth."""
    counts = np.random.default_rng(0).negative_binomial(10, 10 / (10 + mean), 40).astype(float)
    exact = nbinom.logpmf(counts, 10, 10 / (10 + mean * factor)).sum()
    assert one_column(counts, np.log(mean * factor), 0.1, 0.0) == pytest.approx(exact, abs=1.0)


def test_it_finds_the_same_top_from_anywhere() -> None:
    """Where the climb begins does not matter."""
    rng = np.random.default_rng(1)
    counts = rng.negative_binomial(10, 10 / 410, 100).astype(float)
    columns = np.column_stack([np.ones(100), np.arange(100) / 100])
    tops = [
        likelihood.log_likelihood(
            counts, np.zeros(100), np.ones(100), columns, np.array([1e-4, 1.0]), np.array([start, 0.0]), 0.1, 0.4
        )[0]
        for start in (0.0, 4.0, 6.0, 9.0)
    ]
    assert np.ptp(tops) < 1e-3


def test_correlated_months_tell_less_of_a_shift() -> None:
    """The same shift has less evidence where neighbours are taken to correlate."""
    rng = np.random.default_rng(2)
    counts = rng.negative_binomial(10, 10 / (10 + np.repeat([30.0, 60.0], [60, 12]))).astype(float)
    columns = np.column_stack([np.ones(72), np.arange(72) >= 60]).astype(float)

    def gain(correlation: float) -> float:
        values = [
            likelihood.log_likelihood(
                counts, np.zeros(72), np.ones(72), columns[:, :width], np.full(width, 1e-4), np.zeros(width), 0.1,
                correlation,
            )[0]
            for width in (2, 1)
        ]  # fmt: skip
        return values[0] - values[1]

    assert gain(0.0) > 1.5 * gain(0.4) > 0


def test_stated_errors_are_true() -> None:
    """Over many draws an estimated step scatters as its information says."""
    rng = np.random.default_rng(3)
    rate = np.repeat([20.0, 30.0], 30)
    columns = np.column_stack([np.ones(60), np.arange(60) >= 30]).astype(float)
    steps, errors = [], []
    for _ in range(200):
        counts = rng.negative_binomial(10, 10 / (10 + rate)).astype(float)
        _, found, information = likelihood.log_likelihood(
            counts, np.zeros(60), np.ones(60), columns, np.full(2, 1e-6), np.zeros(2), 0.1, 0.0
        )
        steps.append(found[1])
        errors.append(np.sqrt(np.linalg.inv(information)[1, 1]))
    assert np.mean(steps) == pytest.approx(np.log(1.5), abs=0.02)
    assert np.std(steps) == pytest.approx(np.mean(errors), rel=0.15)


def test_normal_errors_may_correlate_across_gaps() -> None:
    """The likelihood of real values is the normal one with the covariance of an autoregression, gaps included."""
    rng = np.random.default_rng(4)
    values = rng.normal(size=12)
    used = np.ones(12)
    used[[3, 4, 8]] = 0
    kept = np.flatnonzero(used)
    columns = np.ones((12, 1))

    def best(correlation: float) -> float:
        covariance = correlation ** np.abs(kept[:, None] - kept)
        inverse = np.linalg.inv(covariance)
        level = inverse.sum(axis=0) @ values[kept] / inverse.sum()
        left = values[kept] - level
        return float(left @ inverse @ left) / (len(kept) - 1)

    for correlation in (0.0, 0.6):
        _, _, _, variance = likelihood.normal_log_likelihood(values, used, columns, FREE, correlation)
        assert variance == pytest.approx(best(correlation), rel=1e-6)


def test_the_error_of_the_law_is_shared_by_young_months() -> None:
    """The columns of the law's error give every month its variance, and two months that of the older."""
    doubt = np.array([0.0, 0.0, 0.02, 0.05, 0.1, 0.4])
    columns = np.column_stack(full_model.law_columns(doubt, np.ones(6, dtype=bool)))
    covariance = columns @ columns.T
    assert np.diag(covariance) == pytest.approx(doubt**2, rel=0.6, abs=1e-3)
    assert covariance[3, 5] == pytest.approx(doubt[3] ** 2, rel=0.5)
    assert np.all(np.diff(np.diag(covariance)) >= -1e-12)
