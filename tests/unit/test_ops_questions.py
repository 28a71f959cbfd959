"""What is asked of OPS, how fast, and what its refusals mean: the pure parts of the connector, and the fake's traps."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filingwatch.sources.base import Query, Window
from filingwatch.sources.ops.cql import (
    BIG_OFFICES,
    LONGEST_ADDRESS,
    MOST_OFFICES,
    SECTIONS,
    Search,
    asked_offices,
    split_search,
    write_class,
    write_clauses,
    write_search,
    write_term,
)
from filingwatch.sources.ops.faults import Fault, read_fault, read_meaning
from filingwatch.sources.ops.throttling import Pacer, Throttle, read_hold, read_throttle, read_used
from tests.fake_offices.holdings import invent_holdings
from tests.fake_offices.ops_cql import QueryRefused, compile_question, evaluate

DAY = dt.date(2026, 11, 22)
MONTH = Window(dt.date(2026, 10, 18), dt.date(2026, 11, 23))
ONE_DAY = Window(DAY, DAY + dt.timedelta(days=1))


def ask(terms: tuple[str, ...] = (), classes: tuple[str, ...] = (), offices: tuple[str, ...] = ()) -> Query:
    return Query(DAY, terms, classes, offices)


# questions


def test_a_phrase_is_quoted() -> None:
    """An unquoted one would lose all words but the first."""
    assert write_clauses(ask(("Street  Lantern", "lamp"))).texts == ('ta="street lantern" or ta="lamp"',)


@pytest.mark.parametrize(
    ("term", "written"),
    [
        ("person re-identification", 'ta all "person re identification"'),
        ("de-identification", 'ta all "de identification"'),
        ("urban internet of things", 'ta all "urban internet things"'),
        ("A.I. / lamp", 'ta all "i lamp"'),
        ("lamp-", 'ta="lamp"'),
        ("and or not within", 'ta="within"'),
    ],
)
def test_what_cannot_be_quoted_is_asked_by_its_words(term: str, written: str) -> None:
    """A quoted hyphen finds nothing, stop words are not searched, and `and` belongs to the language."""
    atom = write_term(term)
    assert atom is not None and atom.text == written


def test_terms_in_other_scripts_are_named_and_not_asked() -> None:
    """OPS searches English text; so does a class that is none."""
    clauses = write_clauses(ask(("路灯网", "Straßenlaterne", "lantern", "!?", ""), ("G08B 13/196", "nonsense")))
    assert clauses.not_asked == ("路灯网", "Straßenlaterne", "!?", "", "nonsense")
    assert clauses.texts == ('ta="lantern" or cpc=/low G08B13/196 or ipc=G08B13/196',)


@given(st.text(max_size=80))
def test_no_term_breaks_out_of_its_quotes(term: str) -> None:
    """Whatever a watch holds, only letters, digits and blanks stand between the quotes."""
    atom = write_term(term)
    if atom is not None:
        assert re.fullmatch(r'ta(=| all )"[a-z0-9]+( [a-z0-9]+)*"', atom.text)
        compile_question(write_search(atom.text, Search(0, MONTH)))


@pytest.mark.parametrize(
    ("symbol", "written"),
    [
        ("G08B 13/196", "cpc=/low G08B13/196 or ipc=G08B13/196"),
        ("G10L 17", "cpc=/low G10L17/00 or ipc=G10L17"),
        ("g06v", "cpc=/low G06V or ipc=G06V"),
        ("H04", "cpc=/low H04 or ipc=H04"),
    ],
)
def test_a_class_is_asked_in_both_schemes(symbol: str, written: str) -> None:
    """CPC with everything below it; IPC as it stands, since only CPC knows the relation."""
    atom = write_class(symbol)
    assert atom is not None and atom.text == written


words = st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)
phrases = st.lists(words, min_size=1, max_size=14).map(" ".join)


@settings(max_examples=40)
@given(st.lists(phrases, max_size=40), st.integers(0, 12), st.integers(0, 9))
def test_every_search_is_one_that_ops_takes(terms: list[str], classes: int, offices: int) -> None:
    """A long watch becomes several searches, each within the limits however it is narrowed; no term is lost."""
    query = ask(tuple(terms), tuple(f"G08B {place}/02" for place in range(1, classes + 1)),
                ("CN", "US", "EP", "WO", "DE", "KR", "JP", "TW", "FR")[:offices])  # fmt: skip
    clauses = write_clauses(query)
    for clause in clauses.texts:
        waiting = [Search(0, ONE_DAY, offices=asked_offices(query))]
        while waiting:
            search = waiting.pop()
            text = write_search(clause, search)
            assert len(urlencode({"q": text})) + 90 <= LONGEST_ADDRESS
            compile_question(text)  # the fake office refuses too many terms
            waiting += split_search(search)[-2:]
    joined = " or ".join(clauses.texts)
    for term in terms:
        atom = write_term(term)
        assert atom is None or atom.text in joined


def test_windows_are_asked_inclusively() -> None:
    """Ours end before their end."""
    assert write_search('ta="x"', Search(0, MONTH)) == '(ta="x") and pd within "20261018 20261122"'


def test_offices_narrow_a_search_unless_they_are_too_many() -> None:
    """More offices than can be named are not named: what else comes is harmless."""
    few = ask(offices=("CN", "EP"))
    text = write_search("a", Search(0, ONE_DAY, offices=asked_offices(few)))
    assert text == '((a) and pd within "20261122 20261122") and (pn=CN or pn=EP)'
    assert asked_offices(ask(offices=tuple("ABCDEFGH"))) == () and len("ABCDEFGH") > MOST_OFFICES


def test_a_window_is_halved_down_to_a_day() -> None:
    """The halves follow each other and leave no day out."""
    waiting, days = [Search(0, MONTH)], []
    while waiting:
        search = waiting.pop(0)
        if search.window.days == 1:
            days.append(search.window.start)
        else:
            waiting = split_search(search) + waiting
    assert days == [MONTH.start + dt.timedelta(days=place) for place in range(MONTH.days)]


def test_a_day_is_cut_by_office_and_then_by_section() -> None:
    """The rest of the offices is one part of its own; behind the sections nothing is left to cut."""
    parts = split_search(Search(0, ONE_DAY))
    assert [part.offices for part in parts] == [*((office,) for office in BIG_OFFICES), ()]
    assert parts[-1].not_offices == BIG_OFFICES
    assert [part.section for part in split_search(parts[0])] == list(SECTIONS)
    assert [part.section for part in split_search(parts[-1])] == list(SECTIONS)
    assert split_search(split_search(parts[0])[0]) == []
    assert [part.offices for part in split_search(Search(0, ONE_DAY, ("CN", "EP")))] == [("CN",), ("EP",)]


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_the_parts_of_a_search_are_the_whole(seed: int) -> None:
    """Whatever answers a search answers one of its parts; whatever answers a part answers the search."""
    search = Search(0, Window(DAY - dt.timedelta(days=4), DAY))
    clause = write_clauses(ask(("street lantern", "lantern network"), ("G08B 13/196",))).texts[0]
    holdings = invent_holdings(seed, 30, search.window.start, DAY, matching=0.7)
    waiting = [search]
    while waiting:
        whole = waiting.pop()
        parts = split_search(whole)
        if not parts:
            continue
        for one in holdings:
            answers = evaluate(write_search(clause, whole), one, DAY)
            assert answers == any(evaluate(write_search(clause, part), one, DAY) for part in parts)
        waiting.append(parts[seed % len(parts)])


# the traps of the fake


def test_the_fake_has_the_traps_of_the_real_one() -> None:
    """Unquoted values lose words, quoted hyphens find nothing, relations of other indexes are refused."""
    one = next(one for one in invent_holdings(1, 50, DAY, DAY) if one.title.startswith("Lantern network for a quiet"))
    assert evaluate("ti=lantern wonderful nonsense", one, DAY)
    assert evaluate('ti="lantern network"', one, DAY) and not evaluate('ti="network lantern"', one, DAY)
    assert evaluate('ti all "network lantern"', one, DAY) and not evaluate('ti all "network kettle"', one, DAY)
    assert not evaluate('ti="lantern-network"', one, DAY)
    assert not evaluate('ti="lantern network for"', one, DAY)
    assert evaluate('(ti=lantern or ti=kettle) not pn=ZZ and pd within "20261122,20261122"', one, DAY)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("foo=bar", "CLIENT.InvalidIndex"),
        ("ti=/low lantern", "CLIENT.CQL"),
        ("cpc within G08B", "CLIENT.CQL"),
        ('pd within "20261122"', "CLIENT.CQL"),
        ("(ti=lantern", "CLIENT.CQL"),
        ("not ti=lantern", "CLIENT.CQL"),
        ("ti=lantern) or", "CLIENT.CQL"),
        ("", "CLIENT.CQL"),
        (" or ".join(f"ti=word{place}" for place in range(11)), "CLIENT.ScopeTermsMaximumNumber"),
    ],
)
def test_the_fake_refuses_what_it_does_not_understand(question: str, code: str) -> None:
    """A connector that asks something else is noticed."""
    with pytest.raises(QueryRefused) as refused:
        compile_question(question)
    assert refused.value.code == code


# pace

HEADER = "busy (images=green:100, inpadoc=green:45, other=green:1000, retrieval=green:100, search=yellow:15)"


def test_the_throttle_of_a_service_is_read() -> None:
    """Twice the pace's interval on yellow, four times on red."""
    assert read_throttle(HEADER) == Throttle("yellow", 15)
    assert read_throttle(HEADER, "inpadoc") == Throttle("green", 45)
    assert Throttle("green", 30).interval == 2.0
    assert Throttle("green", 200).interval == 2.0, "faster than is documented"
    assert Throttle("yellow", 15).interval == 8.0
    assert Throttle("red", 5).interval == 48.0
    assert Throttle("black", 0).is_suspended


