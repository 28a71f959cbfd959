"""The USPTO portal as a source, against its fake office: walks, page sizes, refusals, weekly files, the key."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from filingwatch.errors import FilingwatchError, Terminal, Transient
from filingwatch.filing import PublicationId
from filingwatch.sources.answers import Answer
from filingwatch.sources.base import Cursor, LiveSource, Page, Query, Window
from filingwatch.sources.pace import Clock
from filingwatch.sources.uspto import UsptoSource
from filingwatch.sources.uspto import paging as paging_module
from filingwatch.sources.uspto import source as uspto_source
from filingwatch.sources.uspto.awaiting import MOST_LOADS, MOST_NIGHTS
from filingwatch.sources.uspto.portal import judge_listing
from tests.clocks import FakeClock
from tests.fake_offices.holdings import QUERY_CLASSES, QUERY_TERMS, Holding, invent_holdings, settled
from tests.fake_offices.serving import NO_FAULTS, Ask, Faults, Reply
from tests.fake_offices.uspto import FILES, LISTS, SEARCH, FakeUspto, _page_of
from tests.unit.source_battery import LiveCase, check_live, check_resumes, read_all, sizes

KEY = "t0psecret-uspto-key"
TODAY = dt.date(2026, 11, 22)
PAGE = 4


def make_office(holdings: list[Holding], faults: Faults, today: dt.date) -> FakeUspto:
    return FakeUspto(holdings, faults=faults, today=today, keys=(KEY,))


def make_source(url: str, folder: Path, clock: Clock) -> LiveSource:
    return UsptoSource(SecretStr(KEY), url, folder, clock=clock, size=PAGE)


CASE = LiveCase(make_office, make_source, (KEY,), office="US", page_size=PAGE)


@pytest.fixture
def holdings() -> list[Holding]:
    """Ten applications of the last three weeks, all of them wanted."""
    return applications(invent_holdings(3, 10, TODAY - dt.timedelta(days=20), TODAY, office="US"))


def applications(invented: list[Holding]) -> list[Holding]:
    """All of them early publications, whose weekly files are of one product; the tests make their grants themselves."""
    return [
        settled(replace(one, publication=PublicationId("US", f"2026{int(one.application.number[-6:]):06d}", "A1")))
        for one in invented
    ]


@contextmanager
def portal(holdings: list[Holding], **more: Any) -> Iterator[FakeUspto]:
    office = FakeUspto(holdings, today=TODAY, keys=(KEY,), **more)
    with office.serving():
        yield office


def night(
    office: FakeUspto,
    folder: Path,
    since: Cursor | None = None,
    *,
    day: dt.date | None = None,
    clock: FakeClock | None = None,
    size: int = 100,
    **asked: Any,
) -> list[Page]:
    """The pages of one run."""
    query = Query(day or office.today, QUERY_TERMS, QUERY_CLASSES)
    source = UsptoSource(SecretStr(KEY), office.url, folder, clock=clock or FakeClock(), size=size)
    try:
        return read_all(source, replace(query, **asked), since)
    finally:
        source.client.close()


def landed(pages: list[Page], feed: str = "uspto-odp") -> list[str]:
    return [str(record.filing.publication) for page in pages if page.feed == feed for record in page.records]


def abstracts(pages: list[Page]) -> dict[str, str]:
    return {
        str(record.filing.publication): text.text
        for page in pages
        if page.feed == "uspto-xml"
        for record in page.records
        for text in record.filing.texts
        if text.part == "abstract"
    }


def remember(pages: list[Page]) -> Callable[[Any], frozenset[str]]:
    """What an installation knows after these pages."""
    held = frozenset(landed(pages))
    return lambda ids: held & frozenset(ids)


class StillClock(FakeClock):
    """A clock on which nothing takes time but waiting."""

    def monotonic(self) -> float:
        return self.slept


def on_day(holdings: list[Holding], day: dt.date) -> list[Holding]:
    """The same holdings, all of them published on one day."""
    return [replace(one, publication_date=day, loaded_on=day) for one in holdings]


def grant(holding: Holding, number: str, day: dt.date) -> Holding:
    """The grant of an application that is held."""
    return replace(settled(holding), publication=PublicationId("US", number, "B2"), publication_date=day, loaded_on=day)


@pytest.mark.parametrize("count", sizes(CASE))
def test_everything_wanted_comes_and_nothing_else(tmp_path: Path, count: int) -> None:
    """Over page sizes at which walks go wrong."""
    check_live(CASE, tmp_path, count)


def test_a_run_that_was_cut_goes_on(tmp_path: Path) -> None:
    """From the cursor of every page the rest comes, in the search and between weekly files."""
    check_resumes(CASE, tmp_path, 2 * PAGE)


@pytest.mark.parametrize("most_records", [10_000, 8])
def test_a_run_that_was_cut_within_a_long_day_or_a_split_window_goes_on(
    holdings: list[Holding], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_records: int
) -> None:
    """Many pages of one window, halves of a window, the step from applications to grants: nothing is passed over."""
    monkeypatch.setattr(paging_module, "MOST_RECORDS", most_records)
    first, second = TODAY - dt.timedelta(days=6), TODAY - dt.timedelta(days=2)
    held = [*on_day(holdings[:5], first), *on_day(holdings[5:], second)]
    old = [replace(one, publication_date=dt.date(2025, 2, 6)) for one in settled_more()]
    held += [part for n, one in enumerate(old) for part in (one, grant(one, f"1234567{n}", first))]
    with portal(held) as office:
        pages = night(office, tmp_path, size=PAGE)
        everything = set(landed(pages))
        assert everything == {str(one.publication) for one in held}
        for cut in range(len(pages)):
            before = pages[: cut + 1]
            rest = night(office, tmp_path, pages[cut].next_cursor, size=PAGE, known=remember(before))
            assert set(landed(before)) | set(landed(rest)) == everything, f"cut at page {cut} of {len(pages)}"
            in_weeks = set(landed(before, "uspto-xml")) | set(landed(rest, "uspto-xml"))
            assert in_weeks == set(landed(pages, "uspto-xml")), f"cut at page {cut} of {len(pages)}"


def settled_more() -> list[Holding]:
    """Six more applications, beside those of the fixture."""
    return applications(invent_holdings(4, 6, TODAY, TODAY, office="US", first_place=500))


def test_every_abstract_comes_from_the_weekly_files(holdings: list[Holding], tmp_path: Path) -> None:
    """As a whole record of a feed of its own, each file is loaded once, and nothing of it stays on disk."""
    with portal(holdings) as office:
        pages = night(office, tmp_path)
    assert abstracts(pages) == {str(one.publication): one.abstract for one in holdings if one.abstract}
    assert sorted(landed(pages, "uspto-xml")) == sorted(str(one.publication) for one in holdings)
    assert set(office.downloads.values()) == {1}
    assert list(tmp_path.iterdir()) == []


def test_both_feeds_say_the_same_of_a_publication(holdings: list[Holding], tmp_path: Path) -> None:
    """Dates, application, classes and applicants: otherwise one feed would part what the other joins."""
    with portal(holdings) as office:
        pages = night(office, tmp_path)
    found: dict[str, dict[str, Any]] = {"uspto-odp": {}, "uspto-xml": {}}
    for page in pages:
        for record in page.records:
            filing = record.filing
            found[page.feed][str(filing.publication)] = (
                filing.publication_date, filing.filing_date, filing.application, filing.earliest_priority_date,
                [(one.scheme, one.symbol) for one in filing.classifications],
                [one for one in filing.parties if one.role == "applicant"], filing.priorities, filing.texts[0],
            )  # fmt: skip
    assert found["uspto-odp"] == found["uspto-xml"]
    assert len(found["uspto-odp"]) == len(holdings)


def test_the_key_never_reaches_the_file_store(holdings: list[Holding], tmp_path: Path) -> None:
    """Downloads are redirected to another host, which is sent no key; the portal is sent it every time."""
    with portal(holdings) as office:
        night(office, tmp_path)
    assert office.store.asks
    assert not [ask for ask in office.store.asks if KEY in str(ask)]
    assert {ask.headers.get("x-api-key") for ask in office.asks} == {KEY}


def test_a_listing_cannot_send_the_key_elsewhere(holdings: list[Holding], tmp_path: Path) -> None:
    """The files' addresses name the real host, whatever the settings say: only their path is taken."""
    with portal(holdings) as office:
        listing = office._list(replace_ask(office)).body
        assert b"https://api.uspto.gov/" in listing
        pages = night(office, tmp_path)
    assert abstracts(pages)


