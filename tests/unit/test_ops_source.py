"""OPS over a real line to a fake office: everything lands, whatever the office does to one who pages through it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from source_battery import QUERY, LiveCase, check_live, check_page, check_resumes, sizes

from filingwatch.errors import FilingwatchError, QuotaSpent, Terminal, Transient
from filingwatch.sources.base import Cursor, LiveSource, Page, Query, Window
from filingwatch.sources.ops import POLICY, OpsSource
from tests.clocks import FakeClock
from tests.fake_offices.holdings import QUERY_TERMS, Holding, invent_holdings, settled
from tests.fake_offices.ops import SUSPENDED, FakeOps
from tests.fake_offices.serving import NO_FAULTS, Ask, Faults, Reply

TODAY = dt.date(2026, 11, 22)  # a Sunday
KEY, SECRET = "invented-key-4711", "invented-secret-0815"


def make_source(url: str, clock: FakeClock, key: str = KEY, secret: str = SECRET) -> OpsSource:
    return OpsSource(SecretStr(key), SecretStr(secret), url, clock=clock, contact="somebody@example.org")


CASE = LiveCase(
    lambda holdings, faults, today: FakeOps(holdings, faults=faults, today=today, credential=(KEY, SECRET)),
    lambda url, folder, clock: make_source(url, clock),  # type: ignore[arg-type]
    (KEY, SECRET, "aW52ZW50ZWQta2V5"),
)


def invent(count: int, *, days: int = 20, last: dt.date = TODAY) -> list[Holding]:
    """Wanted publications of the days before one, loaded as they were published."""
    return [settled(one) for one in invent_holdings(3, count, last - dt.timedelta(days=days), last)]


def invent_one_section(count: int) -> list[Holding]:
    """Wanted publications of one day, one office and one section."""
    return [
        replace(settled(one), cpc=("G08B 13/19602",), ipc=("G08B 13/196",))
        for one in invent_holdings(5, count, TODAY, TODAY, office="CN")
    ]


@contextmanager
def open_office(
    holdings: Sequence[Holding], *, office: type[FakeOps] = FakeOps, faults: Faults = NO_FAULTS, **options: object
) -> Iterator[tuple[FakeOps, OpsSource, FakeClock]]:
    """A serving office, a source that asks it, and the clock of both."""
    clock = FakeClock()
    served = office(holdings, faults=faults, today=TODAY, credential=(KEY, SECRET), clock=clock.monotonic, **options)  # type: ignore[arg-type]
    with served.serving() as url:
        source = make_source(url, clock)
        yield served, source, clock
        source.client.close()


def names(pages: Sequence[Page]) -> set[str]:
    return {str(record.filing.publication) for page in pages for record in page.records}


def read(source: LiveSource, query: Query | None = None, since: Cursor | None = None) -> list[Page]:
    pages = list(source.pages(query or QUERY.at(TODAY), since))
    for page in pages:
        check_page(page)
    return pages


def searches(office: FakeOps) -> list[Ask]:
    return [ask for ask in office.asks if ask.path.endswith("/search/biblio")]


def ranges(office: FakeOps) -> list[str]:
    return [ask.headers["x-ops-range"] for ask in searches(office)]


# the battery


@pytest.mark.parametrize("count", sizes(CASE))
def test_everything_that_answers_the_watch_lands(tmp_path: Path, count: int) -> None:
    """Nothing more and nothing less, at every size around a page."""
    check_live(CASE, tmp_path, count)


@pytest.mark.parametrize("count", [2000, 2001])
def test_everything_lands_around_the_cap(tmp_path: Path, count: int) -> None:
    """OPS drops in silence what is beyond 2,000."""
    check_live(CASE, tmp_path, count)


@pytest.mark.parametrize("count", [0, 1, 150])
def test_a_walk_goes_on_where_it_was_cut(tmp_path: Path, count: int) -> None:
    """From any page's cursor."""
    check_resumes(CASE, tmp_path, count)


