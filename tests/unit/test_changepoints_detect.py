"""`detect`: what it finds, what it leaves alone, and what it answers when there is nothing to judge."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from counted_worlds import START, counts, rates
from hypothesis import given, settings
from hypothesis import strategies as st

from filingwatch.changepoints import detect
from filingwatch.errors import BadInput


@pytest.mark.parametrize("factor", [2.0, 0.5, 2.4])
def test_a_planted_shift_is_dated_and_sized(factor: float) -> None:
    """A level shift among growth and seasons is found once, and both intervals hold the truth."""
    series = counts(np.random.default_rng(5), rates(227, 15, shifts={85: factor}))
    found = detect(series, start=START)
    assert found.verdict == "changed"
    (point,) = found.changepoints
    assert point.interval[0] <= 85 <= point.interval[1] and abs(point.index - 85) <= 2
    assert point.rate_ratio_interval[0] < factor < point.rate_ratio_interval[1]
    assert point.direction == ("up" if factor > 1 else "down") and point.kind == "level"
    assert point.probability > 0.99
    assert point.period is not None and point.period[:2] == "20"
    assert [(s.start, s.stop) for s in found.segments] == [(0, point.index), (point.index, 227)]


def test_the_index_is_the_first_period_of_the_new_regime() -> None:
    """Without noise the index is exact."""
    series = np.where(np.arange(120) >= 70, 40, 10)
    assert [p.index for p in detect(series, start=START).changepoints] == [70]
    assert detect(series, start=START).changepoints[0].period == "2013-11"


def test_a_change_of_growth_is_named_so() -> None:
    """A rate that begins to double each year without a jump is a change of growth."""
    time = np.arange(150)
    rate = 30 * np.exp(np.where(time >= 90, 0.6 * (time - 90) / 12, 0))
    found = detect(counts(np.random.default_rng(4), rate), start=START)
    assert found.changepoints and found.changepoints[0].kind in ("growth", "both")
    assert found.changepoints[0].growth_change == pytest.approx(0.6, abs=0.3)


@pytest.mark.parametrize("size", [None, 10])
def test_quiet_series_stay_quiet(size: float | None) -> None:
    """Growth, a December peak and overdispersion are no shift: at most 1 of 30 series of 200 months shows one."""
    rng = np.random.default_rng(11)
    series = [counts(rng, rates(200, level, growth), size) for level in (5, 50, 400) for growth in (0, 0.2)]
    series += [counts(rng, rates(200, level, 0.08), size) for level in (5, 15, 50, 150, 400, 15) for _ in range(4)]
    assert sum(bool(detect(one, start=START).changepoints) for one in series) <= 1


def test_season_is_estimated_not_found() -> None:
    """The December peak is a month effect."""
    found = detect(counts(np.random.default_rng(2), rates(200, 50)), start=START)
    assert found.method.month_effects[11] == pytest.approx(1.76, rel=0.25)
    assert found.method.month_effects[1] == pytest.approx(0.69, rel=0.25)


def test_a_truncated_tail_announces_nothing() -> None:
    """A quiet series that ends in under-reported months is quiet once exposure says so; raw, it would not be."""
    share = np.r_[np.ones(180), np.linspace(1, 0.02, 20)]
    series = counts(np.random.default_rng(3), rates(200, 50) * share)
    assert detect(series, exposure=share, start=START).verdict == "no change"
    assert detect(series, start=START).verdict == "changed"


def test_a_recent_shift_is_seen_through_incomplete_months() -> None:
    """A rate that triples half a year ago shows although half of these months is not reported yet."""
    share = np.r_[np.ones(188), np.linspace(0.9, 0.2, 12)]
    series = counts(np.random.default_rng(6), rates(200, 50, shifts={191: 3.0}) * share)
    found = detect(series, exposure=share, start=START)
    assert abs(found.changepoints[-1].index - 191) <= 2 and found.changepoints[-1].rate_ratio > 2


def test_doubt_about_the_exposure_weakens_the_evidence() -> None:
    """What shows with a well known exposure may be nothing with a doubtful one."""
    share = np.r_[np.ones(110), np.full(10, 0.3)]
    series = counts(np.random.default_rng(6), rates(120, 50, shifts={110: 3.0}) * share)
    doubt = np.where(share < 1, 1.0, 0.0)
    assert detect(series, exposure=share, start=START).changepoints
    assert not detect(series, exposure=share, uncertainty=doubt, start=START).changepoints


@pytest.mark.parametrize("at", [50, 118, 119, 1])
def test_one_huge_outlier_is_a_spike_and_no_shift(at: int) -> None:
    """A single month a hundred times too high is named and set aside, wherever it stands."""
    series = counts(np.random.default_rng(8), rates(120, 15))
    series[at] *= 100
    found = detect(series, start=START)
    assert found.verdict == "no change" and found.spikes == (at,)


@pytest.mark.parametrize("factor", [4.0, 6.0])
def test_a_smaller_spike_is_no_shift_either(factor: float) -> None:
    """Single months of four and six times the rate make no changepoint, in nine of ten series at least."""
    rng = np.random.default_rng(9)
    wrong = 0
    for _ in range(20):
        series = counts(rng, rates(120, 20))
        series[int(rng.integers(10, 120))] *= factor
        wrong += bool(detect(series, start=START).changepoints)
    assert wrong <= 2


@pytest.mark.parametrize("at", [20, 100])
def test_a_month_that_carries_a_changepoint_alone_is_a_spike(at: int) -> None:
    """Among counts that scatter little, a single doubling is strong evidence, and still no new regime."""
    series = counts(np.random.default_rng(9), rates(120, 150), size=None)
    series[at] = np.rint(2.5 * series[at])
    found = detect(series, start=START)
    assert found.verdict == "no change" and found.spikes == (at,)
    assert detect(series, start=START, guards_spikes=False).verdict == "changed"


def test_a_shift_of_three_months_is_more_than_a_spike() -> None:
    """Three months in a row of ten times the rate are a new regime."""
    series = counts(np.random.default_rng(8), rates(120, 10, shifts={117: 10.0}))
    assert [p.index for p in detect(series, start=START).changepoints] == [117]


@pytest.mark.parametrize("values", [[], [float("nan")] * 5])
def test_no_data_is_said_so(values: list[float]) -> None:
    """Nothing known is not nothing found."""
    assert detect(values).verdict == "no data"


@pytest.mark.parametrize("length", [1, 2, 5])
def test_too_few_periods_are_too_young(length: int) -> None:
    """One, two or five points cannot be judged, and that is the answer."""
    found = detect([7.0] * length)
    assert found.verdict == "too young to judge" and len(found.expected) == length


def test_unripe_exposure_is_too_young() -> None:
    """Months of which next to nothing can be known are not judged, however many they are."""
    assert detect([1.0] * 50, exposure=[0.01] * 50).verdict == "too young to judge"


def test_all_zeros_are_no_change() -> None:
    """Zero is a rate like another."""
    assert detect([0.0] * 60).verdict == "no change"


def test_missing_months_are_skipped() -> None:
    """NaN months neither make nor hide a shift."""
    series = counts(np.random.default_rng(5), rates(150, 30, shifts={85: 2.4}))
    series[[10, 40, 41, 100]] = np.nan
    assert [abs(p.index - 85) <= 2 for p in detect(series, start=START).changepoints] == [True]


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ([1.0, -2.0], {"family": "negbin"}, "Period 1 .* -2"),
        ([1.0, float("inf")], {}, "finite"),
        ([1e15] * 30 + [2e15] * 30, {}, "Period 0 .* unit"),
        ([1e300, -1e300] * 10, {}, "Period 0 .* unit"),
        ([[1.0], [2.0]], {}, "one row"),
        (["many"], {}, "row of numbers"),
        ([1.0, 2.0], {"exposure": [1.0]}, "one for each value"),
        ([1.0, 2.0], {"exposure": [1.0, float("nan")]}, "Period 1"),
        ([1.0, 2.0], {"exposure": [1.0, -1.0]}, "exposure of -1"),
        ([1.0, 2.0], {"family": "normal"}, "no family 'normal'"),
    ],
)
def test_what_is_no_series_is_refused(values: list, options: dict, message: str) -> None:
    """An impossible value is an error that names it."""
    with pytest.raises(BadInput, match=message):
        detect(values, **options)


def test_the_answer_is_plain_data() -> None:
    """A detection turns into JSON and names its method, version and parameters."""
    plain = json.loads(json.dumps(detect(np.where(np.arange(60) >= 30, 40, 10), start=START).as_dict()))
    assert plain["method"]["version"] >= 1 and plain["method"]["parameters"]["threshold"] > 0
    assert plain["changepoints"][0]["index"] == 30 and plain["verdict"] == "changed"


def test_at_most_one_changepoint_when_asked() -> None:
    """Two planted shifts, one allowed: the larger is found."""
    series = np.repeat([10.0, 20.0, 200.0], 40)
    found = detect(series, most_changes=1, has_growth=False, has_month_effects=False)
    assert [p.index for p in found.changepoints] == [80]


@settings(max_examples=12, deadline=None)
@given(years=st.integers(-8, 8), seed=st.integers(0, 99))
def test_the_origin_of_time_does_not_matter(years: int, seed: int) -> None:
    """The same counts some years later have the same changepoints."""
    series = counts(np.random.default_rng(seed), rates(96, 15, shifts={50: 2.0}))
    here, there = detect(series, start=START), detect(series, start=dt.date(2008 + years, 1, 1))
    assert [p.index for p in here.changepoints] == [p.index for p in there.changepoints]
    assert here.segments == there.segments


@settings(max_examples=12, deadline=None)
@given(scale=st.floats(0.2, 50), seed=st.integers(0, 99))
def test_the_unit_of_exposure_does_not_matter(scale: float, seed: int) -> None:
    """Exposure times any constant leaves changepoints, ratios and probabilities; only levels change."""
    rng = np.random.default_rng(seed)
    share = rng.uniform(0.5, 1.0, 96)
    series = counts(rng, rates(96, 15, shifts={50: 2.0}) * share)
    one, other = (detect(series, exposure=share * by, start=START, least_exposure=0.0) for by in (1.0, scale))
    assert [p.index for p in one.changepoints] == [p.index for p in other.changepoints]
    for a, b in zip(one.changepoints, other.changepoints, strict=True):
        assert a.rate_ratio == pytest.approx(b.rate_ratio, rel=1e-4)
        assert a.probability == pytest.approx(b.probability, rel=1e-3)


def test_the_package_is_pure() -> None:
    """Importing the detector brings in no database, no scheduler and no network client."""
    import subprocess

    source = Path(__file__).resolve().parents[2] / "src"
    heavy = "{'duckdb', 'prefect', 'httpx', 'sklearn', 'pandas'}"
    code = f"import filingwatch.changepoints, sys; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(source)}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def shares(rng: np.random.Generator, level: np.ndarray, spread: float = 0.02, correlation: float = 0.3) -> np.ndarray:
    """A share of every month around a level, with correlated normal errors and a December peak."""
    noise = rng.normal(size=len(level))
    for month in range(1, len(level)):
        noise[month] = correlation * noise[month - 1] + np.sqrt(1 - correlation**2) * noise[month]
    return level + spread * noise + np.where(np.arange(len(level)) % 12 == 11, 0.15, 0.0)


def test_real_values_have_a_family_of_their_own() -> None:
    """A share that rises by five times its scatter is found, chosen by itself; its December peak is no spike."""
    level = np.where(np.arange(120) >= 70, 0.4, 0.3)
    found = detect(shares(np.random.default_rng(1), level), start=START)
    assert [abs(p.index - 70) <= 1 for p in found.changepoints] == [True]
    low, high = found.changepoints[0].rate_ratio_interval
    assert low < 0.4 / 0.3 < high and found.changepoints[0].direction == "up"
    assert not found.spikes and found.method.overdispersion == pytest.approx(0.02**2, rel=0.6)


def test_quiet_real_values_stay_quiet() -> None:
    """Correlated real values with a steady slope show nothing, at most one in thirty."""
    rng = np.random.default_rng(2)
    level = 0.3 + 0.001 * np.arange(120)
    assert sum(bool(detect(shares(rng, level), start=START).changepoints) for _ in range(30)) <= 1


def test_real_values_may_be_negative_or_huge() -> None:
    """The unit and the origin of real values do not matter."""
    values = shares(np.random.default_rng(3), np.where(np.arange(96) >= 50, 0.5, 0.3))
    asked = [detect(values * unit + origin, start=START) for unit, origin in ((1, 0), (1e6, -5e6), (1e-3, 7))]
    assert {tuple(p.index for p in one.changepoints) for one in asked} == {(50,)}
    assert np.isnan(asked[1].changepoints[0].rate_ratio)


@pytest.mark.parametrize("family", ["auto", "negbin", "poisson", "gaussian"])
@pytest.mark.parametrize("values", [[5], [5, 6], [1, 2, 3, 4, 5], [0] * 30, [3] * 30, [0] * 29 + [10**9], [7, 7.5] * 9])
def test_odd_series_have_an_answer(values: list, family: str) -> None:
    """One point, constant ones, one huge outlier: an answer without error, and no changepoint from nothing."""
    found = detect(values, family=family)
    assert not found.changepoints and found.verdict in ("no change", "too young to judge")


def test_quarters_and_years_have_their_own_season_and_growth() -> None:
    """With four periods a year the season has four parts; with one there is none."""
    rng = np.random.default_rng(5)
    quarter = np.tile([1.0, 0.5, 1.0, 2.0], 20) * np.where(np.arange(80) >= 50, 2.0, 1.0)
    found = detect(rng.poisson(60 * quarter), start=START, periods_per_year=4)
    assert [p.index for p in found.changepoints] == [50] and len(found.method.month_effects) == 4
    yearly = detect(rng.poisson(100 * 1.2 ** np.arange(20)), periods_per_year=1)
    assert not yearly.changepoints and yearly.segments[0].growth == pytest.approx(np.log(1.2), abs=0.05)


def test_a_changepoint_that_the_search_may_not_propose_has_a_date_and_a_probability() -> None:
    """Five counts a month that stop: too few for two segments of the search, not for the full likelihood."""
    found = detect([5, 5, 5, 0, 0, 0, 0], family="poisson").changepoints
    assert [one.index for one in found] == [3]
    assert found[0].interval == (3, 3) and 0.5 < found[0].probability <= 1


def test_a_shift_across_a_gap_begins_with_a_known_month() -> None:
    """Fifteen unknown months between two rates: the new regime begins at a known one, on firm evidence."""
    series = counts(np.random.default_rng(6), rates(120, 20, shifts={66: 3.0})).astype(float)
    series[60:75] = np.nan
    (found,) = detect(series, start=START).changepoints
    assert np.isfinite(series[found.index]) and found.firm_evidence > 5
    assert found.interval[0] <= 66 <= found.interval[1]


def test_a_straight_line_has_no_spikes() -> None:
    """Real values that follow a line exactly are no extremes of it."""
    assert not detect(np.arange(60) + 0.5, start=START).spikes