def replace_ask(office: FakeUspto) -> Any:
    query = {"fileDataFromDate": ["2026-01-01"], "fileDataToDate": ["2026-12-31"], "includeFiles": ["true"]}
    return Ask("GET", "/api/v1/datasets/products/APPXML", query, {})


def test_requests_come_one_by_one_and_not_too_fast(holdings: list[Holding], tmp_path: Path) -> None:
    """A key allows one request at a time; at least 0.3 s lie between the starts of two."""
    clock = StillClock()
    with portal(holdings) as office:
        night(office, tmp_path, clock=clock)
        assert clock.waits == [pytest.approx(0.3)] * (len(office.asks) - 1)


def test_a_busy_portal_is_given_five_seconds(holdings: list[Holding], tmp_path: Path) -> None:
    """429 says nothing of how long; the office's page says five seconds."""
    clock = FakeClock()
    with portal(holdings, faults=Faults(1, 0.3, ("rate_limited",))) as office:
        pages = night(office, tmp_path, clock=clock)
        assert office.disturbed
    assert len(set(landed(pages))) == len(holdings)
    assert len([wait for wait in clock.waits if wait >= 5]) == len(office.disturbed)


def test_a_second_request_beside_a_first_is_refused_by_the_fake() -> None:
    """The fake is strict enough to notice a connector that asks in parallel."""
    with portal([]) as office, office.busy:
        source = UsptoSource(SecretStr(KEY), office.url, Path(), clock=FakeClock())
        with pytest.raises(Transient, match="429"):
            source.probe()