@pytest.mark.parametrize("kind", FakeOps.own_faults)
def test_everything_lands_whatever_the_office_does(kind: str) -> None:
    """Each of its own faults at every second request; a run that is ended goes on in the next one."""
    holdings = invent(230)
    cursor, found, faults = None, [], Faults(3, 0.5, (kind,))
    with open_office(holdings, faults=faults) as (office, source, _):
        for _ in range(12):
            try:
                for page in source.pages(QUERY.at(TODAY), cursor):
                    check_page(page)
                    found.append(page)
                    cursor = page.next_cursor
                break
            except Transient:
                continue
        assert kind in office.disturbed
    assert names(found) == {str(one.publication) for one in holdings}
    assert cursor is not None and cursor["through"] == "2026-11-23"


# the token


def test_a_token_that_ends_while_paging_carries_the_same_range() -> None:
    """The refused request comes again as it was, but for the token."""
    holdings = invent(430)
    with open_office(holdings, token_uses=2) as (office, source, _):
        pages = read(source)
        assert names(pages) == {str(one.publication) for one in holdings}
        assert ranges(office) == ["1-100", "101-200", "201-300", "201-300", "301-400", "401-500", "401-500"]
        first, again = searches(office)[2:4]
        assert (first.method, first.query) == (again.method, again.query)
        assert first.headers["authorization"] != again.headers["authorization"]
        assert sum(ask.path == "/auth/accesstoken" for ask in office.asks) == 3
    assert [attempt.status for attempt in source.client.take_attempts()].count("again") == 2


def test_a_token_is_renewed_before_its_end() -> None:
    """A minute early, so that no request is refused."""
    with open_office(invent(430), token_seconds=1199) as (office, source, clock):
        for _ in source.pages(QUERY.at(TODAY), None):
            clock.sleep(580)
        assert sum(ask.path == "/auth/accesstoken" for ask in office.asks) == 3
    assert {attempt.status for attempt in source.client.take_attempts()} == {"answered"}


class NeverContent(FakeOps):
    """An office that gives tokens and takes none."""

    refusal = Reply(400, b"<error><code>400</code><message>invalid_access_token</message></error>")

    def _check_token(self, ask: Ask) -> Reply | None:
        return replace(self.refusal, headers=dict(self.refusal.headers))


class NeverTold(NeverContent):
    """The same, as it looks when no token arrives."""

    refusal = Reply(403, b"", headers={"X-Rejection-Reason": "AnonymousQuotaPerDay"})


@pytest.mark.parametrize("office", [NeverContent, NeverTold])
def test_a_new_token_that_is_refused_is_a_wrong_credential(office: type[FakeOps]) -> None:
    """One new token, then a person has to look; it is not taken for a quota."""
    with open_office([], office=office) as (served, source, _):
        with pytest.raises(Terminal, match="FILINGWATCH_OPS_KEY and FILINGWATCH_OPS_SECRET"):
            read(source)
        assert len(searches(served)) == 2


@pytest.mark.parametrize(("key", "secret"), [(KEY, "another"), ("another", SECRET)])
def test_a_wrong_credential_is_explained(key: str, secret: str) -> None:
    """By the names of the variables, never by their values."""
    office = FakeOps([], credential=(KEY, SECRET))
    with office.serving() as url:
        source = make_source(url, FakeClock(), key, secret)
        with pytest.raises(Terminal) as refused:
            source.probe()
    said = str(refused.value) + repr(source.client.take_attempts())
    assert "ClientId is Invalid" in said and "FILINGWATCH_OPS_KEY" in said
    assert SECRET not in said and KEY not in said and "another" not in said


class Echoing(FakeOps):
    """An office that repeats in its refusal what it was sent."""

    def _give_token(self, ask: Ask) -> Reply:
        sent = ask.headers["authorization"]
        return Reply(401, f"<error><code>401</code><message>not {sent}</message></error>".encode())


def test_a_credential_that_is_echoed_is_not_said() -> None:
    """Neither as it is nor as it was sent."""
    with open_office([], office=Echoing) as (office, source, _):
        with pytest.raises(Terminal, match="not Basic") as refused:
            source.probe()
        sent = office.asks[0].headers["authorization"].removeprefix("Basic ")
        said = str(refused.value) + repr(source.client.take_attempts())
    assert sent not in said and KEY not in said and SECRET not in said


def test_a_blocked_account_is_explained() -> None:
    """At the token and at the data."""
    with open_office(invent(1)) as (office, source, _):
        source.probe()
        office.is_blocked = True
        with pytest.raises(Terminal, match="account is blocked"):
            source.probe()
        with pytest.raises(Terminal, match="account of this key is blocked"):
            make_source(office.url, FakeClock()).probe()


