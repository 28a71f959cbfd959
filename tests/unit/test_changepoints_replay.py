"""Replaying: what a past day would have found, and how early a shift shows."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from counted_worlds import rates, reports

from filingwatch.changepoints import replay
from filingwatch.changepoints.delay import Reports
from filingwatch.changepoints.months import last_day, month_number
from filingwatch.changepoints.replaying import find_matching, first_sight, look_as_the_paper

SHIFT = dt.date(2016, 1, 1)


@pytest.fixture(scope="module")
def quiet() -> pl.DataFrame:
    """Ten years without a shift."""
    return reports(np.random.default_rng(1), rates(120, 40))


@pytest.fixture(scope="module")
def shifted() -> pl.DataFrame:
    """Ten years, the rate three times as high from 2016 on."""
    return reports(np.random.default_rng(1), rates(120, 40, shifts={96: 3.0}))


def test_a_quiet_series_is_quiet_at_every_look(quiet: pl.DataFrame) -> None:
    """Two years of monthly looks, each into an under-reported tail, announce nothing."""
    looks = replay(quiet, looks=[last_day(month_number(dt.date(2014, 1, 1)) + step) for step in range(24)])
    assert {look.detection.verdict for look in looks} == {"no change"}
    assert looks[0].completeness[0] > 0.99 and looks[0].completeness[-1] < 0.05


def test_a_shift_shows_within_the_year_and_not_before(shifted: pl.DataFrame) -> None:
    """A tripled rate is found through early publications, long before its months are complete."""
    days = [dt.date(2015, 12, 31), dt.date(2016, 3, 31), dt.date(2017, 1, 31)]
    before, soon, later = replay(shifted, looks=days)
    assert not before.detection.changepoints and not soon.detection.changepoints
    (found,) = later.detection.changepoints
    assert abs(month_number(later.month(found.index)) - month_number(SHIFT)) <= 1
    assert later.completeness[found.index] < 0.6


def test_a_look_knows_nothing_of_later_reports(shifted: pl.DataFrame) -> None:
    """The look of a day is the same whether later counts are in the file or not."""
    day = dt.date(2016, 10, 31)
    known = pl.when(pl.col("report_date") <= day).then(pl.col("count")).otherwise(0)
    whole, cut = (replay(frame, looks=[day])[0] for frame in (shifted, shifted.with_columns(count=known)))
    assert np.array_equal(whole.counts, cut.counts) and np.array_equal(whole.completeness, cut.completeness)
    assert whole.detection == cut.detection


def test_looks_default_to_the_ends_of_months() -> None:
    """Without looks there is one for every month of reports; without reports there is none."""
    frame = pl.DataFrame({"reference_month": [dt.date(2018, 1, 1)], "report_date": [dt.date(2018, 2, 3)], "count": [3]})
    later = frame.with_columns(report_date=dt.date(2018, 4, 1))
    looks = replay(pl.concat([frame, later]))
    assert [look.as_of for look in looks] == [dt.date(2018, 2, 28), dt.date(2018, 3, 31), dt.date(2018, 4, 30)]
    assert {look.detection.verdict for look in looks} == {"too young to judge"}
    assert replay(frame.clear()) == []


def test_all_nights_of_a_month_see_the_same(shifted: pl.DataFrame) -> None:
    """A look within a month knows what was reported until the end of the month before, whatever came since."""
    nights = [dt.date(2017, 5, 31), dt.date(2017, 6, 1), dt.date(2017, 6, 17), dt.date(2017, 6, 29)]
    first, *others = replay(shifted, looks=nights)
    assert all(look.observed_until == dt.date(2017, 5, 31) for look in [first, *others])
    assert all(look.detection == first.detection for look in others)


def test_a_triangle_by_month_knows_a_month_at_its_end() -> None:
    """With report months only, a look within a month does not see that month's reports."""
    frame = pl.DataFrame(
        {"reference_month": [dt.date(2018, 1, 1)], "report_month": [dt.date(2018, 2, 1)], "count": [3]}
    )
    within, after = replay(frame, looks=[dt.date(2018, 2, 10), dt.date(2018, 2, 28)])
    assert within.counts.sum() == 0 and after.counts.sum() == 3


def test_an_export_that_ended_shows_no_fall(quiet: pl.DataFrame) -> None:
    """Looked at years after the last report, the series ends there instead of falling to nothing."""
    (look,) = replay(quiet.filter(pl.col("report_date") <= dt.date(2015, 6, 30)), looks=[dt.date(2018, 1, 1)])
    assert look.detection.verdict == "no change" and look.observed_until <= dt.date(2015, 6, 30)
    assert look.month(len(look.counts) - 1) <= dt.date(2015, 6, 1)


def test_the_plain_look_finds_the_one_large_shift(shifted: pl.DataFrame) -> None:
    """Paper mode tells at most one changepoint of raw counts, and no exposure."""
    look = look_as_the_paper(Reports.from_frame(shifted), dt.date(2019, 12, 31))
    assert len(look.detection.changepoints) == 1 and set(look.completeness) == {1.0}
    assert look.detection.method.parameters["has_month_effects"] is False


def test_a_match_has_the_same_direction_and_shares_a_month(shifted: pl.DataFrame) -> None:
    """A rise is no fall, and a change of another year is another one."""
    (look,) = replay(shifted, looks=[dt.date(2019, 12, 31)])
    around = (SHIFT, dt.date(2015, 11, 1), dt.date(2016, 3, 1))
    found = find_matching(look, *around, "up")
    assert found is look.detection.changepoints[0]
    assert find_matching(look, *around, "down") is None
    assert find_matching(look, *[dt.date(2013, month, 1) for month in (5, 4, 6)], "up") is None


@pytest.mark.parametrize("lag", range(1, 40))
def test_the_first_sight_is_found_by_halving(lag: int) -> None:
    """What is seen from some month on is dated to the end of that month, for every lag."""
    seen_from = last_day(month_number(SHIFT) + lag)
    looked: list[dt.date] = []

    def is_seen(day: dt.date) -> bool:
        looked.append(day)
        return day >= seen_from

    assert first_sight(is_seen, SHIFT, dt.date(2019, 12, 31)) == seen_from
    assert len(looked) <= 11


def test_what_is_never_seen_has_no_first_sight() -> None:
    """No look sees it: there is no such day."""
    assert first_sight(lambda day: False, SHIFT, dt.date(2019, 12, 31)) is None
    assert first_sight(lambda day: True, SHIFT, SHIFT) is None


def test_a_triangle_that_ends_shows_no_fall(quiet: pl.DataFrame) -> None:
    """Reports that go on for years after the last filing month say nothing of later months, unless a row does."""
    last = dt.date(2014, 6, 1)
    ended = quiet.filter(pl.col("reference_month") <= last)
    assert not any(look.announced for look in replay(ended))
    covered = pl.DataFrame(
        {"reference_month": [dt.date(2016, 6, 1)], "report_date": [dt.date(2016, 7, 1)], "count": [0]}
    )
    fallen = replay(pl.concat([ended, covered], how="vertical_relaxed"), looks=[ended["report_date"].max()])
    assert [one.direction for look in fallen for one in look.detection.changepoints] == ["down"]
