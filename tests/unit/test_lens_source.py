"""Lens against a server that behaves like it: days, scrolls that break, limits, backfills."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from filingwatch.errors import QuotaSpent, Terminal, Transient
from filingwatch.sources.base import LiveSource, Page, Query, Window
from filingwatch.sources.lens import POLICY, LensSource
from tests.clocks import FakeClock
from tests.fake_offices.holdings import QUERY_CLASSES, QUERY_TERMS, Holding, invent_holdings, settled
from tests.fake_offices.lens import TOKEN, FakeLens
from tests.fake_offices.serving import GENERIC_FAULTS, Ask, Faults, Reply
from tests.unit.source_battery import QUERY, LiveCase, check_live, check_resumes, read_all, sizes

TODAY = dt.date(2026, 11, 22)
ALL_QUERY = Query(TODAY, QUERY_TERMS, QUERY_CLASSES)
CASE = LiveCase(
    make_office=lambda holdings, faults, today: FakeLens(holdings, faults=faults, today=today),
    make_source=lambda url, folder, clock: LensSource(SecretStr(TOKEN), url, clock=clock, size=10),
    secrets=(f"Bearer {TOKEN}", f'"{TOKEN}"'),
    page_size=10,
)


ONE_DAY_QUERY = Query(TODAY, ("lantern",), QUERY_CLASSES, window=Window(TODAY, TODAY + dt.timedelta(days=1)))


def hold_on_one_day(count: int, day: dt.date = TODAY) -> list[Holding]:
    return [settled(one) for one in invent_holdings(3, count, day, day, office="US")]


@contextmanager
def serve(
    holdings: list[Holding], *, size: int = 5, clock: FakeClock | None = None, **office: Any
) -> Iterator[tuple[FakeLens, LensSource]]:
    fake = FakeLens(holdings, today=TODAY, **office)
    with fake.serving() as url:
        source = LensSource(SecretStr(TOKEN), url, clock=clock or FakeClock(), size=size)
        yield fake, source
        source.client.close()


def names(pages: list[Page]) -> list[str]:
    return [str(record.filing.publication) for page in pages for record in page.records]


def numbers(holdings: list[Holding]) -> list[str]:
    return sorted(str(one.publication) for one in holdings)


class Meddler:
    """Disturbs chosen requests: maps the place of an ask (from 0) to the kind of fault."""

    def __init__(self, office: FakeLens, plan: dict[int, str]) -> None:
        self.plan, self._draw = plan, office._draw
        office._draw = self.draw  # type: ignore[method-assign]
        self.office = office

    def draw(self, ask: Ask) -> str | None:
        return self.plan.get(len(self.office.asks) - 1)


@pytest.mark.parametrize("count", sizes(CASE))
def test_a_night_brings_what_answers_the_watch(tmp_path: Path, count: int) -> None:
    """Exactly the holdings that match come, whatever their number, and no secret is said."""
    check_live(CASE, tmp_path, count)


def test_every_cursor_is_a_place_to_go_on_from(tmp_path: Path) -> None:
    """Cut anywhere, the next run brings the rest."""
    check_resumes(CASE, tmp_path, 30)


def test_lens_is_a_live_source() -> None:
    """It has what every connector has."""
    assert isinstance(LensSource(SecretStr(TOKEN), "http://127.0.0.1:1"), LiveSource)


@pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 10, 11])
@pytest.mark.parametrize("zero_as", [200, 204, 404])
def test_one_day_is_walked_page_by_page(count: int, zero_as: int) -> None:
    """Around every page boundary of one day each record comes once, and a scroll is not asked beyond its end."""
    holdings = hold_on_one_day(count)
    others = [settled(one) for one in invent_holdings(4, 1, dt.date(2024, 3, 1), dt.date(2024, 3, 1), first_place=40)]
    with serve(holdings + others, zero_as=zero_as) as (office, source):
        pages = read_all(source, replace(ALL_QUERY, window=Window(TODAY, TODAY + dt.timedelta(days=1))), None)
    assert sorted(names(pages)) == numbers(holdings)
    searches = 2  # words are asked in English and in Chinese
    doubts = int(zero_as == 404 and count == 0)  # whether this is Lens at all is asked once
    assert len(office.asks) == searches + doubts + max(0, (count - 1) // 5)
    assert len(pages) == max(1, -(-count // 5))


@pytest.mark.parametrize("body", [b"", b'{"message": "No such resource"}'])
def test_a_wrong_address_is_not_taken_for_a_quiet_night(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    """Whatever says 404 to everything is no Lens: neither a night nor a probe believes it, and both say what to do."""
    with serve(hold_on_one_day(3)) as (office, source):
        monkeypatch.setattr(office, "reply", lambda ask: Reply(404, body, "application/json"))
        with pytest.raises(Terminal, match="FILINGWATCH_LENS_URL"):
            list(source.pages(ALL_QUERY, None))
        assert len(office.asks) == 2
        with pytest.raises(Terminal, match="FILINGWATCH_LENS_URL"):
            source.probe()


def test_a_probe_that_finds_nothing_at_all_is_not_healthy() -> None:
    """An office without a single patent is another one."""
    with serve([]) as (_, source), pytest.raises(Terminal, match="Check FILINGWATCH_LENS_URL"):
        source.probe()


def test_every_part_that_lens_tells_reaches_the_filing() -> None:
    """Titles in both languages, abstract or none, parties, classes, dates and family are as the office holds them."""
    holdings = [settled(one) for one in invent_holdings(5, 60, TODAY, TODAY)]
    with serve(holdings, size=100) as (_, source):
        pages = read_all(source, ALL_QUERY, None)
    found = {str(record.filing.publication): record.filing for page in pages for record in page.records}
    assert {one.title_zh is None for one in holdings} == {one.abstract is None for one in holdings} == {True, False}
    for one in holdings:
        filing = found[str(one.publication)]
        texts = {(text.part, text.language): text.text for text in filing.texts}
        wanted = {("title", "en"): one.title, ("title", "zh"): one.title_zh, ("abstract", "en"): one.abstract}
        assert texts == {key: text for key, text in wanted.items() if text}
        assert filing.application == one.application
        assert (filing.publication_date, filing.filing_date) == (one.publication_date, one.filing_date)
        assert filing.family_id == f"lens:{int(one.family)}"
        applicants = [(party.name, party.country) for party in filing.parties if party.role == "applicant"]
        assert applicants == list(one.applicants)
        assert tuple(party.name for party in filing.parties if party.role == "inventor") == one.inventors
        symbols = {
            scheme: tuple(c.symbol for c in filing.classifications if c.scheme == scheme) for scheme in ("cpc", "ipc")
        }
        assert (symbols["cpc"], symbols["ipc"]) == (one.cpc, one.ipc)
        assert bool(filing.priorities) == (one.priority is not None)


def test_late_records_come_by_the_day_of_their_loading() -> None:
    """A record published long ago and loaded today is news today; the next night does not lose it."""
    late = replace(hold_on_one_day(1)[0], publication_date=dt.date(2021, 3, 4), loaded_on=TODAY)
    with serve([late]) as (_, source):
        first = read_all(source, ALL_QUERY, {"through": "2026-11-22"})
        again = read_all(source, replace(ALL_QUERY, as_of=TODAY + dt.timedelta(days=1)), first[-1].next_cursor)
    assert names(first) == names(again) == numbers([late])


def test_a_night_asks_for_the_overlap_and_the_first_one_for_a_month() -> None:
    """Days asked for, one by one, and none of them twice."""
    with serve([]) as (office, source):
        first = read_all(source, Query(TODAY, ("lantern",)), None)
        asked_first, office.asks = asked_days(office), []
        read_all(source, Query(TODAY + dt.timedelta(days=1), ("lantern",)), first[-1].next_cursor)
        asked_next = asked_days(office)
    assert asked_first == [TODAY - dt.timedelta(days=back) for back in range(30, -1, -1)]
    assert asked_next == [TODAY + dt.timedelta(days=ahead) for ahead in range(-2, 2)]


def asked_days(office: FakeLens) -> list[dt.date]:
    bodies = [json.loads(ask.body) for ask in office.asks]
    ranges = [one["range"]["created"] for body in bodies for one in body["query"]["bool"]["must"] if "range" in one]
    assert all(limits["gte"] == limits["lte"] for limits in ranges)
    return [dt.date.fromisoformat(limits["gte"]) for limits in ranges]


@pytest.mark.parametrize(
    "kind", ["scroll_expired", "scroll_gone", "lost_page", "error_500", "error_503", "html", "drip"]
)
@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_scroll_that_breaks_is_begun_again_without_what_it_brought(kind: str, place: int) -> None:
    """Every record comes exactly once, the lost page among them: the new scroll leaves out what had come."""
    holdings = hold_on_one_day(20)
    with serve(holdings) as (office, source):
        Meddler(office, {place: kind})
        pages = read_all(source, ONE_DAY_QUERY, None)
    assert office.disturbed == [kind]
    assert sorted(names(pages)) == numbers(holdings)
    left_out = [page.request["left_out"] for page in pages]
    assert left_out == [0] * place + [5 * place] * (4 - place)


def test_a_scroll_page_whose_answer_was_lost_is_never_asked_for_twice() -> None:
    """The id of a scroll goes out once: the second time it would bring the page after, or nothing."""
    holdings = hold_on_one_day(20)
    with serve(holdings) as (office, source):
        Meddler(office, {1: "reset", 4: "lost_page"})
        pages = read_all(source, ONE_DAY_QUERY, None)
        ids = [body["scroll_id"] for body in map(json.loads, (ask.body for ask in office.asks)) if "scroll_id" in body]
    assert sorted(names(pages)) == numbers(holdings)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("status", [408, 500, 503])
def test_a_broken_scroll_is_begun_again_after_the_wait_that_lens_asks_for(
    monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """The next request is another one, and it keeps the wait all the same."""
    holdings, clock = hold_on_one_day(20), FakeClock()
    with serve(holdings, clock=clock) as (office, source):
        go_on, replies = office._go_on, [Reply(status, headers={"Retry-After": "90"})]
        monkeypatch.setattr(office, "_go_on", lambda body: replies.pop() if replies else go_on(body))
        pages = read_all(source, ONE_DAY_QUERY, None)
    assert sorted(names(pages)) == numbers(holdings)
    assert [round(wait) for wait in clock.waits if wait > 10] == [90]


def test_scrolls_do_not_break_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each break is followed by a longer pause; after twenty the run ends, although each scroll brought something."""
    holdings, clock = hold_on_one_day(200), FakeClock()
    with serve(holdings, clock=clock) as (office, source):
        monkeypatch.setattr(office, "_go_on", lambda body: Reply(503))
        landed: list[Page] = []
        with pytest.raises(Transient, match=r"21 scrolls broke in one run; the next run begins with 2026-11-22"):
            for page in source.pages(ONE_DAY_QUERY, None):
                landed.append(page)
    assert len(names(landed)) == 105
    assert [round(wait) for wait in clock.waits if wait > 6.5] == [8, 16, 32, 64] + 14 * [120]