class Forgetful(FakeOps):
    """An office that forgets the range of every second search."""

    def _search(self, ask: Ask, **options: object) -> Reply:
        return super()._search(ask, always_first=self._searches % 2 == 1)


def test_another_page_than_was_asked_for_is_not_taken() -> None:
    """A lost range would bring the first page under the name of the second."""
    holdings = invent(230)
    with open_office(holdings, office=Forgetful) as (office, source, _):
        assert names(read(source)) == {str(one.publication) for one in holdings}
        assert ranges(office) == ["1-100", "101-200", "101-200", "201-300", "201-300"]
    said = [attempt.message for attempt in source.client.take_attempts() if attempt.message]
    assert said == ["gave the hits from 1 on instead of those from 101 on",
                    "gave the hits from 1 on instead of those from 201 on"]  # fmt: skip


class Hollow(FakeOps):
    """An office whose every second answer is "200 OK" with a count and nothing in it."""

    def _search(self, ask: Ask, **options: object) -> Reply:
        reply = super()._search(ask, **options)  # type: ignore[arg-type]
        if self._searches % 2 == 0:
            reply.body = re.sub(rb"<exchange-documents>.*</exchange-documents>", b"", reply.body, flags=re.DOTALL)
        return reply


def test_an_empty_page_of_a_counted_result_is_not_taken() -> None:
    """It says 200 OK and is none."""
    holdings = invent(230)
    with open_office(holdings, office=Hollow) as (office, source, _):
        pages = read(source)
        assert ranges(office) == ["1-100", "101-200", "101-200", "201-300", "201-300"]
    assert names(pages) == {str(one.publication) for one in holdings}
    assert all(page.records for page in pages)


# no hits


def test_no_hits_are_believed_when_said_twice() -> None:
    """And leave a page with what the office said, so that the night is known to have been asked."""
    with open_office([]) as (office, source, _):
        (page,) = read(source)
        assert ranges(office) == ["1-100", "1-100"]
    assert not page.records and not page.rejects and page.notes["hits"] == 0
    assert b"SERVER.EntityNotFound" in page.payload
    assert page.next_cursor == {"through": "2026-11-23", "wide_on": "2026-11-22"}


def test_a_wrong_path_is_not_taken_for_no_hits() -> None:
    """The same status, another meaning."""
    with open_office(invent(5)) as (office, _, clock):
        source = make_source(office.url + "/3.2", clock)
        assert read(source)
        wrong = make_source(office.url + "/3.1", clock)
        with pytest.raises(Terminal, match="FILINGWATCH_OPS_URL"):
            read(wrong)


# too many hits


def test_a_full_day_is_cut_by_office() -> None:
    """More than 2,000 on one day: every hit lands and the notes say how."""
    holdings = [settled(one) for one in invent_holdings(5, 2040, TODAY, TODAY)]
    with open_office(holdings) as (_, source, _):
        pages = read(source)
    assert names(pages) == {str(one.publication) for one in holdings}
    split = [line for page in pages for line in page.notes.get("split", [])]
    assert len(split) == 7 and "asked in 2 parts" in split[0] and "asked in 7 parts" in split[-1]
    assert not [page for page in pages if "incomplete" in page.notes]


def test_what_cannot_be_cut_any_more_is_said_loudly() -> None:
    """One day, one office, one section: OPS gives 2,000 and the page says that others are missing."""
    with open_office(invent_one_section(2030)) as (_, source, _):
        pages = read(source)
    assert len(names(pages)) == 2000
    (note,) = [page.notes["truncated"] for page in pages if "truncated" in page.notes]
    assert note.startswith("WARNING: 2,030 hits on one day")


class NoSections(FakeOps):
    """An office that finds nothing by section."""

    def _find(self, question: str) -> list[Holding]:
        return [] if " and cl=" in question else super()._find(question)


def test_hits_that_are_in_no_section_land_as_far_as_they_can_be_reached() -> None:
    """The search that is cut by section is asked itself too, and what is missing in the end is said with its number."""
    with open_office(invent_one_section(2100), office=NoSections) as (_, source, _):
        pages = read(source)
    assert len(names(pages)) == 2000
    (note,) = [page.notes["truncated"] for page in pages if "truncated" in page.notes]
    assert note.startswith("WARNING: 100 of 2,100 hits in 2026-11-22 to 2026-11-22, CN are missing")
    assert pages[-1].next_cursor["through"] == "2026-11-23"


