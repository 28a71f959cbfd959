"""The one retry and rate layer, against a real server on loopback; only time is invented."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import hashlib
import json
import logging
import socket
import threading
import traceback
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from filingwatch.errors import AnswerLost, QuotaSpent, Terminal, Transient
from filingwatch.sources.addresses import follow
from filingwatch.sources.http import Again, Answer, Client, Policy, Usage, retry_after
from tests.clocks import FakeClock
from tests.fake_offices.serving import Ask, FakeOffice, Reply

SECRET = "s3cr3t-of-the-test"
GOOD = Reply(200, b"<a/>")


class Scripted(FakeOffice):
    """Answers with what is in the script, one after the other; the last one for ever."""

    def __init__(self, *script: Reply | Callable[[Ask], Reply]) -> None:
        super().__init__([])
        self.script = list(script)

    def reply(self, ask: Ask) -> Reply:
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return step(ask) if callable(step) else replace(step)


@contextmanager
def line(
    *script: Reply | Callable[[Ask], Reply], policy: Policy | None = None
) -> Iterator[tuple[Client, Scripted, FakeClock]]:
    office, clock = Scripted(*script), FakeClock()
    with office.serving() as url:
        client = Client(
            "office", url, policy or Policy(), clock=clock, secrets=[SecretStr(SECRET)], contact="ops@example.org",
            authorise=lambda: {"Authorization": f"Bearer {SECRET}"},
        )  # fmt: skip
        try:
            yield client, office, clock
        finally:
            client.close()


@pytest.mark.parametrize("bad", [
    Reply(500), Reply(503), Reply(429), Reply(408), Reply(200, b"<a/>", fault="reset"),
    Reply(200, b"<a/>", fault="truncated"), Reply(200, b"<a/>" * 9, fault="drip"),
    Reply(200, b"<html/>", "text/html"), Reply(302, headers={"Location": "/"}),
    Reply(500, headers={"Set-Cookie": "visit=1; Path=/"}), Reply(200, b"<a/>", headers={"Content-Encoding": "gzip"}),
])  # fmt: skip
def test_a_repeated_request_is_the_same_to_the_last_header(bad: Reply) -> None:
    """Method, path, query, headers and body of the second try equal those of the first, whatever went wrong."""
    with line(bad, GOOD) as (client, office, _):
        answer = client.call(
            "POST", "/search", params={"q": "a b", "n": "2"}, headers={"X-OPS-Range": "101-200"}, content=b"<q/>",
            accepts=("application/xml",),
        )  # fmt: skip
    assert answer.content == b"<a/>"
    first, second = office.asks
    assert first == second
    assert first.headers["x-ops-range"] == "101-200" and first.query == {"q": ["a b"], "n": ["2"]}
    assert [attempt.status for attempt in client.take_attempts()] == ["again", "answered"]


def test_waits_double_until_the_tries_are_used_up() -> None:
    """Five tries by default, with 2, 4, 8 and 16 seconds between them; then the error says what was answered."""
    with line(Reply(503), policy=Policy(least_interval=0)) as (client, office, clock):
        with pytest.raises(Transient, match="answered 503; tried 5 times"):
            client.call("GET", "/x")
        assert clock.waits == [2, 4, 8, 16] and len(office.asks) == 5


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7), ("0", 0), ("Sun, 22 Nov 2026 02:00:30 GMT", 30), ("soon", None), ("", None)]
)
def test_retry_after_is_read_in_both_forms(header: str, seconds: float | None) -> None:
    """Seconds or a date; anything else is as if it were not there."""
    assert retry_after({"retry-after": header}, FakeClock().now()) == seconds


def test_the_office_s_own_wait_is_kept() -> None:
    """What Retry-After asks for is waited for, not more."""
    with line(Reply(429, headers={"Retry-After": "33"}), GOOD) as (client, _, clock):
        client.call("GET", "/x")
        assert 33 in clock.waits


def test_a_wait_longer_than_a_run_ends_the_work() -> None:
    """An office that asks to come back in hours is believed: nothing waits in vain."""
    with line(Reply(429, headers={"Retry-After": "7200"})) as (client, office, clock):
        with pytest.raises(Transient, match=r"7,200 s"):
            client.call("GET", "/x")
        assert len(office.asks) == 1 and not clock.waits


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_final_answer_is_not_asked_for_twice(status: int) -> None:
    """Statuses that no repetition changes are terminal at once."""
    with line(Reply(status, b"no such thing")) as (client, office, _):
        with pytest.raises(Terminal, match=str(status)):
            client.call("GET", "/x")
        assert len(office.asks) == 1


def test_requests_keep_their_distance() -> None:
    """Between the starts of two requests lies the interval, which a connector may change at any time."""
    with line(GOOD, policy=Policy(least_interval=6)) as (client, _, clock):
        for _ in range(3):
            client.call("GET", "/x")
        assert [round(wait) for wait in clock.waits] == [6, 6]
        client.interval = 0.5
        client.hold(60)
        client.call("GET", "/x")
        client.call("GET", "/x")
        assert [round(wait, 1) for wait in clock.waits[2:]] == [pytest.approx(60, abs=0.5), pytest.approx(0.5, abs=0.3)]


def test_a_judge_decides_what_an_answer_means() -> None:
    """It may take a 404 for an answer, ask again, or end the work with an error of its own kind."""
    with line(Reply(404, b"none")) as (client, _, _):
        assert client.call("GET", "/x", judge=lambda answer: None).status == 404

    def end(answer: Answer) -> Again | None:
        raise QuotaSpent("the hour is used up")

    with line(GOOD) as (client, _, _), pytest.raises(QuotaSpent, match="office, GET /x: the hour is used up"):
        client.call("GET", "/x", judge=end)


def test_a_lost_answer_is_not_asked_for_again_where_that_skips_data() -> None:
    """A scroll whose answer was lost has moved on: it is for the connector to begin anew."""
    with line(Reply(200, b"{}", fault="truncated"), GOOD) as (client, office, _):
        with pytest.raises(AnswerLost):
            client.call("POST", "/scroll", repeat_lost=False)
        assert len(office.asks) == 1


def test_an_office_that_fails_all_the_time_is_left_alone() -> None:
    """Past the failure budget the work ends, although every single request would have been answered in the end."""
    turn = iter(range(1000))

    def every_third(ask: Ask) -> Reply:
        return GOOD if next(turn) % 3 == 2 else Reply(500)

    with line(every_third, policy=Policy(failed_least=10)) as (client, _, _), pytest.raises(Transient, match="of 16"):
        for _ in range(100):
            client.call("GET", "/x")


def test_a_few_failures_among_many_answers_are_tolerated() -> None:
    """One failure in ten requests ends nothing."""
    turn = iter(range(1000))

    def every_tenth(ask: Ask) -> Reply:
        return Reply(500) if next(turn) % 10 == 0 else GOOD

    with line(every_tenth, policy=Policy(failed_least=3)) as (client, _, _):
        for _ in range(60):
            assert client.call("GET", "/x").status == 200


def test_a_week_s_allowance_ends_the_work_and_begins_anew_on_monday() -> None:
    """Bytes are counted from Monday 00:00 UTC; past the allowance nothing is asked, and then it is again."""
    with line(Reply(200, b"x" * 600), policy=Policy(week_bytes=1000)) as (client, office, clock):
        client.usage = Usage.from_cursor({"week": "2026-11-16", "requests": 9, "bytes": 500})
        client.call("GET", "/x")
        with pytest.raises(QuotaSpent, match="next Monday"):
            client.call("GET", "/x")
        assert client.usage.as_cursor() == {"week": "2026-11-16", "requests": 10, "bytes": 1100}
        clock.turn_to(dt.date(2026, 11, 23))
        client.call("GET", "/x")
        assert client.usage.as_cursor() == {"week": "2026-11-23", "requests": 1, "bytes": 600}
        assert len(office.asks) == 2


def test_an_answer_that_never_ends_is_cut(tmp_path: Path) -> None:
    """Neither a body larger than the limit nor one slower than the deadline keeps the layer for ever."""
    for reply, policy, message in (
        (Reply(200, b"x" * 5000), Policy(most_bytes=1000, most_tries=2), "larger than 1,000 bytes"),
        (Reply(200, b"x" * 5000, fault="drip"), Policy(deadline=0.02, most_tries=1), "not complete after"),
    ):
        with line(reply, policy=policy) as (client, _, _), pytest.raises(Transient, match=message):
            client.call("GET", "/x")
    with line(Reply(200, b"x" * 5000), policy=Policy(most_tries=1)) as (client, _, _):
        with pytest.raises(Transient, match="larger than 100 bytes"):
            client.download("/f", tmp_path / "f", most_bytes=100)
        assert not (tmp_path / "f").exists()


def test_a_packed_answer_is_unpacked_within_bounds() -> None:
    """Gzip, as it was asked for, and nothing else; a bomb is given up at the limit, not after it has been unpacked."""
    packed = gzip.compress(b"<a>lantern</a>")
    with line(Reply(200, packed, headers={"Content-Encoding": "gzip"})) as (client, _, _):
        assert client.call("GET", "/x").content == b"<a>lantern</a>"
        assert client.take_attempts()[0].bytes == len(packed)
    bomb = gzip.compress(gzip.compress(b"\0" * 50_000_000))
    for encoding in ("gzip, gzip", "br"):
        twice = Reply(200, bomb, headers={"Content-Encoding": encoding})
        with line(twice) as (client, _, _), pytest.raises(Transient, match="not asked for"):
            client.call("GET", "/x", most_tries=1)
    flat = gzip.compress(b"\0" * 50_000_000)
    with line(Reply(200, flat, headers={"Content-Encoding": "gzip"}), policy=Policy(most_bytes=10**6)) as (
        client,
        _,
        _,
    ):
        tracemalloc.start()
        with pytest.raises(Transient, match="larger than"):
            client.call("GET", "/x", most_tries=1)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 10_000_000


def test_a_line_that_dribbles_its_headers_is_cut() -> None:
    """The deadline is for the whole answer, from the first byte of its head on."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def dribble() -> None:
            other, _ = server.accept()
            with other, contextlib.suppress(OSError):
                other.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while True:
                    other.sendall(b"a")
                    threading.Event().wait(0.01)

        thread = threading.Thread(target=dribble, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        client = Client("office", address, Policy(deadline=0.2, most_tries=1), clock=FakeClock())
        with pytest.raises(Transient, match="not complete after"):
            client.call("GET", "/x")
        client.close()
        thread.join(5)


def test_holds_use_up_the_patience_as_well() -> None:
    """An office that asks for a pause before every request does not keep the sources behind it waiting all night."""
    with (
        line(GOOD, policy=Policy(patience=1000)) as (client, _, clock),
        pytest.raises(Transient, match="too long for one"),
    ):
        for _ in range(100):
            client.hold(300)
            client.call("GET", "/x")
    assert sum(clock.waits) < 1100


def test_bytes_of_a_lost_answer_count() -> None:
    """The allowance counts what came over the line, whether it could be used or not."""
    with line(Reply(200, b"x" * 5000, fault="truncated")) as (client, _, _):
        with pytest.raises(Transient):
            client.call("GET", "/x", most_tries=2)
        assert client.usage.bytes == 10_000


def test_different_questions_are_different_rows() -> None:
    """Two bodies to one address can be told apart in the ledger; a long body is not kept whole."""
    with line(GOOD) as (client, _, _):
        client.call("POST", "/search", json={"from": "2026-11-01"})
        client.call("POST", "/search", json={"from": "2026-11-02", "terms": ["lantern"] * 1000})
        first, second = client.take_attempts()
    assert first.request != second.request and "2026-11-01" in first.request["body"]
    assert len(json.dumps(dict(second.request))) < 1000


def test_no_secret_is_in_a_traceback_or_behind_an_encoding() -> None:
    """What a bug report would show, and a secret that was written into an address, are clean as well."""
    odd = "a+b/c=d e"
    with line(GOOD) as (client, _, _):
        client.add_secret(odd)
        client.call("GET", "/x", params={"key": odd})
        assert odd not in repr(client.take_attempts()) and "a%2Bb" not in repr(client._attempts)

        def judge(answer: Answer) -> Again | None:
            raise Terminal(f"it said {SECRET}")

        with pytest.raises(Terminal) as caught:
            client.call("GET", "/x", judge=judge)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_no_secret_is_said_anywhere(caplog: pytest.LogCaptureFixture) -> None:
    """Not in errors, attempts, reprs or logs, also when the office says it back."""
    caplog.set_level(logging.DEBUG)
    with line(Reply(500, f"who is {SECRET}?".encode()), Reply(401, f"bad {SECRET}".encode())) as (client, office, _):

        def judge(answer: Answer) -> Again | None:
            if answer.status == 500:
                return Again(f"it said {answer.content.decode()}")
            raise Terminal(f"it said {answer.content.decode()}")

        with pytest.raises(Terminal) as caught:
            client.call("GET", "/x", params={"again": SECRET}, judge=judge)
        said = repr(client) + repr(vars(client)["_attempts"]) + str(caught.value) + repr(caught.value)
        assert office.asks[0].headers["authorization"] == f"Bearer {SECRET}"
    assert SECRET not in said + caplog.text
    assert "***" in said


def test_everybody_is_told_who_asks() -> None:
    """The User-Agent names the tool, its version and the contact."""
    with line(GOOD) as (client, office, _):
        client.call("GET", "/x")
    assert office.asks[0].headers["user-agent"].startswith("filingwatch/")
    assert "ops@example.org" in office.asks[0].headers["user-agent"]


def test_a_token_call_goes_without_the_secret() -> None:
    """An anonymous call carries no authorisation."""
    with line(GOOD) as (client, office, _):
        client.call("GET", "/token", anonymous=True)
    assert "authorization" not in office.asks[0].headers


def test_a_download_follows_a_redirect_without_the_secret(tmp_path: Path) -> None:
    """The other host gets the question, not the key; the file is whole, verified and under its own name."""
    body = b"weekly file" * 1000
    sha1 = hashlib.sha1(body).hexdigest().upper()
    store = Scripted(Reply(200, body, "application/zip"))
    with (
        store.serving() as there,
        line(Reply(302, headers={"Location": f"{there}/signed?sig=abc"})) as (client, office, _),
    ):
        done = client.download("/file", tmp_path / "week.zip", most_bytes=10**6, checksum=("sha1", sha1))
    assert done.path.read_bytes() == body and done.bytes == len(body)
    assert office.asks[0].headers["authorization"] == f"Bearer {SECRET}"
    assert "authorization" not in store.asks[0].headers and store.asks[0].query == {"sig": ["abc"]}
    assert list(tmp_path.iterdir()) == [tmp_path / "week.zip"]


def test_a_listing_cannot_send_the_secret_elsewhere(tmp_path: Path) -> None:
    """An absolute address of another host, as a listing may name it, is asked without the secret."""
    store = Scripted(Reply(200, b"file", "application/zip"))
    with store.serving() as there, line(GOOD) as (client, _, _):
        client.download(f"{there}/week.zip", tmp_path / "week.zip", most_bytes=100)
    assert "authorization" not in store.asks[0].headers


def test_a_download_is_repeated_until_its_checksum_is_right(tmp_path: Path) -> None:
    """A file that differs from what the office announced is loaded again; a wrong one is never put in place."""
    good = hashlib.sha1(b"right").hexdigest()
    with line(Reply(200, b"wrong"), Reply(200, b"righ", fault="truncated"), Reply(200, b"right")) as (
        client,
        office,
        _,
    ):
        client.download("/f", tmp_path / "f", most_bytes=100, checksum=("sha1", good))
    assert (tmp_path / "f").read_bytes() == b"right" and len(office.asks) == 3
    with line(Reply(200, b"wrong")) as (client, _, _), pytest.raises(Transient, match="sha1 is not the one"):
        client.download("/g", tmp_path / "g", most_bytes=100, checksum=("sha1", good))
    assert not (tmp_path / "g").exists()


def test_a_full_disk_is_named_as_one(tmp_path: Path) -> None:
    """A file that cannot be written is not the office's fault, and the message says where room is missing."""
    (tmp_path / "f.part").symlink_to("/dev/full")
    with line(Reply(200, b"x" * 10**6)) as (client, _, _), pytest.raises(Terminal, match=r"No space left.*Free space"):
        client.download("/f", tmp_path / "f", most_bytes=10**7)


def test_a_loop_of_redirects_and_a_step_down_to_http_are_refused(tmp_path: Path) -> None:
    """A file is never loaded over a line that anybody could change, nor for ever."""
    with (
        line(Reply(302, headers={"Location": "/f"})) as (client, _, _),
        pytest.raises(Transient, match="redirects in a row"),
    ):
        client.download("/f", tmp_path / "f", most_bytes=100)
    with pytest.raises(Terminal, match="from https to http"):
        follow("https://office.example/f", "http://office.example/f")
    with pytest.raises(Terminal, match="not one of the web"):
        follow("https://office.example/f", "file:///etc/hostname")


def test_attempts_say_what_was_asked_and_what_came(tmp_path: Path) -> None:
    """Each try is one row: request, status, bytes, seconds; the query of a signed address is the office's own."""
    with line(Reply(500), Reply(200, b"12345")) as (client, _, clock):
        client.call("POST", "/search", params={"q": "lantern"}, json={"a": 1})
        tries = client.take_attempts()
        assert client.take_attempts() == []
    assert [(one.http_status, one.bytes, one.message) for one in tries] == [(500, 0, "answered 500"), (200, 5, None)]
    assert json.loads(json.dumps(dict(tries[0].request)))["query"] == {"q": "lantern"}
    assert tries[0].attempted_at == clock.start
