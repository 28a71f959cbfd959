"""Dates as people write them, and the step that a column of them keeps."""

from __future__ import annotations

import datetime as dt

import pytest

from filingwatch.errors import BadInput
from filingwatch.periods import lay_out, read_date, read_dates

D = dt.date


@pytest.mark.parametrize(
    ("text", "day", "form"),
    [
        ("2015", D(2015, 1, 1), "year"),
        ("2015-02", D(2015, 2, 1), "month"),
        ("2015/2", D(2015, 2, 1), "month"),
        ("201502", D(2015, 2, 1), "month"),
        ("Feb 2015", D(2015, 2, 1), "month"),
        ("2015 February", D(2015, 2, 1), "month"),
        ("2015年2月", D(2015, 2, 1), "month"),
        ("2015Q2", D(2015, 4, 1), "quarter"),
        ("Q2 2015", D(2015, 4, 1), "quarter"),
        ("2015-W02", D(2015, 1, 5), "week"),
        ("2015-02-03", D(2015, 2, 3), "day"),
        ("20150203", D(2015, 2, 3), "day"),
        ("2015-02-03T10:00:00Z", D(2015, 2, 3), "day"),
        ("2015-02-03 00:00:00", D(2015, 2, 3), "day"),
        ("2015年2月3日", D(2015, 2, 3), "day"),
        ("3.2.2015", D(2015, 2, 3), "day"),
        ("2/3/2015", D(2015, 2, 3), "day"),
    ],
)
def test_a_date_is_read_as_exactly_as_it_is_written(text: str, day: dt.date, form: str) -> None:
    """Year, quarter, month, week or day, with its first day."""
    assert read_date(text) == (day, form)


@pytest.mark.parametrize("text", ["", "5", "2015-13", "2015-02-30", "0015-02", "9999", "2015.08", "soon", "2015-W60"])
def test_what_is_no_date_is_none(text: str) -> None:
    """Among them years that nobody counts in and decimal numbers."""
    assert read_date(text) is None


def test_day_or_month_first_is_told_by_the_whole_column() -> None:
    """One date that can only be read one way decides; without one it is refused rather than guessed."""
    assert read_dates(["2/3/2015", "13/3/2015"]) == [(D(2015, 3, 2), "day"), (D(2015, 3, 13), "day")]
    assert read_dates(["2/3/2015", "3/13/2015"]) == [(D(2015, 2, 3), "day"), (D(2015, 3, 13), "day")]
    assert read_dates(["13/3/2015", "3/13/2015"]) is None
    with pytest.raises(BadInput, match="'2/3/2015' may have the day or the month first"):
        read_dates(["1/1/2015", "2/3/2015"])


@pytest.mark.parametrize(
    ("texts", "step", "names", "places"),
    [
        (["2015-02"], "month", ["2015-02"], [0]),
        (["2015-02-28", "2015-03-31", "2015-05-31"], "month", ["2015-02", "2015-03", "2015-04", "2015-05"], [0, 1, 3]),
        (["2015-01-02", "2015-02-05", "2015-03-04"], "month", ["2015-01", "2015-02", "2015-03"], [0, 1, 2]),
        (["2015-03-31", "2015-06-30", "2015-12-31"], "quarter",
         ["2015-Q1", "2015-Q2", "2015-Q3", "2015-Q4"], [0, 1, 3]),
        (["2015-01-01", "2016-01-01", "2018-01-01"], "year", ["2015", "2016", "2017", "2018"], [0, 1, 3]),
        (["2015-01", "2015-07", "2016-01"], "6 months", ["2015-01", "2015-07", "2016-01"], [0, 1, 2]),
        (["2015-01-05", "2015-01-12", "2015-01-26"], "week",
         ["2015-01-05", "2015-01-12", "2015-01-19", "2015-01-26"], [0, 1, 3]),
        (["2015-W01", "2015-W02"], "week", ["2014-12-29", "2015-01-05"], [0, 1]),
        (["2015-01-02", "2015-01-03", "2015-01-05"], "day",
         ["2015-01-02", "2015-01-03", "2015-01-04", "2015-01-05"], [0, 1, 3]),
    ],
)  # fmt: skip
def test_a_grid_is_what_the_dates_stand_on(texts: list[str], step: str, names: list[str], places: list[int]) -> None:
    """Every period between the first and the last has a name, and each date its place among them."""
    dates = read_dates(texts)
    assert dates is not None
    grid = lay_out(dates, 100)
    assert (grid.step, list(grid.names), list(grid.places)) == (step, names, places)
    assert (grid.start is not None) == (step == "month")


def test_dates_without_a_common_step_are_refused() -> None:
    """Different exactness, days here and there, and more periods than there may be."""
    for texts, said in (
        (["2015", "2015-02"], "must be alike"),
        (["2015-01-01", "2015-01-02", "2015-03-17"], "keep no step"),
        (["2000-01", "2000-02", "2015-01"], "at most 100"),
    ):
        dates = read_dates(texts)
        assert dates is not None
        with pytest.raises(BadInput, match=said):
            lay_out(dates, 100)