def test_hits_that_the_sections_bring_are_not_called_missing() -> None:
    """Parts that together bring everything leave no warning."""
    holdings = invent_one_section(2100)
    holdings[1000:] = [replace(one, cpc=("H04L 9/00",), ipc=("H04L 9/00",)) for one in holdings[1000:]]
    with open_office(holdings) as (_, source, _):
        pages = read(source, Query(TODAY, QUERY_TERMS))
    assert names(pages) == {str(one.publication) for one in holdings}
    assert not [page for page in pages if page.notes.keys() & {"truncated", "incomplete"}]


class EndLost(FakeOps):
    """An office that never has the last page that can be reached."""

    def _search(self, ask: Ask, **options: object) -> Reply:
        if ask.headers["x-ops-range"].startswith("1901-"):
            return Reply(404, b'<fault xmlns="http://ops.epo.org"><code>SERVER.EntityNotFound</code></fault>')
        return super()._search(ask, **options)  # type: ignore[arg-type]


def test_a_cut_at_the_cap_is_told_though_the_last_page_was_lost() -> None:
    """What the lost page does not count was counted by the pages before: the note is `truncated`, not `incomplete`."""
    with open_office(invent_one_section(2030), office=EndLost) as (_, source, _):
        pages = read(source)
    assert len(names(pages)) == 1900
    assert [page for page in pages if "truncated" in page.notes]
    assert not [page for page in pages if "incomplete" in page.notes]


# hits that come and go


def test_hits_that_come_while_paging_are_not_missed() -> None:
    """A new hit pushes the others down: when the count has changed, the search begins again."""
    holdings = invent(250)
    late = [settled(one) for one in invent_holdings(9, 3, TODAY, TODAY, first_place=900)]
    with open_office(holdings) as (office, source, _):
        pages = []
        for page in source.pages(QUERY.at(TODAY), None):
            pages.append(page)
            if len(pages) == 2:
                office.holdings += late
        assert names(pages) == {str(one.publication) for one in holdings + late}
        assert ranges(office)[:4] == ["1-100", "101-200", "201-300", "1-80"]


def test_hits_that_go_while_paging_hide_no_others() -> None:
    """A hit of the first page goes, the first of the second page moves up to where nobody looks any more."""
    holdings = invent(250)
    with open_office(holdings) as (office, source, _):
        pages: list[Page] = []
        for page in source.pages(QUERY.at(TODAY), None):
            pages.append(page)
            if len(pages) == 1:
                gone = str(page.records[0].filing.publication)
                office.holdings = [one for one in holdings if str(one.publication) != gone]
    assert names(pages) == {str(one.publication) for one in holdings}


def test_a_result_that_shrinks_below_the_page_asked_for_is_begun_again() -> None:
    """A page of a counted result that is not there is no end."""
    holdings = invent(101)
    with open_office(holdings) as (office, source, _):
        pages = []
        for page in source.pages(QUERY.at(TODAY), None):
            pages.append(page)
            office.holdings = holdings[2:]
        assert ranges(office) == ["1-100", "101-200", "101-200", "1-80", "81-180"]
    assert {str(one.publication) for one in holdings[2:]} <= names(pages)


def test_hits_that_grow_beyond_the_cap_are_split_by_the_next_run() -> None:
    """What was yielded stays; nothing is said to be complete."""
    holdings = invent(1990)
    late = [settled(one) for one in invent_holdings(9, 30, TODAY, TODAY, first_place=5000)]
    with open_office(holdings) as (office, source, _):
        pages = source.pages(QUERY.at(TODAY), None)
        cursor = next(pages).next_cursor
        office.holdings += late
        with pytest.raises(Transient, match="smaller parts"):
            next(pages)
        first = next(source.pages(QUERY.at(TODAY), cursor))
        assert first.notes["split"] == ["2,020 hits in 2026-10-19 to 2026-11-22: asked in 2 parts"]