@pytest.mark.parametrize(
    "header", [None, "", "busy", "busy (search=ultraviolet:many", "idle (search=green:)", "search=purple:5", "\x00((("]
)
def test_a_strange_throttle_says_nothing(header: str | None) -> None:
    """It must not end a night."""
    assert read_throttle(header) is None


@given(st.text(max_size=200))
def test_no_header_stops_the_reading(text: str) -> None:
    """Whatever stands there."""
    read_throttle(text)
    read_throttle(f"busy (search={text})")
    assert 0 < read_hold(text) <= 600
    read_used({"X-RegisteredQuotaPerWeek-Used": text}, "week")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("60000", 60), ("1000", 1), ("999", 600), ("45", 45), ("86400000", 600)]
    + [(text, 60) for text in ("", None, "soon", "-5", "nan")],
)
def test_a_suspension_is_in_milliseconds(header: str | None, seconds: float) -> None:
    """From 1000 on; below it can only be seconds. Never more than ten minutes."""
    assert read_hold(header) == seconds


def test_the_worst_word_of_the_last_minute_counts() -> None:
    """Many servers answer and each knows its own counter alone."""
    pacer = Pacer()
    assert pacer.interval(0) == 6.0
    pacer.hear(Throttle("green", 30), 0)
    assert pacer.interval(1) == 2.0
    pacer.hear(Throttle("yellow", 15), 10)
    pacer.hear(Throttle("green", 30), 20)
    pacer.hear(None, 21)
    assert pacer.interval(60) == 8.0
    assert pacer.interval(75) == 2.0
    assert pacer.interval(500) == 6.0


