"""Checks that every source must pass, whatever it reads. A source's own tests call them with a source that has news."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from filingwatch.filing import content_hash
from filingwatch.sources.base import Cursor, LiveSource, Page, Query, Source
from filingwatch.sources.pace import Clock
from tests.clocks import FakeClock
from tests.fake_offices.holdings import QUERY_CLASSES, QUERY_TERMS, Holding, invent_holdings, settled
from tests.fake_offices.serving import NO_FAULTS, FakeOffice, Faults


def read_all(source: Source, query: Query, since: Cursor | None) -> list[Page]:
    """All pages, checked one by one."""
    pages = list(source.pages(query, since))
    for page in pages:
        check_page(page)
    return pages


def check_page(page: Page) -> None:
    """Each index once over records and rejects; cursor, request and notes are plain JSON data; the payload is kept."""
    places = [record.index for record in page.records] + [reject.index for reject in page.rejects]
    assert sorted(places) == list(range(len(places)))
    for part in (page.next_cursor, page.request, page.notes):
        assert json.loads(json.dumps(part)) == dict(part)
    assert page.payload
    for record in page.records:
        assert len(content_hash(record.filing.plain())) == 32
    for reject in page.rejects:
        assert reject.code and reject.reason and reject.original


def check_source(source: Source) -> None:
    """What a source says of itself."""
    assert source.name == source.name.lower() and source.name.strip()
    assert isinstance(source.is_synthetic, bool)


def check_resume(source: Source, query: Query, pages: list[Page], cut: int) -> None:
    """Continuing from the cursor of page `cut` gives exactly the records that were left, in the same order."""
    left = [record.filing for page in pages[cut + 1 :] for record in page.records]
    again = [record.filing for page in read_all(source, query, pages[cut].next_cursor) for record in page.records]
    assert again == left


@dataclass(frozen=True)
class LiveCase:
    """How a battery makes one live source: from an office that is serving, a folder for its files and a clock."""

    make_office: Callable[[list[Holding], Faults, dt.date], FakeOffice]
    make_source: Callable[[str, Path, Clock], LiveSource]
    secrets: tuple[str, ...]
    office: str | None = None
    page_size: int = 100


def sizes(case: LiveCase, cap: int | None = None) -> list[int]:
    """The sizes at which page walks go wrong: nothing, one, around a page, two pages, around the cap."""
    n = case.page_size
    return [0, 1, n - 1, n, n + 1, 2 * n] + ([] if cap is None else [cap, cap + 1])


def check_live(case: LiveCase, folder: Path, count: int) -> None:
    """One quiet night: every holding that answers the watch comes, exactly those, and no secret is said anywhere."""
    today = dt.date(2026, 11, 22)
    holdings = [settled(one) for one in invent(case, count, today)]
    office, clock = case.make_office(holdings, NO_FAULTS, today), FakeClock()
    with office.serving() as url:
        source = case.make_source(url, folder, clock)
        check_source(source)
        pages = read_all(source, QUERY.at(today), None)
        source.client.close()
    found = {str(record.filing.publication) for page in pages for record in page.records}
    assert found == {str(one.publication) for one in holdings if one.is_wanted}
    assert pages, "a walk without a hit leaves a page as well, so that its end is known"
    assert "walk" not in pages[-1].next_cursor
    said = json.dumps([[page.request, page.notes, page.next_cursor] for page in pages], default=str)
    said += repr(source) + repr(source.client) + repr(source.client.take_attempts()) + repr(vars(source))
    assert not [secret for secret in case.secrets if secret in said]


def check_resumes(case: LiveCase, folder: Path, count: int) -> None:
    """From the cursor of whatever page a run was cut at, the rest comes: together they are everything."""
    today = dt.date(2026, 11, 22)
    holdings = [settled(one) for one in invent(case, count, today)]
    wanted = {str(one.publication) for one in holdings if one.is_wanted}
    office = case.make_office(holdings, NO_FAULTS, today)
    with office.serving() as url:
        pages = read_all(case.make_source(url, folder / "whole", FakeClock()), QUERY.at(today), None)
        for cut in range(len(pages)):
            before = {str(record.filing.publication) for page in pages[: cut + 1] for record in page.records}
            source = case.make_source(url, folder / str(cut), FakeClock())
            query = replace(QUERY.at(today), known=lambda ids, held=frozenset(before): held & frozenset(ids))
            rest = read_all(source, query, pages[cut].next_cursor)
            source.client.close()
            after = {str(record.filing.publication) for page in rest for record in page.records}
            assert before | after == wanted, f"cut at page {cut} of {len(pages)}"


def invent(case: LiveCase, count: int, today: dt.date) -> list[Holding]:
    """`count` holdings that answer the watch, published in the three weeks before a day, and as many that do not."""
    first = today - dt.timedelta(days=20)
    wanted = invent_holdings(7, count, first, today, office=case.office)
    return wanted + invent_holdings(8, count + 1, first, today, office=case.office, matching=0.0, first_place=count)


@dataclass(frozen=True)
class _Asked:
    terms: tuple[str, ...]
    classes: tuple[str, ...]

    def at(self, day: dt.date) -> Query:
        return Query(day, self.terms, self.classes)


QUERY = _Asked(QUERY_TERMS, QUERY_CLASSES)