class OneShort(FakeOps):
    """An office that counts a hit which it never gives."""

    def _search(self, ask: Ask, **options: object) -> Reply:
        reply = super()._search(ask, **options)  # type: ignore[arg-type]
        reply.body = reply.body.replace(b'total-result-count="150"', b'total-result-count="151"')
        return reply


def test_hits_that_are_counted_and_never_given_do_not_keep_us_for_ever() -> None:
    """It is paged through again as long as that may help, then the page says what is missing."""
    with open_office(invent(150), office=OneShort) as (office, source, _):
        pages = read(source)
        assert len(searches(office)) == 6
    assert "counts 151 hits and gave 150 different ones" in pages[-1].notes["incomplete"]
    assert "walk" not in pages[-1].next_cursor


# pace and quotas


def test_the_pace_follows_the_header() -> None:
    """Six seconds until a word is heard, then as the office says."""
    with open_office(invent(250)) as (office, source, clock):
        office.throttle = "overloaded (search=red:5)"
        pages = source.pages(QUERY.at(TODAY), None)
        next(pages)
        assert source.client.interval == 48.0
        before = clock.slept
        next(pages)
        assert 47 < clock.slept - before <= 48
        office.throttle = "idle (search=green:30)"
        next(pages)
        clock.sleep(61)
        source.probe()
        assert source.client.interval == 2.0


def test_a_suspended_service_is_left_alone() -> None:
    """For as long as it says, although the answer itself was good."""
    with open_office(invent(150)) as (office, source, clock):
        office.throttle = SUSPENDED
        pages = source.pages(QUERY.at(TODAY), None)
        next(pages)
        before = clock.slept
        next(pages)
        assert 59 < clock.slept - before <= 60


def test_a_robot_waits_minutes_and_goes_slower() -> None:
    """Then the identical request."""
    with open_office(invent(50), faults=Faults(0, 1.0, ("robot",))) as (office, source, clock):
        office.throttle = "busy (search=green:15)"
        read(source)
        assert office.disturbed == ["robot", "robot"]
        assert clock.slept >= 600
        assert source.client.interval == 16.0


def test_a_suspended_robot_waits_as_long_as_it_is_told() -> None:
    """Retry-After is in milliseconds."""
    with open_office(invent(50), faults=Faults(0, 1.0, ("black",))) as (_, source, clock):
        read(source)
        assert [round(wait) for wait in clock.waits if wait > 50] == [60, 60]


@pytest.mark.parametrize(
    ("kind", "words"), [("hour_quota", "within an hour"), ("week_quota", "Monday 2026-11-23 00:00 UTC")]
)
def test_a_spent_quota_ends_the_run_and_says_until_when(kind: str, words: str) -> None:
    """It is not repeated: asking on only makes it worse."""
    with open_office(invent(50), faults=Faults(0, 1.0, (kind,))) as (office, source, _):
        with pytest.raises(QuotaSpent, match=words):
            read(source)
        assert len(searches(office)) == 1


def test_the_offices_own_count_of_the_week_is_obeyed() -> None:
    """The key may have other users: what was landed stays, the rest comes next week."""
    with open_office(invent(250)) as (office, source, _):
        pages = source.pages(QUERY.at(TODAY), None)
        office.sent = 3_500_000_000
        assert next(pages).records
        with pytest.raises(QuotaSpent, match="Monday 2026-11-23"):
            next(pages)
        assert len(searches(office)) == 1
    assert POLICY.week_bytes is not None and POLICY.week_bytes < 4_000_000_000


class NewWeek(FakeOps):
    """An office that has counted nothing yet."""

    def _with_headers(self, reply: Reply) -> Reply:
        self.sent = -len(reply.body)
        return super()._with_headers(reply)


def test_a_new_week_begins_with_nothing_used() -> None:
    """A counter that says zero is believed: what was used before it is not kept."""
    with open_office([], office=NewWeek) as (_, source, _):
        source._line.week_used = 3_000_000_000
        assert "; 0 bytes used this week" in source.probe()


def test_an_hour_that_is_nearly_used_up_is_waited_for() -> None:
    """A backfill goes on by itself."""
    with open_office(invent(150)) as (office, source, clock):
        office.sent = 440_000_000
        read(source)
        assert max(clock.waits) > 590


# other refusals


