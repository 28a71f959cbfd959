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
from filingwatch.changepoints.months import month_number
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
    assert learn_law(Reports.from_frame(EMPTY), NIGHT, parent).share == pytest.approx(parent.share)


def test_an_unsteady_law_is_known_to_be_uncertain() -> None:
    """When the share of early publications changes from month to month, the error of the early ages says so."""
    rng = np.random.default_rng(4)
    rows = []
    for month in range(126):
        early = rng.uniform(0.05, 0.6)
        rows += [(month, month + 6, int(200 * early)), (month, month + 18, int(200 * (1 - early)))]
    first = month_number(dt.date(2008, 1, 1))
    unsteady = Reports(
        np.array([first + filed for filed, _, _ in rows]),
        np.array([dt.date((first + told) // 12, (first + told) % 12 + 1, 5).toordinal() for _, told, _ in rows]),
        np.array([float(number) for *_, number in rows]),
    )
    assert learn_law(unsteady, NIGHT).error[8] == pytest.approx(0.49, abs=0.15)
    assert learn_law(world(), NIGHT).error[8] < 0.1


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