def test_after_a_reproach_everything_is_slower() -> None:
    """Twice as slow each time, up to eight times."""
    pacer = Pacer()
    for expected in (12.0, 24.0, 48.0, 48.0):
        pacer.slow_down()
        assert pacer.interval(0) == expected


def test_used_bytes_are_read() -> None:
    """As OPS counts them; anything but a number is nothing."""
    headers = {"X-IndividualQuotaPerHour-Used": "250077", "X-RegisteredQuotaPerWeek-Used": "4 GB"}
    assert read_used(headers, "hour") == 250_077
    assert read_used(headers, "week") is None
    assert read_used({}, "hour") is None


# refusals


def gateway(code: int, message: str, description: str = "") -> bytes:
    inside = f"<code>{code}</code><message>{message}</message><description>{description}</description>"
    return f"<error>{inside}</error>".encode()


def service(code: str) -> bytes:
    return f'<fault xmlns="http://ops.epo.org"><code>{code}</code><message>as it is</message></fault>'.encode()


FAIR_USE = gateway(403, "This request has been rejected due to the violation of Fair Use policy")


@pytest.mark.parametrize(
    ("status", "body", "reason", "meaning"),
    [
        (200, b"<anything/>", "", "answer"),
        (404, service("SERVER.EntityNotFound"), "", "none"),
        (404, service("CLIENT.InvalidCountryCode"), "", "bug"),
        (404, service("SERVER.ServiceNotFound"), "", "bug"),
        (404, b"<html>OPS - 404</html>", "", "bug"),
        (404, b"", "", "bug"),
        (405, service("CLIENT.MethodNotAllowed"), "", "bug"),
        (413, service("CLIENT.AmbiguousRequest"), "", "bug"),
        (400, service("CLIENT.InvalidQuery"), "", "query"),
        (400, service("CLIENT.CQL"), "", "query"),
        (400, service("CLIENT.InvalidIndex"), "", "query"),
        (400, service("CLIENT.ScopeTermsMaximumNumber"), "", "query"),
        (400, gateway(400, "invalid_access_token", "Access Token expired"), "", "token"),
        (401, b"", "", "token"),
        (403, FAIR_USE, "AnonymousQuotaPerDay", "token"),
        (403, FAIR_USE, "IndividualQuotaPerHour", "hour_quota"),
        (403, FAIR_USE, "RegisteredQuotaPerWeek", "week_quota"),
        (403, FAIR_USE, "RegisteredPayingQuotaPerWeek", "week_quota"),
        (403, FAIR_USE, "", "fair_use"),
        (403, gateway(403, "This request has been rejected"), "", "rejected"),
        (403, gateway(403, "Developer account is blocked"), "", "blocked"),
        (403, service("CLIENT.RobotDetected"), "", "robot"),
        (403, b"", "", "rejected"),
        (408, service("CLIENT.RequestTimeout"), "", "busy"),
        (500, service("SERVER.DomainAccess"), "", "busy"),
        (500, b"<html>oops</html>", "", "busy"),
        (503, service("SERVER.LimitedServerResources"), "", "smaller"),
        (503, b"", "", "busy"),
        (429, b"", "", "busy"),
        (200, service("SERVER.DomainAccess"), "", "busy"),
        (200, service("SERVER.EntityNotFound"), "", "none"),
        (200, service("SERVER.Unheard"), "", "busy"),
    ],
)
def test_a_refusal_is_told_by_its_code(status: int, body: bytes, reason: str, meaning: str) -> None:
    """The status alone means little: 404 is no hits or a bug, 403 one of eight things."""
    headers = httpx.Headers({"X-Rejection-Reason": reason} if reason else {})
    assert read_meaning(status, headers, read_fault(body)) == meaning


