"""What the changepoint figures call right, late and certain."""

from __future__ import annotations

import math

import pytest

from tests.benchmarks.changepoints.scoring import Announced, judge, median, share_within, upper_limit
from tests.benchmarks.changepoints.worlds import Truth


@pytest.mark.parametrize(
    ("announced", "is_right"),
    [
        (Announced(90, 80, 79, 81, "up"), True),
        (Announced(90, 86, 86, 86, "up"), True),
        (Announced(90, 87, 86, 89, "up"), False),
        (Announced(90, 89, 80, 90, "up"), True),
        (Announced(90, 80, 79, 81, "down"), False),
        (Announced(79, 78, 77, 79, "up"), False),
    ],
    ids=["at its date", "six months off", "seven months off", "interval holds it", "other direction", "before it"],
)
def test_an_announcement_is_right_by_direction_date_and_time(announced: Announced, is_right: bool) -> None:
    """The true change is upwards in month 80."""
    judged = judge([announced], [Truth(80, "up")])
    assert (judged.true, judged.false) == ((1, 0) if is_right else (0, 1))
    assert judged.waits == ((announced.look - 80 + 1,) if is_right else (math.inf,))


def test_all_that_a_quiet_series_announces_is_false() -> None:
    """Without a truth nothing is right."""
    assert judge([Announced(90, 80, 60, 90, "up"), Announced(95, 80, 60, 90, "down")], []) == ((), 0, 2)


def test_a_series_that_goes_up_and_down_needs_both() -> None:
    """Each change has its own wait; one that was told of twice counts as right twice, at its first look."""
    truths = [Truth(72, "up"), Truth(96, "down")]
    told = [Announced(75, 72, 71, 73, "up"), Announced(80, 73, 72, 74, "up"), Announced(90, 80, 79, 81, "down")]
    assert judge(told, truths) == ((4, math.inf), 2, 1)


def test_rates_and_waits_are_summed_up_as_said() -> None:
    """No event in 100 years: below 0.03 a year; never is infinitely long."""
    assert upper_limit(0, 100) == pytest.approx(0.029957, abs=1e-6)
    assert upper_limit(60, 3000) == pytest.approx(0.0248, abs=1e-4)
    assert median([3, math.inf, 5]) == 5
    assert median([3, math.inf]) == math.inf
    assert share_within([3, 12, 13, math.inf], 12) == 0.5