def test_smaller_pages_are_asked_for_when_the_office_has_no_room() -> None:
    """And kept small to the end of the search."""
    holdings = invent(60)
    with open_office(holdings, faults=Faults(0, 1.0, ("no_resources",))) as (office, source, _):
        assert names(read(source)) == {str(one.publication) for one in holdings}
        assert ranges(office)[:6] == ["1-100", "1-50", "1-25", "26-50", "26-37", "26-35"]


class AlwaysDown(FakeOps):
    """An office whose search does not work tonight."""

    reply_of_tonight = ("SERVER.DomainAccess", 500)

    def _search(self, ask: Ask, **options: object) -> Reply:
        code, status = self.reply_of_tonight
        return Reply(status, f'<fault xmlns="http://ops.epo.org"><code>{code}</code></fault>'.encode())


class AlwaysFull(AlwaysDown):
    reply_of_tonight = ("SERVER.LimitedServerResources", 503)


class AlwaysPuzzled(AlwaysDown):
    reply_of_tonight = ("CLIENT.CQL", 400)


@pytest.mark.parametrize(
    ("office", "error", "words", "tries"),
    [
        (AlwaysDown, Transient, "SERVER.DomainAccess; tried 5 times", 5),
        (AlwaysFull, Transient, "SERVER.LimitedServerResources; tried 5 times", 9),
        (AlwaysPuzzled, Terminal, "to the query", 1),
    ],
)
def test_what_does_not_pass_ends_the_run(
    office: type[FakeOps], error: type[FilingwatchError], words: str, tries: int
) -> None:
    """After a few tries where that could help, at once where it could not."""
    with open_office(invent(5), office=office) as (served, source, _):
        with pytest.raises(error, match=words):
            read(source)
        assert len(searches(served)) == tries


def test_documents_that_ops_does_not_have_are_rejects() -> None:
    """They are counted as hits, so they are accounted for."""
    with open_office(invent(99), placeholders=3) as (_, source, _):
        pages = read(source)
    assert [(len(page.records), len(page.rejects)) for page in pages] == [(99, 1), (0, 2)]
    assert {reject.code for page in pages for reject in page.rejects} == {"not_available"}


# nights


def test_late_and_amended_records_arrive() -> None:
    """OPS says no load date: the window overlaps, and landing tells what is new."""
    early, late, changed = (replace(one, publication_date=TODAY - dt.timedelta(days=3)) for one in invent(3))
    late = replace(late, loaded_on=TODAY + dt.timedelta(days=5))
    changed = replace(changed, amended_on=TODAY + dt.timedelta(days=1), amended_title="Lantern network, corrected")
    with open_office([early, late, changed]) as (office, source, _):
        first = read(source)
        assert names(first) == {str(early.publication), str(changed.publication)}
        office.today = TODAY + dt.timedelta(days=6)
        second = read(source, QUERY.at(office.today), first[-1].next_cursor)
    assert str(late.publication) in names(second)
    titles = {text.text for page in second for record in page.records for text in record.filing.texts}
    assert "Lantern network, corrected" in titles


def test_once_a_week_a_night_looks_back_half_a_year() -> None:
    """For offices that load months late."""
    with open_office([]) as (office, source, _):
        cursor = None
        for days in range(8):
            cursor = read(source, QUERY.at(TODAY + dt.timedelta(days=days)), cursor)[-1].next_cursor
        asked = [ask.query["q"][0] for ask in searches(office)][::2]
    assert '"20261019 20261122"' in asked[0]
    assert '"20261024 20261128"' in asked[6]
    assert '"20260603 20261129"' in asked[7]


def test_a_backfill_asks_for_its_window_alone() -> None:
    """And is done after that."""
    window = Window(dt.date(2025, 1, 1), dt.date(2025, 2, 1))
    query = replace(QUERY.at(TODAY), window=window)
    inside, outside = invent(20, days=25, last=dt.date(2025, 1, 30)), invent(20)
    outside = [replace(one, publication=replace(one.publication, number="9" + one.publication.number[1:]))
               for one in outside]  # fmt: skip
    with open_office(inside + outside) as (office, source, _):
        pages = read(source, query)
        assert names(pages) == {str(one.publication) for one in inside}
        assert '"20250101 20250131"' in searches(office)[0].query["q"][0]
        assert read(source, query, pages[-1].next_cursor) == []
    assert source.backfill_days == 31


