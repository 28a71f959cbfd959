"""The search against a slow reference: every segment fitted by its own Newton iteration, plain dynamic programming."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filingwatch.changepoints import search

SCALE = 0.3 / 12
MOST_GROWTH = 1.5 / 12


def slow_likelihood(y: np.ndarray, offset: np.ndarray, weight: np.ndarray, time: np.ndarray) -> float:
    """Penalised weighted Poisson likelihood of level and growth, by a damped Newton iteration in two dimensions.

    The likelihood is concave: a growth beyond the bound has its best at the bound.
    """
    prior = 1 / SCALE**2

    def value(a: float, g: float) -> float:
        eta = a + g * time
        return float(np.sum(weight * (y * eta - offset * np.exp(eta))) - prior * g * g / 2)

    a, g = math.log(max((weight * y).sum(), 1e-3) / (weight * offset).sum()), 0.0
    for _ in range(200):
        mean = weight * offset * np.exp(a + g * time)
        gradient = np.array([(weight * y - mean).sum(), ((weight * y - mean) * time).sum() - prior * g])
        hessian = np.array([[mean.sum(), (mean * time).sum()], [(mean * time).sum(), (mean * time**2).sum() + prior]])
        step, size = np.linalg.solve(hessian, gradient), 1.0
        while value(a + size * step[0], g + size * step[1]) < value(a, g) and size > 1e-9:
            size /= 2
        a, g = a + size * step[0], g + size * step[1]
        if np.abs(size * step).max() < 1e-11:
            break
    if abs(g) > MOST_GROWTH:
        g = math.copysign(MOST_GROWTH, g)
        a = math.log((weight * y).sum() / (weight * offset * np.exp(g * time)).sum())
    return value(a, g)


def slow_partition(cost, n: int, least: int, penalty: float) -> tuple[float, list[int]]:
    """The cheapest cut by trying every set of cuts in order."""
    best: list[tuple[float, list[int]]] = [(-penalty, [])]
    for stop in range(1, n + 1):
        options = [
            (best[start][0] + cost(start, stop) + penalty, [*best[start][1], start])
            for start in range(0, stop - least + 1)
            if best[start][0] < math.inf
        ]
        best.append(min(options, default=(math.inf, [])))
    return best[n][0], best[n][1][1:]


def planted(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts with one or two shifts, an uneven offset, and weights of which some are 0."""
    offset = rng.uniform(0.3, 1.5, n)
    rate = 8 * np.exp(rng.normal(0, 0.02) * np.arange(n))
    for _ in range(2):
        rate = rate * np.where(np.arange(n) >= rng.integers(3, n - 3), rng.choice([0.3, 1.0, 3.0]), 1.0)
    weight = np.where(rng.random(n) < 0.1, 0.0, rng.uniform(0.3, 1.0, n))
    return np.where(weight > 0, rng.poisson(offset * rate), 0).astype(float), offset, weight


@pytest.mark.parametrize("seed", range(3))
def test_every_segment_cost_is_that_of_a_direct_fit(seed: int) -> None:
    """All costs from prefix sums agree with a fit of each segment alone."""
    n = 30
    y, offset, weight = planted(np.random.default_rng(seed), n)
    costs = search.segment_costs(
        y, offset, weight, least_length=3, least_information=0.0, information=y, growth_scale=SCALE
    )
    time = np.arange(n) - (n - 1) / 2
    matrix = costs.matrix()
    compared = 0
    for start, stop in itertools.combinations(range(n + 1), 2):
        judged = (weight[start:stop] > 0).sum()
        if judged < 3:
            assert matrix[start, stop] == np.inf
        elif (weight * y)[start:stop].sum() > 0:
            part = slice(start, stop)
            direct = slow_likelihood(y[part], offset[part], weight[part], time[part])
            assert matrix[start, stop] == pytest.approx(-direct, abs=2e-3)
            compared += 1
    assert compared > 250


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), penalty=st.floats(1, 12))
def test_the_cut_is_the_cheapest_of_all(seed: int, penalty: float) -> None:
    """The fast search finds a cut as cheap as plain dynamic programming over direct fits."""
    n, least = 20, 3
    y, offset, weight = planted(np.random.default_rng(seed), n)
    weight = np.maximum(weight, 0.2)
    y = np.maximum(y, 1)
    time = np.arange(n) - (n - 1) / 2
    table = {
        (i, j): -slow_likelihood(y[i:j], offset[i:j], weight[i:j], time[i:j])
        for i, j in itertools.combinations(range(n + 1), 2)
        if j - i >= least
    }
    price, _ = slow_partition(lambda i, j: table[i, j], n, least, penalty)
    costs = search.segment_costs(
        y, offset, weight, least_length=least, least_information=0.0, information=y, growth_scale=SCALE
    )
    edges = [0, *search.partition(costs, penalty), n]
    paid = sum(table[pair] for pair in itertools.pairwise(edges)) + penalty * (len(edges) - 2)
    assert paid == pytest.approx(price, abs=0.02)