def test_a_repeated_record_does_not_hide_a_missing_one() -> None:
    """What has come is counted by record: a page that repeats one is not taken for the end."""
    holdings = hold_on_one_day(11)
    with serve(holdings) as (office, source):
        Meddler(office, {1: "repeated_record"})
        pages = read_all(source, ONE_DAY_QUERY, None)
    assert sorted(set(names(pages))) == numbers(holdings)


def test_the_end_is_told_by_the_office_when_its_count_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """From some number on the count is a lower bound; then the scroll is asked until it says that it is over."""
    monkeypatch.setattr("filingwatch.sources.lens.scrolling.TOTAL_IS_EXACT_BELOW", 5)
    holdings = hold_on_one_day(10)
    with serve(holdings) as (office, source):
        alter = office._send_page
        monkeypatch.setattr(
            office, "_send_page", lambda scroll, *rest, **more: alter(count_up_to(scroll, 5), *rest, **more)
        )
        pages = read_all(source, ONE_DAY_QUERY, None)
    assert sorted(names(pages)) == numbers(holdings)


def count_up_to(scroll: Any, most: int) -> Any:
    scroll.total = min(scroll.total, most)
    return scroll


@pytest.mark.parametrize(
    "reply", [Reply(204), Reply(200, b'{"total": 3, "results": 0, "data": []}', "application/json")]
)
def test_a_count_without_its_records_is_not_taken_for_an_end(monkeypatch: pytest.MonkeyPatch, reply: Reply) -> None:
    """A scroll that ends early is begun again a few times; then the source says so, and the first page stays."""
    holdings = hold_on_one_day(8)
    with serve(holdings) as (office, source):
        search = office._search
        monkeypatch.setattr(office, "_go_on", lambda body: reply)
        monkeypatch.setattr(office, "_search", lambda body: search({**body, "query": without_left_out(body["query"])}))
        pages = source.pages(ONE_DAY_QUERY, None)
        landed = [next(pages)]
        with pytest.raises(Transient, match=r"2026-11-22.*without getting on"):
            landed += list(pages)
    assert names(landed[:1]) == sorted(names(landed[:1]))
    assert landed[-1].next_cursor["walk"]["position"] == {"from": "2026-11-22"}
    assert len(office.asks) < 20