def test_both_shapes_of_a_refusal_are_read() -> None:
    """With namespace and without; anything else is none."""
    assert read_fault(service("CLIENT.CQL")) == Fault("CLIENT.CQL", "as it is")
    assert read_fault(gateway(400, "invalid", "why")) == Fault("400", "invalid: why")
    assert read_fault(b"<html/>") is None and read_fault(b"\x00") is None


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "status", "meaning"),
    [
        ("400_invalid_access_token.xml", 400, "token"),
        ("400_range_beyond_2000.xml", 400, "query"),
        ("401_bad_client.xml", 401, "token"),
        ("403_fair_use.xml", 403, "fair_use"),
        ("403_robot.xml", 403, "robot"),
        ("404_no_results.xml", 404, "none"),
        ("500_domain_access.xml", 500, "busy"),
    ],
)
def test_documented_refusals_are_understood(real_data: Path, name: str, status: int, meaning: str) -> None:
    """The bodies as the office documents them."""
    body = (real_data / "wire" / "epo-ops" / "faults" / name).read_bytes()
    assert read_meaning(status, httpx.Headers(), read_fault(body)) == meaning


@pytest.mark.real
def test_the_documented_token_is_one_that_lives(real_data: Path) -> None:
    """Its life is written as text."""
    from filingwatch.sources.ops.tokens import _read_life

    body = json.loads((real_data / "wire" / "epo-ops" / "faults" / "200_token.json").read_text())
    assert _read_life(body) == 1199.0
