"""The demo's background: invented totals that grow as they are published and know none of the planted shifts."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from filingwatch.sources.base import MonthTotal, Query
from filingwatch.sources.demo import DemoOffice, truth
from filingwatch.sources.demo.totals import count_totals

BORN = dt.date(2026, 11, 22)


def by_cell(totals: list[MonthTotal]) -> dict[tuple[str, str, dt.date], int]:
    return {(one.office, one.kind, one.filing_month): one.filing_count for one in totals}


def test_totals_only_grow_as_publication_goes_on() -> None:
    """What a month holds on a day it holds on any later day, and after two years it does not change any more."""
    days = [BORN - dt.timedelta(days=90 * back) for back in range(10, -1, -1)]
    seen = [by_cell(count_totals(day, 1.0)) for day in days]
    for before, after in pairwise(seen):
        assert all(after[cell] >= count for cell, count in before.items())
    later = by_cell(count_totals(BORN + dt.timedelta(days=400), 1.0))
    settled = {cell: count for cell, count in seen[-1].items() if cell[2] < dt.date(2022, 1, 1)}
    assert {cell: later[cell] for cell in settled} == settled


def test_totals_have_growth_and_season_and_no_shift() -> None:
    """From year to year every month grows by the planted growth, through the shift of 2015 as well."""
    totals = by_cell(count_totals(BORN, 10.0))
    for year in (2013, 2014, 2015, 2016):
        now, before = (totals["CN", "invention", dt.date(one, 5, 1)] for one in (year, year - 1))
        assert abs(now / before - truth.YEARLY_GROWTH) < 0.001
    december, november = (totals["CN", "invention", dt.date(2014, month, 1)] for month in (12, 11))
    assert 1.75 < december / november < 1.85


def test_totals_come_once_a_month() -> None:
    """The first page of the first night brings them, later pages and the next nights of the month do not."""
    office = DemoOffice(scale=0.05)
    pages = list(office.pages(Query(as_of=BORN), None))
    assert len(pages) > 1
    assert [bool(page.background) for page in pages] == [True, *[False] * (len(pages) - 1)]
    later = list(office.pages(Query(as_of=dt.date(2026, 11, 30)), pages[-1].next_cursor))
    assert not any(page.background for page in later)
    next_month = list(office.pages(Query(as_of=dt.date(2026, 12, 20)), pages[-1].next_cursor))
    assert [bool(page.background) for page in next_month][:1] == [True]
