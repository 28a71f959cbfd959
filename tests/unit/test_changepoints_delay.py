"""The delay law: what share of a month can have been published by now, learned from past reports."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from counted_worlds import delays, rates, reports
from hypothesis import given, settings
from hypothesis import strategies as st

from filingwatch.changepoints.delay import LONGEST_DELAY, Reports, learn_law, observed_until
from filingwatch.changepoints.months import last_day, month_number
from filingwatch.errors import BadInput

NIGHT = dt.date(2018, 6, 15)


def world(seed: int = 1, level: float = 100, **shape: object) -> Reports:
    """Ten and a half years of filings, all that will ever be published."""
    return Reports.from_frame(reports(np.random.default_rng(seed), rates(126, level, **shape)))


def true_share(age_days: float) -> float:
    """Share of filings of one day published after so many days, in the test's world."""
    return float((delays(np.random.default_rng(0), 200_000) <= age_days).mean())


def test_the_law_is_the_share_that_is_published_by_age() -> None:
    """Learned shares agree with the truth of the world for all ages, as well as they claim to."""
    known = world().known_by(NIGHT)
    share, error = learn_law(known, NIGHT).at(month_number(NIGHT) - np.array([3, 6, 9, 12, 18, 20, 30]), NIGHT)
    # the middle of a filing month lies as many months and some days back
    truth = [true_share(30.44 * age) for age in (3, 6, 9, 12, 18, 20, 30)]
    assert np.all(np.abs(share - truth) < 0.05 + share * error)
    assert np.abs(share - truth)[[0, 1, 2, 3, 6]] == pytest.approx(0, abs=0.05)


def test_learning_uses_nothing_from_the_future() -> None:
    """The law of a day is the same whether later reports exist or not."""
    whole = world()
    one, other = (learn_law(these, NIGHT) for these in (whole, whole.known_by(NIGHT)))
    assert np.array_equal(one.share, other.share)


@settings(max_examples=25, deadline=None)
@given(
    cells=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 70), st.integers(0, 50)), max_size=30),
    day=st.dates(dt.date(2010, 1, 1), dt.date(2016, 12, 31)),
)
def test_shares_are_never_0_or_infinite_and_never_fall(cells: list[tuple[int, int, int]], day: dt.date) -> None:
    """Whatever was reported, shares lie in (0, 1], rise with age and end at 1; their errors are finite."""
    first = dt.date(2008, 1, 1)
    rows = [(first, filed, filed + late, number) for filed, late, number in cells]
    frame = pl.DataFrame(
        rows, schema={"start": pl.Date, "filed": pl.Int32, "told": pl.Int32, "count": pl.Int32}, orient="row"
    ).select(
        "count",
        reference_month=pl.col("start").dt.offset_by(pl.format("{}mo", "filed")),
        report_month=pl.col("start").dt.offset_by(pl.format("{}mo", "told")),
    )
    law = learn_law(Reports.from_frame(frame), day)
    assert np.all(law.share > 0) and np.all(np.diff(law.share) >= 0) and law.share[-1] == 1
    assert np.all(np.isfinite(law.error)) and np.all(law.error >= 0) and len(law.share) == LONGEST_DELAY + 1
    assert np.all(np.diff(law.error) <= 0)


def test_a_surge_does_not_bend_the_law() -> None:
    """Three times as many filings from one month on leave the shares where they were."""
    quiet, surging = (learn_law(world(3, **shape), NIGHT).share for shape in ({}, {"shifts": {116: 3.0}}))
    assert surging[3:30] == pytest.approx(quiet[3:30], abs=0.05)


def test_a_small_group_borrows_from_its_parent() -> None:
    """A dozen filings do not make a law: the shares stay near the parent's, not at the steps of the dozen."""
    parent = learn_law(world(), NIGHT)
    few = world(seed=5, level=0.1)
    alone, borrowing = learn_law(few, NIGHT), learn_law(few, NIGHT, parent)
    ages = slice(3, 24)
    distance = [np.abs(law.share[ages] - parent.share[ages]).max() for law in (alone, borrowing)]
    assert distance[1] < distance[0] / 3 and distance[1] < 0.05
    nothing = learn_law(Reports.from_frame(EMPTY), NIGHT, parent)
    assert nothing.share == pytest.approx(parent.share, abs=1e-3)
    assert np.all(nothing.error >= parent.error) and nothing.error[8] > 2 * parent.error[8]


