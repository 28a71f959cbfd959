"""What each answer of Lens means."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from filingwatch.errors import AnswerLost, QuotaSpent, Terminal
from filingwatch.sources.answers import Again, Answer
from filingwatch.sources.http import Client
from filingwatch.sources.lens.answers import (
    Listener,
    SizeRefused,
    describe_allowance,
    read_hits,
    read_interval,
    read_size_limit,
)
from filingwatch.sources.pace import Policy
from tests.clocks import FakeClock

JSON = {"content-type": "application/json; charset=utf-8"}
ONE = {"total": 1, "results": 1, "data": [{"lens_id": "1"}], "scroll_id": "next"}


def answer(status: int, body: Any = None, headers: Mapping[str, str] = JSON) -> Answer:
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Answer(status, httpx.Headers(dict(headers)), content, at=dt.datetime(2026, 11, 22, 2, tzinfo=dt.UTC))


def listen(*, is_scroll: bool = False) -> Listener:
    return Listener(Client("Lens", "http://127.0.0.1:1", Policy(), clock=FakeClock()), is_scroll=is_scroll)


def test_hits_are_kept_by_the_judge_that_accepts_them() -> None:
    """A good page gives its total, its items and the id of the next page."""
    judge = listen()
    assert judge(answer(200, ONE)) is None
    assert judge.hits == (1, [{"lens_id": "1"}], "next")


@pytest.mark.parametrize("one", [answer(204), answer(404, {"message": "none"}), answer(404, b"", {})])
def test_nothing_found_is_no_error(one: Answer) -> None:
    """204, 404 in JSON and an empty 404 are searches without a hit."""
    judge = listen()
    assert judge(one) is None
    assert judge.hits.total == 0 and not judge.hits.items


def test_a_page_of_the_web_in_place_of_an_answer_is_a_wrong_address() -> None:
    """404 in HTML does not come from a search: it is not taken for zero."""
    with pytest.raises(Terminal, match="FILINGWATCH_LENS_URL"):
        listen()(answer(404, b"<html>", {"content-type": "text/html"}))


BROKEN = [
    answer(200, b"<html>", {"content-type": "text/html"}),
    answer(200, b'{"total": 1, "data": [{"lens'),
    answer(200, {"message": "something went wrong"}),
    answer(200, {"total": "many", "data": []}),
    answer(200, {"total": -1, "data": []}),
    answer(500, b"out of order", {}),
    answer(503, b"", {"retry-after": "9"}),
]


@pytest.mark.parametrize("one", BROKEN)
def test_a_broken_answer_is_asked_for_again_but_never_within_a_scroll(one: Answer) -> None:
    """The first page of a scroll may be repeated; a later one may not, since Lens may have moved on."""
    assert isinstance(listen()(one), Again)
    with pytest.raises(AnswerLost):
        listen(is_scroll=True)(one)


@pytest.mark.parametrize("status", [400, 404])
def test_an_expired_scroll_is_lost(status: int) -> None:
    """Lens says 400 or 404 to an id that has expired or was used."""
    with pytest.raises(AnswerLost, match="expired"):
        listen(is_scroll=True)(answer(status, {"message": "whatever"}))


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"x-rate-limit-retry-after-seconds": "21"}, 21),
        ({"x-rate-limit-retry-after-millis": "20500", "x-rate-limit-retry-after-seconds": "21"}, 20.5),
        ({"retry-after": "7"}, 7),
        ({}, 60),
        ({"x-rate-limit-retry-after-seconds": "soon"}, 60),
        ({"x-rate-limit-remaining-request-per-month": "12", "x-rate-limit-retry-after-seconds": "3"}, 3),
    ],
)
@pytest.mark.parametrize("is_scroll", [False, True])
def test_the_limit_of_the_minute_is_waited_for(headers: dict[str, str], wait: float, is_scroll: bool) -> None:
    """In whatever unit Lens says it; a request that was turned away has not moved the scroll."""
    again = listen(is_scroll=is_scroll)(answer(429, {"message": "x"}, headers))
    assert isinstance(again, Again)
    assert again.wait == wait


@pytest.mark.parametrize("what", ["request", "record"])
def test_the_limit_of_the_month_ends_the_work(what: str) -> None:
    """Waiting a minute would not help; the message names what is used up and until when."""
    headers = {f"x-rate-limit-remaining-{what}-per-month": "0", "x-rate-limit-reset-date": "2026-12-01"}
    with pytest.raises(QuotaSpent, match=f"{what}s of this month.*2026-12-01"):
        listen()(answer(429, {"message": "x"}, headers))


def test_a_refused_token_is_explained() -> None:
    """401 and 403 name the variable and how long a token lives."""
    for status in (401, 403):
        with pytest.raises(Terminal, match=r"FILINGWATCH_LENS_TOKEN.*year.*14 days"):
            listen()(answer(status, {"message": "no"}))


def test_what_lens_does_not_understand_is_said_in_its_words() -> None:
    """A 400 on the first page is final and shows the office's reason; so is a 415."""
    with pytest.raises(Terminal, match="odd bracket"):
        listen()(answer(400, {"message": "odd bracket"}))
    with pytest.raises(Terminal, match="415"):
        listen()(answer(415))


@pytest.mark.parametrize(
    ("said", "size", "smaller"),
    [
        ("Parameter 'size' shouldn't be greater than 50.", 100, 50),
        ("size is too large", 100, 50),
        ("size must be below 500", 100, 50),
        ("size 0", 1, 0),
    ],
)
def test_a_refused_size_tells_the_next_one(said: str, size: int, smaller: int) -> None:
    """The limit that is named, or half; nothing above what was refused."""
    with pytest.raises(SizeRefused) as refused:
        listen()(answer(400, {"message": said}))
    assert read_size_limit(refused.value, size) == smaller


def test_pace_follows_what_is_left_of_the_minute() -> None:
    """The requests left last for a minute; never so slow that a scroll would die, never faster than the policy."""
    name = "x-rate-limit-remaining-request-per-minute"
    assert [read_interval({name: left}) for left in ("9", "59", "0", "odd")] == [6, 1, 25, None]
    judge = listen()
    judge(answer(200, ONE, JSON | {name: "9"}))
    assert judge.client.interval == 6
    judge(answer(200, ONE, JSON | {name: "499"}))
    assert judge.client.interval == judge.client.policy.least_interval


def test_what_is_left_of_the_month_is_told_in_words() -> None:
    """Requests, records and the date; nothing when the answer says nothing."""
    headers = {
        "x-rate-limit-remaining-request-per-month": "4990",
        "x-rate-limit-remaining-record-per-month": "12000",
        "x-rate-limit-reset-date": "2026-12-01",
    }
    assert describe_allowance(headers) == "4,990 requests and 12,000 records left until 2026-12-01"
    assert describe_allowance({}) == ""


def test_bytes_that_are_no_text_cost_only_their_record() -> None:
    """The frame is read all the same; the bytes stay recognisable for the reader of records."""
    hits = read_hits(b'{"total": 2, "data": [{"lens_id": "\xff"}, {"lens_id": "2"}]}')
    assert hits is not None
    assert hits.items == [{"lens_id": "\udcff"}, {"lens_id": "2"}]
    assert read_hits(b"[" * 100_000) is None