def without_left_out(query: dict[str, Any]) -> dict[str, Any]:
    """The search of an office that does not heed `must_not`."""
    return {"bool": {"must": query["bool"]["must"]}}


def test_the_page_size_follows_the_plan() -> None:
    """A plan with smaller pages says so; everything comes all the same, and the size is asked for once."""
    holdings = hold_on_one_day(11)
    with serve(holdings, size=100, most_size=4) as (office, source):
        pages = read_all(source, ONE_DAY_QUERY, None)
        asked = [json.loads(ask.body).get("size") for ask in office.asks]
    assert sorted(names(pages)) == numbers(holdings)
    assert asked.count(100) == 1


def test_the_minute_is_never_used_up() -> None:
    """With ten requests a minute forty are made without one being turned away, and no scroll dies of waiting."""
    holdings, clock = hold_on_one_day(200), FakeClock()
    with serve(holdings, clock=clock, per_minute=10) as (office, source):
        office.clock = clock
        pages = read_all(source, ONE_DAY_QUERY, None)
        attempts = source.client.take_attempts()
    assert sorted(names(pages)) == numbers(holdings)
    assert len(office.asks) == 40
    assert {attempt.http_status for attempt in attempts} == {200}


def test_the_minute_is_waited_for_when_somebody_else_used_it_up() -> None:
    """The wait that Lens asks for is kept, and nothing is lost."""
    holdings, clock = hold_on_one_day(11), FakeClock()
    with serve(holdings, clock=clock) as (office, source):
        Meddler(office, {0: "minute_limit", 2: "minute_limit"})
        pages = read_all(source, ONE_DAY_QUERY, None)
    assert sorted(names(pages)) == numbers(holdings)
    assert sum(wait in (20.5, 21) for wait in clock.waits) == 2


