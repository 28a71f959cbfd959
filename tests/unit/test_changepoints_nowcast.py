"""Nowcasts: what a month will come to, how sure that is, and how such statements are scored."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from counted_worlds import rates, reports
from hypothesis import given, settings
from hypothesis import strategies as st

from filingwatch.changepoints import scores
from filingwatch.changepoints.delay import DelayLaw, Reports, learn_law
from filingwatch.changepoints.months import last_day, month_number
from filingwatch.changepoints.nowcast import Nowcast, nowcast, still_missing

NIGHT = dt.date(2017, 12, 31)


def look(seen: Reports, night: dt.date = NIGHT, **options: object) -> Nowcast:
    """The nowcast of a series that learns its law from itself."""
    return nowcast(seen, night, lambda day: learn_law(seen, day), **options)


def world(seed: int, level: float) -> Reports:
    """Twelve years of filings, and all that will ever be reported of them."""
    return Reports.from_frame(reports(np.random.default_rng(seed), rates(144, level)))


def final_counts(whole: Reports, months: np.ndarray) -> np.ndarray:
    """What the months came to."""
    return np.array([whole.count[whole.month == month].sum() for month in months])


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Over 24 series, nine in ten final counts lie within 90 % intervals, and PIT values are even."""
    rng = np.random.default_rng(1)
    inside, pit, better = [], [], []
    for seed in range(24):
        whole = world(seed, (8, 60)[seed % 2])
        said = look(whole.known_by(NIGHT))
        truth = final_counts(whole, said.months)
        many = said.missing >= 5
        low, high = said.interval()
        inside.extend(((low <= truth) & (truth <= high))[many])
        pit.extend(scores.randomised_pit(*said.chances(truth), rng)[many])
        better.append(np.abs(said.median - truth)[many].mean() < np.abs(said.known / said.share - truth)[many].mean())
    assert len(inside) > 300 and 0.85 < np.mean(inside) < 0.96
    assert scores.pit_distance(np.array(pit), bins=5) < 0.07
    assert np.mean(better) > 0.9


def test_a_nowcast_knows_nothing_of_later_reports() -> None:
    """It is the same whether later reports are there or not."""
    whole = world(3, 30)
    one, other = look(whole), look(whole.known_by(NIGHT))
    assert np.array_equal(one.mean, other.mean) and np.array_equal(one.size, other.size)


@settings(max_examples=40, deadline=None)
@given(
    cells=st.lists(st.tuples(st.integers(0, 70), st.integers(0, 40), st.integers(0, 60)), max_size=40),
    looked=st.integers(0, 90),
)
def test_any_triangle_gives_finite_counts_that_keep_what_is_known(
    cells: list[tuple[int, int, int]], looked: int
) -> None:
    """No infinity whatever was or was not reported early, quantiles in order, and nothing known is taken away."""
    first = month_number(dt.date(2008, 1, 1))
    rows = np.array(cells, dtype=np.int64).reshape(-1, 3)
    days = np.array([last_day(int(first + filed + late)).toordinal() for filed, late, _ in rows], dtype=np.int64)
    seen = Reports(rows[:, 0] + first, days, rows[:, 2].astype(float))
    said = look(seen, last_day(first + looked))
    quantiles = said.quantiles([0.05, 0.5, 0.95])
    assert np.all(np.isfinite(quantiles)) and np.all(np.isfinite(said.mean)) and np.all(said.mean >= said.known)
    assert np.all(np.diff(quantiles, axis=0) >= 0) and np.all(quantiles[0] >= said.known)
    told = seen.known_by(last_day(first + looked))
    assert said.known == pytest.approx([told.count[told.month == month].sum() for month in said.months])


