"""Cursors of sources that are asked by date: nothing that an office loads late is missed, no cut loses a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filingwatch.errors import Terminal
from filingwatch.sources.base import Query, Window
from filingwatch.sources.windows import cursor_after, cursor_inside, plan_walks

DAY = dt.date(2026, 11, 22)


def at(day: dt.date, window: Window | None = None) -> Query:
    return Query(day, ("lantern",), window=window)


def test_the_first_night_looks_back_by_the_overlap() -> None:
    """Half-open: the day of the run is inside, the day after it is the end."""
    (walk,) = plan_walks(at(DAY), None, overlap_days=35)
    assert walk.window == Window(dt.date(2026, 10, 19), dt.date(2026, 11, 23)) and not walk.position
    assert cursor_after(None, walk, at(DAY)) == {"through": "2026-11-23", "wide_on": "2026-11-22"}


def test_a_night_after_a_pause_asks_for_all_of_it_and_the_overlap() -> None:
    """Three months without a night are three months and the overlap."""
    (walk,) = plan_walks(at(DAY), {"through": "2026-08-23"}, overlap_days=35)
    assert walk.window == Window(dt.date(2026, 7, 19), dt.date(2026, 11, 23))


def test_what_was_cut_is_finished_before_what_is_new() -> None:
    """The unfinished walk keeps its window and position; the new one overlaps its end."""
    (first,) = plan_walks(at(DAY), None, overlap_days=35)
    cut = cursor_inside(None, first, {"page": 3})
    later = dt.date(2026, 11, 24)
    left, new = plan_walks(at(later), cut, overlap_days=35)
    assert left.window == first.window and left.position == {"page": 3}
    assert new.window == Window(first.window.end - dt.timedelta(days=35), dt.date(2026, 11, 25))
    assert [walk.window for walk in plan_walks(at(DAY), cut, overlap_days=35)] == [first.window]


def test_once_a_week_a_night_looks_back_far() -> None:
    """Late records come with the wide look, seven days after the last one."""
    cursor: Any = {"through": "2026-11-16", "wide_on": "2026-11-15"}
    (narrow,) = plan_walks(at(dt.date(2026, 11, 21)), cursor, overlap_days=35, wide_days=180)
    (wide,) = plan_walks(at(DAY), cursor, overlap_days=35, wide_days=180)
    assert not narrow.is_wide and narrow.window.days == 41
    assert wide.is_wide and wide.window.days == 180
    assert cursor_after(cursor, wide, at(DAY))["wide_on"] == "2026-11-22"
    assert cursor_after(cursor, narrow, at(dt.date(2026, 11, 21)))["wide_on"] == "2026-11-15"
    left, new = plan_walks(
        at(dt.date(2026, 11, 23)), cursor_inside(cursor, wide, {"x": 1}), overlap_days=35, wide_days=180
    )
    assert left.is_wide and not new.is_wide, "a wide look that was cut is finished, not doubled"


def test_a_backfill_asks_for_its_window_once() -> None:
    """From its beginning, then from where it was cut, then not at all."""
    window = Window(dt.date(2015, 1, 1), dt.date(2015, 2, 1))
    (walk,) = plan_walks(at(DAY, window), None, overlap_days=35, wide_days=180)
    assert walk.window == window
    (rest,) = plan_walks(at(DAY, window), cursor_inside(None, walk, {"page": 2}), overlap_days=35)
    assert (rest.window, rest.position) == (window, {"page": 2})
    assert plan_walks(at(DAY, window), cursor_after(None, walk, at(DAY, window)), overlap_days=35) == []


def test_a_clock_set_back_loses_nothing() -> None:
    """A run of an earlier day asks for that day's window and leaves the cursor where it was."""
    cursor: Any = {"through": "2026-11-23", "wide_on": "2026-11-22"}
    (walk,) = plan_walks(at(dt.date(2026, 11, 20)), cursor, overlap_days=35)
    assert walk.window.end == dt.date(2026, 11, 21)
    assert cursor_after(cursor, walk, at(dt.date(2026, 11, 20)))["through"] == "2026-11-23"


@pytest.mark.parametrize("cursor", [{"through": "soon"}, {"walk": {"start": "2026-11-01"}}, {"walk": 7}])
def test_a_cursor_of_somebody_else_is_refused(cursor: Any) -> None:
    """It is named, with what to do."""
    with pytest.raises(Terminal, match="backfill"):
        plan_walks(at(DAY), cursor, overlap_days=35)


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=20), st.integers(1, 40))
def test_every_day_is_asked_for_again_until_it_is_older_than_the_overlap(
    nights: list[tuple[int, bool]], overlap: int
) -> None:
    """Whatever nights are skipped or cut: a complete night has covered everything since the first night's start, and
    each day was asked for again by every complete night of the `overlap` days after it."""
    day, cursor, covered = dt.date(2026, 1, 1), None, set()
    first = day + dt.timedelta(days=nights[0][0] + 1 - overlap)
    for pause, is_cut in nights:
        day += dt.timedelta(days=pause)
        walks = plan_walks(at(day), cursor, overlap_days=overlap)
        for walk in walks:
            if is_cut and walk is walks[-1]:
                cursor = cursor_inside(cursor, walk, {"half": True})
                break
            covered |= {walk.window.start + dt.timedelta(days=n) for n in range(walk.window.days)}
            cursor = cursor_after(cursor, walk, at(day))
        else:
            wanted = {first + dt.timedelta(days=n) for n in range((day - first).days + 1)}
            assert wanted <= covered
            assert walks[-1].window.start <= day - dt.timedelta(days=overlap - 1) or len(walks) == 1