def test_a_spent_month_ends_the_work_and_the_next_run_goes_on() -> None:
    """What came before stays; the cursor names the day at which the next month begins."""
    holdings = [settled(one) for one in invent_holdings(3, 60, TODAY - dt.timedelta(days=20), TODAY, office="US")]
    query = replace(ALL_QUERY, terms=("lantern",))
    with serve(holdings, per_month=30) as (office, source):
        landed: list[Page] = []
        with pytest.raises(QuotaSpent, match="2026-12-01"):
            for page in source.pages(query, None):
                landed.append(page)
        assert 0 < len(names(landed)) < len(holdings)
        office.left_this_month = 1000
        rest = read_all(source, query, landed[-1].next_cursor)
    assert set(names(landed)) | set(names(rest)) == set(numbers(holdings))
    assert rest[-1].next_cursor["through"] == "2026-11-23"


@pytest.mark.parametrize("call", ["probe", "estimate", "pages"])
def test_a_wrong_token_is_explained_and_not_shown(call: str) -> None:
    """Every call says which variable to mend; the token itself stands nowhere."""
    calls: dict[str, Callable[[LensSource], Any]] = {
        "probe": lambda source: source.probe(),
        "estimate": lambda source: source.estimate(ALL_QUERY),
        "pages": lambda source: list(source.pages(ALL_QUERY, None)),
    }
    with serve([], token="another") as (_, source):
        with pytest.raises(Terminal, match="FILINGWATCH_LENS_TOKEN") as refused:
            calls[call](source)
        said = str(refused.value) + repr(source.client.take_attempts()) + repr(vars(source))
    assert f"Bearer {TOKEN}" not in said and f"'{TOKEN}'" not in said