def triangle(rng: np.random.Generator, level: float, early: np.ndarray) -> Reports:
    """Filings of consecutive months; of each, the share `early` is reported after six months, the others after 18."""
    filed = rng.poisson(level, len(early))
    soon = rng.binomial(filed, early)
    first, month = month_number(dt.date(2000, 1, 1)), np.arange(len(early))
    told = np.concatenate([month + 6, month + 18]) + first
    days = np.array([last_day(int(number)).toordinal() for number in told])
    return Reports(np.tile(month + first, 2), days, np.concatenate([soon, filed - soon]).astype(float))


@pytest.mark.parametrize("level", [5, 50, 400])
def test_errors_of_a_steady_law_are_as_large_as_they_say(level: float) -> None:
    """Standardised, what the learned share misses the true one by scatters about as much as a standard normal."""
    rng = np.random.default_rng(11)
    laws = [learn_law(triangle(rng, level, np.full(160, 0.3)), dt.date(2013, 4, 30)) for _ in range(150)]
    missed = np.array([(law.share[10] / 0.3 - 1) / law.error[10] for law in laws])
    assert abs(missed.mean()) < 0.35 and 0.7 < missed.std() < 1.15


def test_a_law_that_drifts_is_known_to_be_uncertain() -> None:
    """Where the share of early publications falls over the years, the error says that the law lags behind."""
    rng = np.random.default_rng(12)
    early = np.append(np.full(60, 0.45), np.linspace(0.45, 0.15, 120))
    law = learn_law(triangle(rng, 200, early), dt.date(2014, 12, 31))
    steady = learn_law(triangle(rng, 200, np.full(180, 0.2)), dt.date(2014, 12, 31))
    assert law.share[10] / early[169] - 1 == pytest.approx(0, abs=2 * law.error[10])
    assert law.error[10] > 4 * steady.error[10]


def test_what_half_years_differ_by_is_part_of_the_error() -> None:
    """When the share of early publications changes from month to month, the error holds the scatter of half-years."""
    rng = np.random.default_rng(13)
    early = rng.uniform(0.05, 0.6, 180)
    found = [learn_law(triangle(rng, 200, early), last_day(month_number(dt.date(2010 + k, 1, 1)))) for k in range(5)]
    scatter = 0.55 / np.sqrt(12) / 0.325 / np.sqrt(6)
    assert np.mean([law.error[8] for law in found]) == pytest.approx(scatter, rel=0.35)


def test_a_share_of_next_to_nothing_is_not_known() -> None:
    """Before the first publications the share is tiny, not 0, and its relative error is as large as itself."""
    law = learn_law(triangle(np.random.default_rng(14), 50, np.full(160, 0.3)), dt.date(2013, 4, 30))
    assert np.all(law.share[:6] > 0) and np.all(law.share[:6] < 0.01) and np.all(law.error[:6] > 1)


def test_a_short_history_does_not_show_how_late_reports_can_be() -> None:
    """With one year of reports nothing of the eighteenth month is seen; the error says so at every age."""
    law = learn_law(triangle(np.random.default_rng(15), 50, np.full(13, 0.3)), dt.date(2000, 12, 31))
    assert np.all(law.error >= 0.5)
    assert learn_law(Reports.from_frame(EMPTY), NIGHT).error.min() >= 0.5


def test_a_source_that_fell_silent_is_not_a_fall_of_filing() -> None:
    """Reports that break off at once end what is observed there; a running source is observed until today."""
    running = world()
    assert observed_until(running, NIGHT) == NIGHT
    ended = running.known_by(dt.date(2016, 3, 31))
    assert dt.date(2016, 3, 25) <= observed_until(ended, NIGHT) <= dt.date(2016, 3, 31)


def test_a_slow_source_is_not_called_silent() -> None:
    """Some weeks without a report are nothing where reports are months apart."""
    slow = Reports(np.array([24100, 24110]), np.array([dt.date(2018, 1, 5).toordinal()] * 2), np.array([1.0, 1.0]))
    assert observed_until(slow, NIGHT) == NIGHT


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pl.DataFrame({"reference_month": [], "count": []}), "report_date"),
        (pl.DataFrame({"report_date": [], "count": []}), "reference_month"),
        (
            pl.DataFrame(
                {"reference_month": [dt.date(2018, 1, 1)], "report_date": [dt.date(2018, 2, 1)], "count": [-1]}
            ),
            "0 or more",
        ),
    ],
)
def test_what_is_no_triangle_is_refused(frame: pl.DataFrame, message: str) -> None:
    """A missing column or a negative count is an error that says so."""
    with pytest.raises(BadInput, match=message):
        Reports.from_frame(frame)


EMPTY = pl.DataFrame(schema={"reference_month": pl.Date, "report_date": pl.Date, "count": pl.Int32})