def test_an_answer_that_is_too_large_is_asked_for_in_smaller_pages(holdings: list[Holding], tmp_path: Path) -> None:
    """At the same place, down to what the office sends; later pages grow again."""
    with portal(on_day(holdings, TODAY - dt.timedelta(days=20)), most_bytes=5000) as office:
        pages = night(office, tmp_path)
    asked = [json.loads(ask.body)["pagination"] for ask in office.asks if ask.path == SEARCH]
    assert sorted(set(landed(pages))) == sorted(str(one.publication) for one in holdings)
    assert asked[:4] == [{"offset": 0, "limit": limit} for limit in (100, 50, 25, 12)]
    limits = [one["limit"] for one in asked]
    assert any(later > earlier for earlier, later in itertools.pairwise(limits))


def test_a_record_that_is_too_large_alone_ends_the_work(holdings: list[Holding], tmp_path: Path) -> None:
    with portal(holdings, most_bytes=100) as office, pytest.raises(Terminal, match="alone is larger"):
        night(office, tmp_path)


def test_the_end_of_a_list_is_not_asked_beyond(holdings: list[Holding], tmp_path: Path) -> None:
    """An offset at the end is a 404, which would look like an error or like nothing found."""
    with portal(on_day(holdings[: 2 * PAGE], TODAY)) as office:
        night(office, tmp_path, size=PAGE)
    asked = [json.loads(ask.body) for ask in office.asks if ask.path == SEARCH]
    dates = [one for one in asked if one["rangeFilters"][0]["valueTo"] == TODAY.isoformat()]
    assert [one["pagination"]["offset"] for one in dates] == [0, PAGE, 0]


def test_nothing_found_is_an_answer(tmp_path: Path) -> None:
    """404 with the office's words means zero; the walk leaves one page, whose payload is that answer."""
    with portal([]) as office:
        (page,) = night(office, tmp_path)
    assert not page.records and not page.rejects
    assert b"No matching records" in page.payload
    assert page.next_cursor["through"] == "2026-11-23"


def test_another_404_is_an_error(tmp_path: Path) -> None:
    """A wrong address must not look like a quiet office."""
    with portal([]) as office:
        source = UsptoSource(SecretStr(KEY), f"{office.url}/elsewhere", tmp_path, clock=FakeClock())
        with pytest.raises(Terminal, match="404"):
            list(source.pages(Query(TODAY, QUERY_TERMS), None))


@pytest.mark.parametrize(("key", "fresh", "said"), [("wrong", False, "403"), (KEY, True, "half an hour")])
def test_a_refused_key_is_explained(tmp_path: Path, key: str, fresh: bool, said: str) -> None:
    """A new key is refused for some minutes; the message says so, names the variable, and never the key."""
    with portal([], is_fresh=fresh) as office:
        source = UsptoSource(SecretStr(key), office.url, tmp_path, clock=FakeClock())
        with pytest.raises(Terminal, match=said) as caught:
            source.probe()
    assert "FILINGWATCH_USPTO_KEY" in str(caught.value)
    assert KEY not in str(caught.value)
    assert len(office.asks) == 1


def test_a_wait_until_a_date_counts_from_the_answer() -> None:
    """Not from the clock of this machine at another time, which tests and nights that were moved have."""
    at = dt.datetime(2020, 1, 5, 12, 0, 0, tzinfo=dt.UTC)
    headers = httpx.Headers({"Retry-After": "Sun, 05 Jan 2020 12:00:40 GMT"})
    again = judge_listing(Answer(429, headers, b"", at=at))
    assert again is not None and again.wait == 40


def test_a_missing_key_is_explained(tmp_path: Path) -> None:
    with portal([]) as office:
        source = UsptoSource(SecretStr(""), office.url, tmp_path, clock=FakeClock())
        with pytest.raises(Terminal, match="saw no API key"):
            source.probe()