def test_costs_hold_for_long_series_of_large_counts() -> None:
    """Where information is largest, the table of growths is still fine enough."""
    rng = np.random.default_rng(1)
    n = 200
    time = np.arange(n) - (n - 1) / 2
    y = rng.poisson(400 * np.exp(0.0127 * time)).astype(float)
    ones = np.ones(n)
    costs = search.segment_costs(
        y, ones, ones, least_length=3, least_information=0.0, information=y, growth_scale=SCALE
    )
    for start, stop in [(0, 200), (0, 100), (37, 190), (150, 200), (197, 200)]:
        direct = slow_likelihood(y[start:stop], ones[start:stop], ones[start:stop], time[start:stop])
        assert costs.cost(start, stop) == pytest.approx(-direct, abs=0.05)


def test_a_bound_on_the_number_of_changes_is_kept() -> None:
    """With room for one or two changes the best single cut or pair is found; with none, none."""
    y = np.repeat([5.0, 50.0, 5.0], 12)
    ones = np.ones(36)
    costs = search.segment_costs(
        y, ones, ones, least_length=3, least_information=0.0, information=y, growth_scale=SCALE, has_growth=False
    )
    assert search.partition(costs, 1.0, 0) == []
    assert len(search.partition(costs, 1.0, 1)) == 1
    assert search.partition(costs, 1.0, 2) == [12, 24] == search.partition(costs, 1.0)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), penalty=st.floats(0.5, 8), least=st.integers(1, 6), is_count=st.booleans())
def test_pruning_changes_nothing(seed: int, penalty: float, least: int, is_count: bool) -> None:
    """The pruned search pays no more than plain dynamic programming over the same costs, for counts and real values."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(8, 120))
    y, offset, weight = planted(rng, n)
    if is_count:
        information = float(rng.choice([0.0, 10.0]))
        costs = search.segment_costs(
            y, offset, weight, least_length=least, least_information=information, information=y, growth_scale=SCALE
        )
    else:
        costs = search.square_costs(np.where(weight > 0, y, 0.0), weight, least_length=max(least, 2), slope_scale=1.0)
    matrix = costs.matrix()
    price, _ = slow_partition(lambda i, j: matrix[i, j], n, 1, penalty)
    edges = [0, *search.partition(costs, penalty), n]
    paid = sum(matrix[pair] for pair in itertools.pairwise(edges)) + penalty * (len(edges) - 2)
    assert paid == pytest.approx(price, abs=1e-4) or not math.isfinite(price)


def test_steep_slopes_of_real_values_are_not_pruned_away() -> None:
    """The prior of the slope is paid once by a long steep segment and twice when it is cut: no start is lost."""
    rng = np.random.default_rng(0)
    for _ in range(60):
        n = int(rng.integers(12, 60))
        slopes = np.repeat(rng.normal(0, 2, 8), 8)[:n]
        values = np.cumsum(slopes) + rng.normal(0, 0.05, n)
        costs = search.square_costs(values, np.full(n, 10.0), least_length=3, slope_scale=0.1)
        matrix = costs.matrix()
        price, _ = slow_partition(lambda i, j, costs=matrix: costs[i, j], n, 1, 2.0)
        edges = [0, *search.partition(costs, 2.0), n]
        paid = sum(matrix[pair] for pair in itertools.pairwise(edges)) + 2.0 * (len(edges) - 2)
        assert paid == pytest.approx(price, rel=1e-9)


def test_a_line_through_real_values_costs_its_squares() -> None:
    """The cost of real values is half the weighted squares around the weighted line."""
    rng = np.random.default_rng(3)
    values, weights = rng.normal(size=30), rng.uniform(0.5, 2, 30)
    costs = search.square_costs(values, weights, least_length=3, slope_scale=1e6)
    for start, stop in [(0, 30), (4, 9), (10, 27)]:
        place = np.arange(start, stop)
        line = np.polyval(np.polyfit(place, values[place], 1, w=np.sqrt(weights[place])), place)
        squares = (weights[place] * (values[place] - line) ** 2).sum()
        assert costs.cost(start, stop) == pytest.approx(squares / 2, rel=1e-6)