def test_a_walk_goes_on_at_its_clause_and_day() -> None:
    """What is complete is not asked again; a position of another question counts for nothing."""
    terms = (*QUERY_TERMS, *(f"never heard of number {place}" for place in range(4)))
    query = Query(TODAY, terms)
    with open_office(invent(5)) as (office, source, _):
        pages = read(source, query)
        cursor = pages[0].next_cursor
        assert cursor["walk"]["position"]["clause"] == 1
        office.asks.clear()
        read(source, query, cursor)
        assert not [ask for ask in searches(office) if "street lantern" in ask.query["q"][0]]
        office.asks.clear()
        read(source, replace(query, terms=terms[:-1]), cursor)
        assert [ask for ask in searches(office) if "street lantern" in ask.query["q"][0]]


def test_terms_that_are_not_asked_are_named() -> None:
    """On the first page of each walk; a watch without any that can be asked is told so."""
    with open_office(invent(5)) as (_, source, _):
        assert read(source)[0].notes["not_asked"] == ["路灯网"]
        with pytest.raises(Terminal, match="no term in English"):
            read(source, Query(TODAY, ("路灯网",)))


# what a person asks before


def test_the_probe_tells_the_pace() -> None:
    """One token, one search for one document."""
    with open_office([]) as (office, source, _):
        said = source.probe()
        assert len(office.asks) == 2 and ranges(office) == ["1-1"]
    assert "key is accepted" in said and "30 searches a minute (green)" in said


def test_an_estimate_counts_without_fetching() -> None:
    """One search a clause, for one hit."""
    query = replace(QUERY.at(TODAY), window=Window(TODAY - dt.timedelta(days=30), TODAY))
    with open_office(invent(250, days=15)) as (office, source, _):
        office.holdings = [one for one in office.holdings if one.publication_date < TODAY]
        estimate = source.estimate(query)
        assert ranges(office) == ["1-1"]
    assert estimate.records == len(office.holdings) and estimate.requests == 3
    assert estimate.bytes == estimate.records * 15_000
    assert "路灯网" in estimate.note


def test_an_estimate_beyond_the_count_is_projected() -> None:
    """OPS counts to 10,000: a month in the middle tells the rest, and the note says so."""
    start = dt.date(2025, 1, 1)
    window = Window(start, dt.date(2026, 1, 1))
    holdings = [settled(one) for one in invent_holdings(1, 12_000, start, dt.date(2025, 12, 31))]
    with open_office(holdings) as (_, source, _):
        estimate = source.estimate(replace(QUERY.at(TODAY), window=window))
    assert 10_800 < estimate.records < 13_200
    assert "projected from the 31 days from 2025-06-17 on" in estimate.note


# the fake itself


def test_the_fake_pages_like_the_real_one() -> None:
    """Its own header or parameter, 25 by default, nothing beyond 2,000; the Range of HTTP means nothing."""
    with open_office(invent(130)) as (office, source, _):
        source.probe()
        token = searches(office)[0].headers["authorization"]
        path = "/rest-services/published-data/search"

        def get(params: dict[str, str], headers: dict[str, str] | None = None, where: str = path) -> httpx.Response:
            query = {"q": 'ta="lantern"'} | params
            return httpx.get(office.url + where, params=query, headers={"Authorization": token} | (headers or {}))

        def count(answer: httpx.Response) -> int:
            return answer.text.count("<ops:publication-reference ")

        assert count(get({})) == 25
        assert count(get({}, {"Range": "1-100"})) == 25
        assert count(get({"Range": "101-200"})) == 30
        assert count(get({}, {"X-OPS-Range": "2-4"})) == 3
        assert get({"Range": "1-101"}).status_code == 400
        assert "CLIENT.InvalidQuery" in get({"Range": "1901-2001"}).text
        assert "SERVER.EntityNotFound" in get({"Range": "131-140"}).text
        assert get({"q": "cn=EP"}).status_code == 400
        assert get({}, where="/rest-services/published-data/seek").headers["content-type"] == "text/html"
        assert get({}, {"Authorization": ""}).headers["X-Rejection-Reason"] == "AnonymousQuotaPerDay"
        assert "invalid_access_token" in get({}, {"Authorization": "Bearer guess"}).text