def test_a_probe_says_what_is_there_and_what_is_left() -> None:
    """One request, one record."""
    with serve(hold_on_one_day(7), per_month=100) as (office, source):
        assert source.probe() == "7 records to search; 99 requests and 500,000 records left until 2026-12-01"
    assert len(office.asks) == 1


def test_a_backfill_asks_by_publication_and_its_estimate_holds() -> None:
    """Records loaded long after their publication are found by a window of the past; the cost was told before."""
    first = dt.date(2024, 3, 1)
    window = Window(first, first + dt.timedelta(days=LensSource.backfill_days))
    holdings = [replace(settled(one), loaded_on=TODAY) for one in invent_holdings(4, 40, window.start, window.last)]
    outside = [settled(one) for one in invent_holdings(4, 5, window.end, window.end, first_place=40)]
    query = replace(ALL_QUERY, window=window)
    with serve(holdings + outside, size=100) as (office, source):
        estimate = source.estimate(query)
        asked = len(office.asks)
        pages = read_all(source, query, None)
    assert set(names(pages)) == set(numbers(holdings))
    assert asked == 2
    assert len(holdings) <= estimate.records <= 2 * len(holdings)
    assert abs(len(office.asks) - asked - estimate.requests) <= 1
    assert "left until 2026-12-01" in estimate.note
    assert read_all(source, query, pages[-1].next_cursor) == []


def test_a_record_that_makes_no_sense_costs_no_other_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """It becomes a reject with its text and the reason; the rest of the page lands."""
    holdings = hold_on_one_day(3)
    with serve(holdings) as (office, source):
        go = office.reply

        def spoil(ask: Ask) -> Reply:
            reply = go(ask)
            if b'"results": 3' in reply.body:
                body = json.loads(reply.body)
                body["data"][0]["biblio"]["invention_title"] = {"text": "no list"}
                body["data"][1]["doc_number"] = "BYTES"
                reply.body = json.dumps(body).encode().replace(b"BYTES", b"12\xff34")
            return reply

        monkeypatch.setattr(office, "reply", spoil)
        pages = read_all(source, replace(ALL_QUERY, terms=("lantern",)), {"through": "2026-11-23"})
    assert len(names(pages)) == 1
    assert sorted(reject.code for page in pages for reject in page.rejects) == ["bad_encoding", "malformed"]


@pytest.mark.parametrize("seed", range(6))
def test_under_random_faults_every_record_comes(seed: int) -> None:
    """Night after night until a night ends well: what was landed by then is what Lens holds."""
    holdings = [settled(one) for one in invent_holdings(seed, 120, TODAY - dt.timedelta(days=12), TODAY)]
    kinds = tuple(kind for kind in GENERIC_FAULTS + FakeLens.own_faults if kind != "redirect")
    clock = FakeClock()
    with serve(holdings, clock=clock, faults=Faults(seed, 0.2, kinds)) as (office, source):
        landed, cursor = set[str](), None
        for _ in range(60):
            try:
                for page in source.pages(ALL_QUERY, cursor):
                    landed |= set(names([page]))
                    cursor = page.next_cursor
                break
            except Transient:
                source = LensSource(SecretStr(TOKEN), office.url, clock=clock, size=5)
        else:
            pytest.fail("no night ended well")
    assert office.disturbed
    assert landed == set(numbers(holdings))


def test_a_cursor_of_somebody_else_is_refused() -> None:
    """The message says what to do."""
    strange = {"through": "2026-11-20", "walk": {"start": "2026-11-01", "end": "2026-11-20", "position": {"from": 7}}}
    with serve([]) as (_, source), pytest.raises(Terminal, match="backfill"):
        list(source.pages(QUERY.at(TODAY), strange))


def test_the_pace_begins_carefully() -> None:
    """Before Lens has said anything, its smallest plan is assumed."""
    clock = FakeClock()
    with serve([], clock=clock) as (office, source):
        read_all(source, Query(TODAY, ("lantern",)), {"through": "2026-11-23"})
    assert len(office.asks) == 3
    assert all(5 < wait <= 6 for wait in clock.waits) and len(clock.waits) == 2
    assert POLICY.least_interval == 1
