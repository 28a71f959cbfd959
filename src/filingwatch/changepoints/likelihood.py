"""The full likelihood of a series with given changepoints: negative binomial counts whose neighbours correlate.

A count is Poisson with mean exposure * exp(columns @ coefficients) * g, where g is a gamma variable of mean 1 and
variance `variance`, so that a count alone is negative binomial. Behind the g of the months stands a first-order
autoregression z of correlation `correlation` and variance 1; g is the gamma quantile of z's place, by Wilson and
Hilferty's cube, (1 - variance / 9 + z * sqrt(variance) / 3) ** 3. The integral over z is taken by Laplace's
approximation; coefficients are held by a normal prior. Real values have normal errors of the same correlation. How the
columns come about belongs to `full_model`.

Sources: Laplace's approximation for latent Gaussian models (Rue, Martino and Chopin 2009); Wilson and Hilferty (1931);
correlation of counts mistaken for shifts (Lund et al. 2023).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from filingwatch.changepoints.model import Array

LEAST_REAL_VARIANCE = 1e-4
"""Of real values in units of the spread of their series: a hundredth of it is noise to everybody."""
_ROUNDS = 40
_CLOSE = 1e-5
_LEAST_CURVATURE = 1e-13
_LONG = 100


def log_likelihood(
    counts: Array,
    offset: Array,
    used: Array,
    columns: Array,
    precision: Array,
    start: Array,
    variance: float,
    correlation: float,
) -> tuple[float, Array, Array]:
    """Highest penalised log-likelihood, its coefficients and their information (the inverse of their covariance).

    `offset` is the logarithm of the exposure, `used` 1 where a period is judged and 0 elsewhere, `columns` has one row
    a period, `precision` one prior precision a column, `start` the coefficients to begin with.
    """  # fmt: skip
    value, coefficients, curvature, _ = _climb(
        counts, offset, used, np.ascontiguousarray(columns), precision, start, variance, correlation
    )
    return value, coefficients, curvature


def score_turns(
    counts: Array,
    offset: Array,
    used: Array,
    columns: Array,
    precision: Array,
    start: Array,
    variance: float,
    correlation: float,
    turn_precision: tuple[float, float],
    periods_per_year: float,
) -> tuple[Array, Array]:
    """What a step, and what a change of growth, at each period would add to the log-likelihood: one step of Newton's
    method from the best fit without it: good for finding where, not for saying how much."""  # fmt: skip
    columns = np.ascontiguousarray(columns)
    _, coefficients, curvature, wander = _climb(counts, offset, used, columns, precision, start, variance, correlation)
    return _scores(
        counts, offset, used, columns, coefficients, np.linalg.inv(curvature), wander, variance, correlation,
        turn_precision[0], turn_precision[1], periods_per_year,
    )  # fmt: skip


def score_normal_turns(
    values: Array, used: Array, columns: Array, precision: Array, correlation: float, periods_per_year: float
) -> tuple[Array, Array]:
    """The same for real values; nothing holds the size of a turn there."""
    size = len(values)
    after = np.arange(size)[:, None] - np.arange(size)[None, :]
    gains = []
    _, _, information, variance = normal_log_likelihood(values, used, columns, precision, correlation)
    white, design = _whiten(values, used, np.ascontiguousarray(columns), correlation)
    inverse = np.linalg.inv(information) / variance
    left = white - design @ (inverse @ (design.T @ white))
    for turn in ((after >= 0).astype(float), np.maximum(after, 0) / periods_per_year):
        _, turned = _whiten(values, used, turn, correlation)
        shared = design.T @ turned
        own = (turned**2).sum(axis=0) - np.einsum("ij,ij->j", shared, inverse @ shared)
        pushed = turned.T @ left
        gains.append(np.where(own > 1e-9 * (1 + (turned**2).sum(axis=0)), pushed**2 / np.maximum(own, 1e-300), 0.0))
    return gains[0] / (2 * variance), gains[1] / (2 * variance)


def normal_log_likelihood(
    values: Array, used: Array, columns: Array, precision: Array, correlation: float
) -> tuple[float, Array, Array, float]:
    """The same for real values with first-order autoregressive normal errors of unknown variance: log-likelihood up to
    a constant, coefficients, their information, and the squares left over a degree of freedom."""
    white, design = _whiten(values, used, np.ascontiguousarray(columns), correlation)
    curvature = design.T @ design
    curvature[np.diag_indices_from(curvature)] += precision
    coefficients = np.linalg.solve(curvature, design.T @ white)
    left = white - design @ coefficients
    free = max(len(white) - len(coefficients), 1.0)
    variance = max(float(left @ left) / free, LEAST_REAL_VARIANCE)
    return -0.5 * free * np.log(variance), coefficients, curvature / variance, variance


@njit(cache=True)
def _whiten(values, used, columns, correlation):
    """Values and columns of the judged periods, freed of the correlation with the judged period before."""
    kept = np.flatnonzero(used > 0)
    white, design = np.empty(len(kept)), np.empty((len(kept), columns.shape[1]))
    for place in range(len(kept)):
        at = kept[place]
        if place == 0:
            white[0], design[0] = values[at], columns[at]
            continue
        before = kept[place - 1]
        shared = correlation ** (at - before)
        scale = 1 / np.sqrt(1 - shared * shared)
        white[place] = (values[at] - shared * values[before]) * scale
        for column in range(columns.shape[1]):
            design[place, column] = (columns[at, column] - shared * columns[before, column]) * scale
    return white, design


@njit(cache=True)
def _value(counts, offset, used, columns, precision, coefficients, wander, variance, correlation):
    """Log density of counts, coefficients and wander (the logarithm of g)."""
    centre, scale = 1 - variance / 9, np.sqrt(variance) / 3
    total = 0.0
    for at in range(len(counts)):
        if used[at] > 0:
            rate = offset[at] + wander[at]
            for column in range(columns.shape[1]):
                rate += columns[at, column] * coefficients[column]
            total += counts[at] * rate - np.exp(min(rate, 50.0))
    for column in range(columns.shape[1]):
        total -= precision[column] * coefficients[column] ** 2 / 2
    if variance > 0:
        inner = 1 / (1 - correlation * correlation)
        before = 0.0
        for at in range(len(wander)):
            latent = (np.exp(wander[at] / 3) - centre) / scale
            total += wander[at] / 3
            total -= latent**2 / 2 if at == 0 else (latent - correlation * before) ** 2 * inner / 2
            before = latent
    return total


@njit(cache=True)
def _climb(counts, offset, used, columns, precision, start, variance, correlation):
    """Newton's method for coefficients and wander together; the wander's part is tridiagonal and eliminated first."""
    size, width = columns.shape
    coefficients, wander = start.copy(), np.zeros(size)
    wanders = variance > 0
    centre, scale = 1 - variance / 9, np.sqrt(max(variance, 1e-12)) / 3
    inner = 1 / (1 - correlation * correlation)
    value = _value(counts, offset, used, columns, precision, coefficients, wander, variance, correlation)
    weight, slope = np.zeros(size), np.zeros(size)
    latent, lever = np.zeros(size), np.zeros(size)
    pivot, ratio = np.ones(size), np.zeros(size)
    curvature = np.zeros((width, width))
    half_log = 0.0
    for _ in range(_ROUNDS):
        for at in range(size):
            weight[at], slope[at] = 0.0, 0.0
            if used[at] > 0:
                rate = offset[at] + wander[at]
                for column in range(width):
                    rate += columns[at, column] * coefficients[column]
                weight[at] = np.exp(min(rate, 50.0))
                slope[at] = counts[at] - weight[at]
            root = np.exp(wander[at] / 3)
            latent[at], lever[at] = (root - centre) / scale, root / (3 * scale)
        solved = np.zeros((size, width + 1))
        half_log = 0.0
        if wanders:
            for at in range(size):
                own = inner * (1.0 if at == 0 or at == size - 1 else 1 + correlation * correlation)
                if size == 1:
                    own = 1.0
                force = own * latent[at]
                if at > 0:
                    force -= correlation * inner * latent[at - 1]
                if at < size - 1:
                    force -= correlation * inner * latent[at + 1]
                held = own * lever[at] ** 2
                # the bend of z in the wander may take from the curvature, but never most of it
                pivot[at] = weight[at] + held + max(force * lever[at] / 3, -0.8 * held)
                beside = 0.0
                if at > 0:
                    beside = -correlation * inner * lever[at] * lever[at - 1]
                    ratio[at] = beside / pivot[at - 1]
                    pivot[at] = max(pivot[at] - ratio[at] * beside, 1e-9)
                half_log += np.log(pivot[at]) / 2
                for column in range(width):
                    solved[at, column] = weight[at] * columns[at, column]
                solved[at, width] = slope[at] - force * lever[at] + 1 / 3
                if at > 0:
                    for column in range(width + 1):
                        solved[at, column] -= ratio[at] * solved[at - 1, column]
            for at in range(size - 1, -1, -1):
                for column in range(width + 1):
                    solved[at, column] /= pivot[at]
                    if at < size - 1:
                        solved[at, column] -= ratio[at + 1] * solved[at + 1, column]
        # curvature of the coefficients with the wander eliminated: X'(W - W T^-1 W)X + prior
        reduced = np.empty((size, width))
        for at in range(size):
            for column in range(width):
                reduced[at, column] = weight[at] * (columns[at, column] - solved[at, column])
        curvature = columns.T @ reduced
        right = np.zeros(width)
        for column in range(width):
            curvature[column, column] += precision[column]
            right[column] = -precision[column] * coefficients[column]
        for at in range(size):
            push = slope[at] - weight[at] * solved[at, width]
            for column in range(width):
                right[column] += columns[at, column] * push
        # beside counts of a million the prior is lost in rounding: what only it held must not be without hold
        floor = _LEAST_CURVATURE * np.max(np.abs(np.diag(curvature)))
        for column in range(width):
            curvature[column, column] += floor
        step = np.linalg.solve(curvature, right)
        drift = np.zeros(size)
        if wanders:
            for at in range(size):
                drift[at] = solved[at, width]
                for column in range(width):
                    drift[at] -= solved[at, column] * step[column]
        share, gain = 1.0, 0.0
        while share > 1e-4:
            tried, moved = coefficients + share * step, wander + share * drift
            reached = _value(counts, offset, used, columns, precision, tried, moved, variance, correlation)
            if reached >= value - 1e-9:
                gain = reached - value
                coefficients, wander, value = tried, moved, reached
                break
            share /= 2
        if share <= 1e-4 or gain < _CLOSE:
            break
    if wanders:
        # log determinants of the precision of z, of dz / d wander, and of what the counts leave unknown
        value += (size - 1) * np.log(inner) / 2 - half_log - size * np.log(3 * scale)
    return value, coefficients, curvature, wander


@njit(cache=True)
def _scores(
    counts, offset, used, columns, coefficients, inverse, wander, variance, correlation, step_precision,
    bend_precision, periods_per_year,
):  # fmt: skip
    size, width = columns.shape
    centre, scale = 1 - variance / 9, np.sqrt(max(variance, 1e-12)) / 3
    inner = 1 / (1 - correlation * correlation)
    weight, slope = np.zeros(size), np.zeros(size)
    latent, lever = np.zeros(size), np.zeros(size)
    for at in range(size):
        if used[at] > 0:
            rate = offset[at] + wander[at]
            for column in range(width):
                rate += columns[at, column] * coefficients[column]
            weight[at] = np.exp(min(rate, 50.0))
            slope[at] = counts[at] - weight[at]
        root = np.exp(wander[at] / 3)
        latent[at], lever[at] = (root - centre) / scale, root / (3 * scale)
    pivot, ratio = np.ones(size), np.zeros(size)
    for at in range(size):
        own = inner * (1.0 if at == 0 or at == size - 1 else 1 + correlation * correlation)
        pivot[at] = weight[at] + own * lever[at] ** 2
        if at > 0:
            beside = -correlation * inner * lever[at] * lever[at - 1]
            ratio[at] = beside / pivot[at - 1]
            pivot[at] = max(pivot[at] - ratio[at] * beside, 1e-9)
    shared = np.zeros((size + 1, width))
    solved = np.zeros(size)
    for column in range(width):
        for at in range(size):
            solved[at] = weight[at] * columns[at, column] if variance > 0 else 0.0
        _solve(solved, pivot, ratio)
        for at in range(size - 1, -1, -1):
            shared[at, column] = shared[at + 1, column] + weight[at] * (columns[at, column] - solved[at])
    steps, bends = np.zeros(size), np.zeros(size)
    push, pushed = 0.0, 0.0
    step_shared, bend_shared = np.zeros(width), np.zeros(width)
    column = np.zeros(size)
    # beyond a hundred periods every second one is looked at: whoever asks tries the neighbours, too
    stride = 2 if size > _LONG else 1
    for at in range(size - 1, 0, -1):
        # the sums after a period are those after the next one, and its own
        pushed += push / periods_per_year
        push += slope[at]
        for place in range(width):
            bend_shared[place] += shared[at + 1, place] / periods_per_year
            step_shared[place] = shared[at, place]
        if at % stride:
            continue
        for is_bend in (False, True):
            for place in range(size):
                value = (place - at) / periods_per_year if is_bend else 1.0
                column[place] = value if place >= at else 0.0
                solved[place] = weight[place] * column[place] if variance > 0 else 0.0
            _solve(solved, pivot, ratio)
            own = bend_precision if is_bend else step_precision
            for place in range(at, size):
                own += column[place] * weight[place] * (column[place] - solved[place])
            known = bend_shared if is_bend else step_shared
            own -= known @ (inverse @ known)
            gain = (pushed if is_bend else push) ** 2 / (2 * own) if own > 1e-9 else 0.0
            if is_bend:
                bends[at] = gain
            else:
                steps[at] = gain
    return steps, bends


@njit(cache=True)
def _solve(values, pivot, ratio):
    """Solve the tridiagonal system in place."""
    size = len(values)
    for at in range(1, size):
        values[at] -= ratio[at] * values[at - 1]
    for at in range(size - 1, -1, -1):
        values[at] /= pivot[at]
        if at < size - 1:
            values[at] -= ratio[at + 1] * values[at + 1]


@njit(cache=True)
def scatter_posterior(counts, mean, used, variances, correlations, log_prior, inflation):
    """Log posterior of variance and correlation on a grid, by the Kalman filter of the residuals around a mean.

    Shape (variances, correlations). `inflation` multiplies squared residuals, for what the fit of the mean has eaten.
    """
    table = np.zeros((len(variances), len(correlations)))
    for row in range(len(variances)):
        variance = variances[row]
        for column in range(len(correlations)):
            correlation = correlations[column]
            total, state, doubt, spreads = log_prior[row, column], 0.0, variance, 1.0
            for at in range(len(counts)):
                if at > 0:
                    state *= correlation
                    doubt = correlation * correlation * doubt + variance * (1 - correlation * correlation)
                if used[at] > 0:
                    noise = 1 / max(mean[at], 1e-9)
                    spread = doubt + noise
                    left = (counts[at] - mean[at]) * noise - state
                    gain = doubt / spread
                    total -= 0.5 * inflation * left * left / spread
                    state += gain * left
                    doubt *= 1 - gain
                    # one logarithm for many periods
                    spreads *= spread
                    if not 1e-100 < spreads < 1e100:
                        total -= 0.5 * np.log(spreads)
                        spreads = 1.0
            total -= 0.5 * np.log(spreads)
            table[row, column] = total
    return table