def test_a_question_that_is_not_understood_ends_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("filingwatch.sources.uspto.query._TITLE", "noSuchField")
    with portal([]) as office, pytest.raises(Terminal, match="400"):
        night(office, tmp_path)


def test_an_error_inside_a_200_is_asked_again(holdings: list[Holding], tmp_path: Path) -> None:
    with portal(holdings, faults=Faults(2, 0.3, ("error_in_200",))) as office:
        pages = night(office, tmp_path)
        assert office.disturbed
    assert len(set(landed(pages))) == len(holdings)


def test_a_page_that_is_shorter_than_it_counts_is_asked_again(holdings: list[Holding], tmp_path: Path) -> None:
    """Empty or half: it is no end of the list, and nothing behind it is passed over."""
    with portal(on_day(holdings, TODAY), faults=Faults(2, 0.5, ("short_bag",))) as office:
        pages = night(office, tmp_path, size=PAGE)
        assert len(office.disturbed) > 1
    assert sorted(landed(pages)) == sorted(str(one.publication) for one in holdings)
    assert not [page for page in pages if "missing" in page.notes]


def test_a_page_that_stays_short_ends_the_night(
    holdings: list[Holding], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The walk stays open where it is, so that the next night asks there again."""
    with portal(on_day(holdings, TODAY)) as office:
        sound = office._search
        monkeypatch.setattr(office, "_search", lambda ask: sound(ask, share=0.0 if _page_of(ask)[0] else 1.0))
        source = UsptoSource(SecretStr(KEY), office.url, tmp_path, clock=FakeClock(), size=PAGE)
        pages: list[Page] = []
        with pytest.raises(Transient, match="sent 0 records where 4 of its 10 are due"):
            for page in source.pages(Query(TODAY, QUERY_TERMS, QUERY_CLASSES), None):
                pages.append(page)
        assert len(landed(pages)) == PAGE
        monkeypatch.undo()
        rest = night(office, tmp_path, pages[-1].next_cursor, size=PAGE)
    assert set(landed(rest)) | set(landed(pages)) == {str(one.publication) for one in holdings}


def test_what_is_missing_is_noted_on_a_page_without_records_too(
    holdings: list[Holding], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the list ends before its count, and the last answer is a 404."""
    nothing = Reply(404, b'{"code":404,"errorDetails":"No matching records found"}', "application/json")
    with portal(on_day(holdings, TODAY)) as office:
        sound = office._search
        monkeypatch.setattr(office, "_search", lambda ask: nothing if _page_of(ask)[0] else sound(ask))
        pages = night(office, tmp_path, size=PAGE)
    assert [page.notes["missing"] for page in pages if "missing" in page.notes] == [10 - PAGE]
    assert "walk" not in pages[-1].next_cursor


def test_a_record_that_slips_between_two_pages_is_found(
    holdings: list[Holding], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The office sorts by day alone: while fewer records were seen than counted, the pages are asked for again."""
    one_day = on_day(holdings, TODAY)
    with portal(one_day) as office:
        turned = itertools.cycle((office._wrappers(), office._wrappers()[::-1]))
        monkeypatch.setattr(office, "_wrappers", lambda: next(turned))
        pages = night(office, tmp_path, size=PAGE, window=Window(TODAY, TODAY + dt.timedelta(days=1)))
    assert set(landed(pages)) == {str(one.publication) for one in one_day}
    assert not [page for page in pages if "missing" in page.notes]


def test_what_is_counted_and_never_shown_is_noted(
    holdings: list[Holding], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some looks the walk goes on, and says how many are missing."""
    with portal(on_day(holdings[: 2 * PAGE], TODAY)) as office:
        doubled = [*office._wrappers(), office._wrappers()[0]]
        monkeypatch.setattr(office, "_wrappers", lambda: doubled)
        pages = night(office, tmp_path, size=PAGE)
    assert [page.notes["missing"] for page in pages if "missing" in page.notes] == [1]
    assert "walk" not in pages[-1].next_cursor


def test_a_list_that_is_too_long_is_asked_for_in_shorter_windows(
    holdings: list[Holding], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search pages through so many records and no further; one day with more is said aloud."""
    monkeypatch.setattr(paging_module, "MOST_RECORDS", 8)
    with portal(holdings) as office:
        pages = night(office, tmp_path, size=PAGE)
        assert set(landed(pages)) == {str(one.publication) for one in holdings}
        assert all(json.loads(ask.body)["pagination"]["offset"] < 8 for ask in office.asks if ask.path == SEARCH)
    with portal(on_day(holdings, TODAY)) as office, pytest.raises(Terminal, match="narrower"):
        night(office, tmp_path, size=PAGE)


def test_grants_come_by_their_own_day(holdings: list[Holding], tmp_path: Path) -> None:
    """A wrapper found by its grant brings the older publication along, whose weekly file is not loaded for it."""
    old = settled(replace(holdings[0], publication_date=dt.date(2025, 2, 6)))
    with portal([old, grant(old, "12345678", dt.date(2026, 11, 17))]) as office:
        pages = night(office, tmp_path)
    assert landed(pages) == [str(old.publication), "US12345678B2"]
    assert landed(pages, "uspto-xml") == ["US12345678B2"]
    assert list(office.downloads) == ["ipg261117.zip"]


def test_abstracts_come_once_whatever_other_sources_hold(holdings: list[Holding], tmp_path: Path) -> None:
    """Another source may have landed the publication without one; nights overlap by two weeks, wide ones by nine, and
    a file may be downloaded twenty times a year."""
    with portal(holdings) as office:
        first = night(office, tmp_path, known=frozenset)
        assert abstracts(first) == {str(one.publication): one.abstract for one in holdings if one.abstract}
        files, since = dict(office.downloads), first[-1].next_cursor
        for days in (1, 2, 8, 16):
            office.today = TODAY + dt.timedelta(days=days)
            asked = len(office.asks)
            later = night(office, tmp_path, since, known=frozenset)
            assert not [ask for ask in office.asks[asked:] if ask.path.startswith(LISTS)], f"{days} days later"
            since = later[-1].next_cursor
    assert set(landed(later)) <= set(landed(first)) and landed(later)
    assert set(files.values()) == {1}


def test_what_was_read_is_forgotten_when_no_search_asks_for_it(holdings: list[Holding], tmp_path: Path) -> None:
    """The cursor does not grow from year to year; a backfill leaves nothing behind at all."""
    with portal(holdings) as office:
        first = night(office, tmp_path)
        assert "done" in str(first[-1].next_cursor)
        office.today = TODAY + dt.timedelta(days=uspto_source.DONE_DAYS + 1)
        later = night(office, tmp_path, first[-1].next_cursor)
        assert not [ask for page in later for ask in page.records if page.feed == "uspto-xml"]
        office.today += dt.timedelta(days=1)
        later = night(office, tmp_path, later[-1].next_cursor)
        assert "done" not in str(later[-1].next_cursor)
        window = Window(TODAY - dt.timedelta(days=30), TODAY)
        filled = night(office, tmp_path, window=window)
    assert abstracts(filled) and "done" not in str(filled[-1].next_cursor)


def test_late_and_amended_records_come(holdings: list[Holding], tmp_path: Path) -> None:
    """What is loaded nine days late, and a title that is corrected."""
    late = replace(holdings[0], publication_date=TODAY, loaded_on=TODAY + dt.timedelta(days=9))
    amended = replace(holdings[1], amended_on=TODAY + dt.timedelta(days=3), amended_title="Street lantern, corrected")
    with portal([late, amended, holdings[2]]) as office:
        first = night(office, tmp_path)
        assert str(late.publication) not in landed(first)
        office.today = TODAY + dt.timedelta(days=10)
        second = night(office, tmp_path, first[-1].next_cursor, known=remember(first))
    assert abstracts(second).get(str(late.publication)) == late.abstract
    assert "Street lantern, corrected" in {r.filing.texts[0].text for page in second for r in page.records}


def test_a_document_that_is_not_in_its_file_is_awaited(holdings: list[Holding], tmp_path: Path) -> None:
    """A file in the same state is not loaded again; when the office replaces it, the document comes."""
    day = holdings[0].publication_date
    one_day = on_day(holdings[:3], day)
    late = str(one_day[0].publication)
    name = f"ipa{day:%y%m%d}.zip"
    with portal(one_day) as office:
        office.missing = {late}
        first = night(office, tmp_path)
        assert late in landed(first) and late not in landed(first, "uspto-xml")
        assert first[-1].notes["awaiting"] == 1
        asked = len(office.asks)
        again = night(office, tmp_path, first[-1].next_cursor, known=remember(first))
        assert not [ask for ask in office.asks[asked:] if "products" in ask.path], "one look a night is enough"
        office.today = TODAY + dt.timedelta(days=1)
        second = night(office, tmp_path, again[-1].next_cursor, known=remember(first))
        assert office.downloads == {name: 1}
        office.missing = set()
        office.replace_week(name)
        office.today = TODAY + dt.timedelta(days=2)
        third = night(office, tmp_path, second[-1].next_cursor, known=remember(first))
    assert landed(third, "uspto-xml") == [late]
    assert office.downloads == {name: 2}
    assert "wanted" not in str(third[-1].next_cursor)


def test_what_never_comes_is_given_up_with_a_note(holdings: list[Holding], tmp_path: Path) -> None:
    """After some nights; some documents are missing for good."""
    one = replace(holdings[0], publication_date=TODAY, loaded_on=TODAY)
    since: Cursor | None = None
    pages: list[Page] = []
    with portal([one]) as office:
        office.missing = {str(one.publication)}
        for step in range(MOST_NIGHTS):
            assert not [page for page in pages if "given_up" in page.notes]
            office.today = TODAY + dt.timedelta(days=step)
            pages = night(office, tmp_path, since, known=remember(pages) if pages else lambda ids: frozenset())
            since = pages[-1].next_cursor
        assert pages[-1].notes["given_up"]["examples"] == [str(one.publication)]
        office.today += dt.timedelta(days=1)
        asked = len(office.asks)
        night(office, tmp_path, since, known=remember(pages))
        assert not [ask for ask in office.asks[asked:] if "products" in ask.path]


def test_a_file_that_is_not_published_yet_is_awaited(holdings: list[Holding], tmp_path: Path) -> None:
    """The listing answers 404 with the office's words when it has no file for these days."""
    one = replace(holdings[0], publication_date=TODAY, loaded_on=TODAY)
    with portal([one], faults=Faults(1, 1.0, ("no_list",))) as office:
        first = night(office, tmp_path)
        assert office.disturbed and first[-1].notes["awaiting"] == 1
        office.faults = NO_FAULTS
        office.today = TODAY + dt.timedelta(days=1)
        second = night(office, tmp_path, first[-1].next_cursor, known=remember(first))
    assert landed(second, "uspto-xml") == [str(one.publication)]


def test_a_file_that_cannot_be_had_does_not_stop_the_night(holdings: list[Holding], tmp_path: Path) -> None:
    """The search is landed and its walk closed; the error is told at the end, and the next night tries again."""
    with portal(holdings) as office:
        office.downloads = dict.fromkeys((f"ipa{one.publication_date:%y%m%d}.zip" for one in holdings), 20)
        source = UsptoSource(SecretStr(KEY), office.url, tmp_path, clock=FakeClock())
        pages: list[Page] = []
        with pytest.raises(Transient, match="429"):
            for page in source.pages(Query(TODAY, QUERY_TERMS, QUERY_CLASSES), None):
                pages.append(page)
        assert set(landed(pages)) == {str(one.publication) for one in holdings}
        assert "walk" not in pages[-1].next_cursor and "postponed" in pages[-1].notes
        office.downloads = {}
        office.today = TODAY + dt.timedelta(days=1)
        second = night(office, tmp_path, pages[-1].next_cursor, known=remember(pages))
    assert len(abstracts(second)) == sum(one.abstract is not None for one in holdings)


@pytest.mark.parametrize(
    ("place", "broken"),
    [
        (LISTS, Reply(500, b"out of order", "text/html")),
        (LISTS, Reply(200, b"{}", "application/json")),
        (LISTS, Reply(200, b"not JSON", "application/json")),
        (LISTS, Reply(404, b"<html>gone</html>", "text/html")),
        (FILES, Reply(404, b'{"code":404,"error":"Not Found"}', "application/json")),
    ],
)
def test_broken_lists_and_files_never_keep_new_records_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, broken: Reply
) -> None:
    """Three nights long: what was published that day lands, the walk closes, the error is told; then all is made up."""
    held = [replace(one, publication_date=TODAY + dt.timedelta(days=n)) for n, one in enumerate(settled_more()[:4])]
    held = [replace(one, loaded_on=one.publication_date) for one in held]
    since: Cursor | None = None
    seen: list[Page] = []
    with portal(held) as office:
        sound = office.reply
        monkeypatch.setattr(office, "reply", lambda ask: broken if _is_asked(ask.path, place) else sound(ask))
        for one in held[:3]:
            office.today = one.publication_date
            pages, error = night_that_fails(office, tmp_path, since, known=remember(seen))
            assert error is not None
            assert str(one.publication) in landed(pages)
            since = pages[-1].next_cursor
            assert "walk" not in since and "postponed" in pages[-1].notes
            seen += pages
        monkeypatch.undo()
        office.today = held[3].publication_date
        last = night(office, tmp_path, since, known=remember(seen))
    assert sorted(landed(last, "uspto-xml")) == sorted(str(one.publication) for one in held)


def _is_asked(path: str, place: str) -> bool:
    return path.startswith(place) and (place == FILES or not path.startswith(FILES))


def night_that_fails(
    office: FakeUspto, folder: Path, since: Cursor | None, **asked: Any
) -> tuple[list[Page], FilingwatchError | None]:
    """The pages that a run gave, and how it ended."""
    source = UsptoSource(SecretStr(KEY), office.url, folder, clock=FakeClock())
    pages: list[Page] = []
    try:
        for page in source.pages(replace(Query(office.today, QUERY_TERMS, QUERY_CLASSES), **asked), since):
            pages.append(page)
    except FilingwatchError as error:
        return pages, error
    finally:
        source.client.close()
    return pages, None


def test_a_key_that_is_refused_at_a_file_ends_the_night(
    holdings: list[Holding], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else could be had either: the walk stays open for the next night."""
    refused = Reply(403, b'{"code":403,"error":"Forbidden"}', "application/json")
    with portal(holdings) as office:
        sound = office.reply
        monkeypatch.setattr(office, "reply", lambda ask: refused if ask.path.startswith(FILES) else sound(ask))
        pages, error = night_that_fails(office, tmp_path, None)
        assert isinstance(error, Terminal) and "half an hour" in str(error)
        assert len([ask for ask in office.asks if ask.path.startswith(FILES)]) == 1
    assert "walk" in pages[-1].next_cursor


def test_every_try_of_a_download_counts(
    holdings: list[Holding], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The office counts each of them: over any number of nights, and in a backfill, a file is asked for less than
    twenty times; then its documents are given up, with the true reason."""
    one = replace(holdings[0], publication_date=TODAY, loaded_on=TODAY)
    name = f"ipa{TODAY:%y%m%d}.zip"
    for asked in ({}, {"window": Window(TODAY, TODAY + dt.timedelta(days=1))}):
        with portal([one]) as office:
            monkeypatch.setattr(office.store, "reply", lambda ask: Reply(500, b"out of order", "text/html"))
            since: Cursor | None = None
            for step in range(6):
                office.today = TODAY + dt.timedelta(days=step)
                pages, error = night_that_fails(office, tmp_path, since, **asked)
                since = pages[-1].next_cursor
                if error is None:
                    break
            assert MOST_LOADS <= office.downloads[name] <= MOST_LOADS + 4
            assert pages[-1].notes["given_up"]["examples"] == [str(one.publication)]
            assert f"asked for {office.downloads[name]} times" in pages[-1].notes["given_up"]["why"]
            assert "walk" not in since


def test_what_has_no_weekly_file_is_given_up_as_such(holdings: list[Holding], tmp_path: Path) -> None:
    """It is not said to be missing in a file that was never seen."""
    window = Window(TODAY - dt.timedelta(days=30), TODAY + dt.timedelta(days=1))
    with portal(holdings[:1], faults=Faults(1, 1.0, ("no_list",))) as office:
        pages = night(office, tmp_path, window=window)
    assert pages[-1].notes["given_up"]["why"] == "no weekly file of their day is listed"


def test_a_refused_download_ends_the_loading_of_a_night(
    holdings: list[Holding], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The quota of the key may be spent: no other file is asked for. It counts once, for nothing was handed out, and
    another night begins with other files."""
    busy = Reply(429, b'{"code":429,"error":"Too Many Requests"}', "application/json")
    with portal(holdings) as office:
        sound, asked = office.reply, []

        def reply(ask: Ask) -> Reply:
            asked.append(ask.path)
            return busy if ask.path.startswith(FILES) else sound(ask)

        monkeypatch.setattr(office, "reply", reply)
        since: Cursor | None = None
        first: list[str] = []
        for step in range(2):
            asked.clear()
            office.today = TODAY + dt.timedelta(days=step)
            pages, error = night_that_fails(office, tmp_path, since)
            since = pages[-1].next_cursor
            assert isinstance(error, Transient) and "429" in str(error)
            files = [path for path in asked if path.startswith(FILES)]
            assert 1 < len(files) < 5 and len(set(files)) == 1
            assert "walk" not in since and "postponed" in pages[-1].notes
            first.append(files[0])
        assert first[0] != first[1]
        assert sorted(entry["loads"] for entry in since["awaiting"].values())[-2:] == [1, 1]
        monkeypatch.undo()
        office.today += dt.timedelta(days=1)
        last = night(office, tmp_path, since)
    assert len(landed(last, "uspto-xml")) == len(holdings)


def test_the_file_stores_refusal_says_nothing_about_the_key(holdings: list[Holding], tmp_path: Path) -> None:
    """Its addresses run out after some minutes: the portal gives a new one."""
    with portal(holdings[:3], faults=Faults(4, 1.0, ("store_refuses",))) as office:
        pages = night(office, tmp_path)
        assert office.disturbed
    assert len(landed(pages, "uspto-xml")) == 3


def test_a_complete_file_of_a_run_that_was_cut_is_used(holdings: list[Holding], tmp_path: Path) -> None:
    """It need not be downloaded again; what is left of others is removed."""
    day = holdings[0].publication_date
    name = f"ipa{day:%y%m%d}.zip"
    with portal([holdings[0]]) as office:
        (tmp_path / name).write_bytes(office._week("APPXML", day))
        (tmp_path / f"{name}.part").write_bytes(b"half")
        (tmp_path / "ipg260101.zip").write_bytes(b"old")
        pages = night(office, tmp_path)
    assert landed(pages, "uspto-xml") == [str(holdings[0].publication)]
    assert office.downloads == {} and list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_loaded_another_time(
    holdings: list[Holding], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with portal([holdings[0]]) as office:
        monkeypatch.setattr(office, "_week", lambda *_, **__: b"no zip at all")
        source = UsptoSource(SecretStr(KEY), office.url, tmp_path, clock=FakeClock())
        pages = []
        with pytest.raises(Transient, match="not a ZIP"):
            for page in source.pages(Query(TODAY, QUERY_TERMS, QUERY_CLASSES), None):
                pages.append(page)
        assert list(tmp_path.iterdir()) == []
        monkeypatch.undo()
        office.today = TODAY + dt.timedelta(days=1)
        second = night(office, tmp_path, pages[-1].next_cursor, known=remember(pages))
    assert landed(second, "uspto-xml") == [str(holdings[0].publication)]


def test_a_backfill_asks_for_its_window_and_gives_up_at_once(holdings: list[Holding], tmp_path: Path) -> None:
    """What an old file lacks will not come; a second run of the same window asks nothing."""
    window = Window(TODAY - dt.timedelta(days=12), TODAY - dt.timedelta(days=3))
    inside = [one for one in holdings if window.start <= one.publication_date < window.end]
    with portal(holdings) as office:
        office.missing = {str(inside[0].publication)}
        pages = night(office, tmp_path, window=window)
        asked = len(office.asks)
        assert night(office, tmp_path, pages[-1].next_cursor, window=window) == []
        assert len(office.asks) == asked
    assert set(landed(pages)) == {str(one.publication) for one in inside}
    assert pages[-1].notes["given_up"]["count"] == 1
    assert "wanted" not in str(pages[-1].next_cursor)


def test_an_estimate_costs_four_requests(holdings: list[Holding], tmp_path: Path) -> None:
    """Two counts, and the lists of the two products where something was counted."""
    window = Window(TODAY - dt.timedelta(days=12), TODAY - dt.timedelta(days=3))
    inside = [one for one in holdings if window.start <= one.publication_date < window.end]
    granted = grant(holdings[0], "12345678", window.start)
    with portal([*holdings, granted]) as office:
        source = UsptoSource(SecretStr(KEY), office.url, tmp_path, clock=FakeClock())
        estimate = source.estimate(Query(TODAY, QUERY_TERMS, QUERY_CLASSES, window=window))
        assert len(office.asks) == 4
        files = len({one.publication_date for one in inside}) + 1
    assert estimate.records == len(inside) + 1
    assert estimate.bytes > 1000 and str(files) in estimate.note


def test_a_probe_says_how_much_there_is(holdings: list[Holding], tmp_path: Path) -> None:
    with portal(holdings) as office:
        assert "10 applications" in UsptoSource(SecretStr(KEY), office.url, tmp_path, clock=FakeClock()).probe()
        assert len(office.asks) == 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"offices": ("CN", "EP")}, "publishes for US alone"), ({"terms": ("智慧城市",), "classes": ()}, "English")],
)
def test_a_watch_that_cannot_be_asked_here_moves_the_cursor_alone(
    tmp_path: Path, asked: dict[str, Any], said: str
) -> None:
    """No request is made; the page says why."""
    with portal([]) as office:
        (page,) = night(office, tmp_path, **asked)
    assert said in page.notes["not_asked"]
    assert page.next_cursor["through"] == "2026-11-23"
    assert office.asks == []


def test_terms_that_were_not_asked_are_noted(holdings: list[Holding], tmp_path: Path) -> None:
    with portal(holdings) as office:
        pages = night(office, tmp_path)
    assert all(page.notes["not_asked"] == ["路灯网"] for page in pages if page.feed == "uspto-odp")


@pytest.mark.parametrize("cursor", [{"awaiting": {"x": {}}}, {"awaiting": 3}, {"walk": {"position": {"from": 4}}}])
def test_a_cursor_that_is_not_ours_is_refused(tmp_path: Path, cursor: dict[str, Any]) -> None:
    with portal([]) as office, pytest.raises(Terminal, match=r"cursor|position"):
        night(office, tmp_path, {"through": "2026-11-20", **cursor})