def test_what_is_missing_lies_between_the_level_and_the_chain_ladder() -> None:
    """A level that is trusted gives its own share of what is to come; one that is not, known over share less known."""
    known, share, error, level = (np.array([value]) for value in (6.0, 0.2, 0.0, 80.0))
    trusted, _ = still_missing(known, share, error, level, np.array([1e-9]))
    ladder, _ = still_missing(known, share, error, level, np.array([1e9]))
    between, _ = still_missing(known, share, error, level, np.array([0.1]))
    assert trusted == pytest.approx([0.8 * 80], rel=1e-3) and ladder == pytest.approx([6 / 0.2 - 6], rel=1e-3)
    assert ladder < between < trusted


def test_a_share_that_is_hardly_known_widens_the_nowcast() -> None:
    """The error of the law is part of the interval."""
    row = [np.array([value]) for value in (30.0, 0.4, 0.0, 70.0, 0.05)]
    sure = still_missing(*row)[1]
    row[2] = np.array([0.3])
    assert still_missing(*row)[1] > 1.5 * sure


def test_a_known_level_moves_the_months_that_tell_nothing_yet() -> None:
    """What a model of the series expects takes the place of the mean of the other months."""
    whole = world(5, 40)
    plain = look(whole.known_by(NIGHT))
    told = look(whole.known_by(NIGHT), expected=np.full(len(plain.months), 400.0))
    assert told.mean[-1] > 2.5 * plain.mean[-1]
    assert told.mean[0] == pytest.approx(plain.mean[0], rel=0.5)


def test_a_complete_series_has_no_nowcast() -> None:
    """Counts that are known at once leave nothing to say; so does a series without reports."""
    months = month_number(dt.date(2008, 1, 1)) + np.arange(60)
    known = Reports(months, np.array([last_day(int(month)).toordinal() for month in months]), np.full(60, 9.0))
    assert len(look(known, dt.date(2012, 12, 31)).months) == 0
    nothing = Reports(*(np.zeros(0, dtype=np.int64),) * 2, np.zeros(0))
    assert len(nowcast(nothing, NIGHT, lambda day: DelayLaw(np.ones(121), np.zeros(121))).months) == 0


def test_the_interval_score_is_that_of_its_definition() -> None:
    """Width of each interval plus what it missed by over half its level, weighed, and the miss of the median."""
    levels = (0.05, 0.25, 0.5, 0.75, 0.95)
    quantiles = np.array([[2.0], [4.0], [5.0], [7.0], [9.0]])
    wide, narrow = (9 - 2) + 2 / 0.1 * (12 - 9), (7 - 4) + 2 / 0.5 * (12 - 7)
    by_hand = (0.5 * (12 - 5) + 0.1 / 2 * wide + 0.5 / 2 * narrow) / 2.5
    assert scores.weighted_interval_score(quantiles, np.array([12.0]), levels) == pytest.approx([by_hand])
    assert scores.weighted_interval_score(np.full((5, 1), 3.0), np.array([3.0]), levels) == [0.0]


def test_pit_coverage_and_bias_tell_right_from_wrong() -> None:
    """A true distribution is even, one that is too narrow is not; ends belong to an interval."""
    rng = np.random.default_rng(2)
    drawn = rng.poisson(4.0, 4000)
    steps = np.cumsum([np.exp(-4) * 4.0**k / np.prod(np.arange(1.0, k + 1)) for k in range(30)])
    pit = scores.randomised_pit(np.append(0.0, steps)[drawn], steps[drawn], rng)
    assert scores.pit_distance(pit) < 0.03
    assert scores.pit_distance(np.clip(3 * (pit - 0.5) + 0.5, 0, 1)) > 0.1
    assert scores.coverage(np.array([1, 1]), np.array([2, 2]), np.array([2, 3])) == 0.5
    assert np.isnan(scores.coverage(np.zeros(0), np.zeros(0), np.zeros(0)))
    assert scores.relative_bias(np.array([3.0]), np.array([2.0])) == 0.5
    assert np.isnan(scores.relative_bias(np.array([3.0]), np.array([0.0])))
