"""The one retry and rate layer: every call to an office goes through a Client, and nobody else sleeps or repeats.

Here belong pace, repetition, time limits, redirects, the journal of attempts and the hiding of secrets. What an answer
means is told by the `judge` that a connector brings: it accepts an answer, asks for the same request again, or ends the
work with Transient, Terminal or QuotaSpent.
"""

from __future__ import annotations

import datetime as dt
import json as jsonlib
import logging
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from pydantic import SecretStr

from filingwatch import __version__
from filingwatch.errors import AnswerLost, FilingwatchError, QuotaSpent, Terminal, Transient
from filingwatch.sources.addresses import describe_request, follow, hide_secrets, is_loopback, origin_of
from filingwatch.sources.answers import Again, Answer, Attempt, Judge, excerpt, judge_status, retry_after
from filingwatch.sources.downloading import Download, Receiver, part_of, settle
from filingwatch.sources.pace import SYSTEM_CLOCK, Clock, Policy, Usage
from filingwatch.sources.receiving import BadPacking, Watchdog, unpack

__all__ = [
    "SYSTEM_CLOCK",
    "Again",
    "Answer",
    "Attempt",
    "Client",
    "Clock",
    "Judge",
    "Policy",
    "Usage",
    "excerpt",
    "is_loopback",
    "judge_status",
    "retry_after",
]

MOST_REDIRECTS = 5
# httpx tells every address that it asks at level INFO; addresses of signed downloads are secrets of a kind.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class _Lost(Exception):
    """No usable answer arrived; the message says why."""


class Client:
    """The line to one office: one request at a time, at its pace, repeated where that helps, every try noted down.

    Only for calls that change nothing at the office. `authorise` is asked at every try for the headers that hold
    secrets; they never follow a redirect to another origin. `interval` may be set by the connector at any time.
    """

    def __init__(
        self,
        office: str,
        base_url: str,
        policy: Policy,
        *,
        clock: Clock = SYSTEM_CLOCK,
        secrets: Sequence[SecretStr] = (),
        contact: str = "",
        authorise: Callable[[], Mapping[str, str]] | None = None,
    ) -> None:
        self.office = office
        self.base_url = base_url.rstrip("/")
        self.policy = policy
        self.clock = clock
        self.interval = policy.least_interval
        self.usage = Usage()
        self.user_agent = f"filingwatch/{__version__} (nightly patent monitor{'; ' + contact if contact else ''})"
        self._authorise = authorise
        self._secrets = {secret.get_secret_value() for secret in secrets if secret.get_secret_value()}
        self._attempts: list[Attempt] = []
        self._asked = self._failed = 0
        self._waited = 0.0
        self._received = 0
        self._socket: socket.socket | None = None
        self._next_start = float("-inf")
        # the pace protects the offices of others; one that a person runs on this machine needs no protection
        self._is_paced = not (clock is SYSTEM_CLOCK and is_loopback(base_url))
        self._line: httpx.Client | None = None

    def __repr__(self) -> str:
        return f"Client({self.office!r}, {self.base_url!r})"

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        json: Any = None,
        judge: Judge = judge_status,
        accepts: tuple[str, ...] = (),
        most_tries: int | None = None,
        repeat_lost: bool = True,
        anonymous: bool = False,
    ) -> Answer:
        """One accepted answer. A repetition has the same method, address, headers and body; redirects are not followed.

        `accepts` names the content types of a good answer. With `repeat_lost` False a request whose answer was lost on
        the way is not repeated. `anonymous` leaves out the secrets.

        Raises:
            Transient: not now. AnswerLost, QuotaSpent: see there.
            Terminal: not until somebody changes something.
        """
        body = jsonlib.dumps(json, ensure_ascii=False).encode() if json is not None else content
        fixed = dict(headers or {}) | ({"Content-Type": "application/json"} if json is not None else {})
        url = self._join(path) + (f"?{urlencode(params)}" if params else "")

        def send() -> tuple[Answer, None]:
            with self._open(method, url, fixed, body, anonymous) as response:
                return self._read(response), None

        def decide(answer: Answer) -> Again | None:
            if 300 <= answer.status < 400:
                return Again("answered with a redirect, not followed here; check its address in the settings")
            again = judge(answer)
            if again is None and accepts and 200 <= answer.status < 300 and answer.content_type not in accepts:
                kind = answer.content_type or "no content type"
                return Again(f"answered {kind} instead of {' or '.join(accepts)}: {excerpt(answer.content, 80)}")
            return again

        request = self._describe(method, url, fixed, body)
        answer, _ = self._repeat(request, send, decide, most_tries or self.policy.most_tries, repeat_lost)
        return answer

    def download(
        self,
        path_or_url: str,
        target: Path,
        *,
        most_bytes: int,
        judge: Judge = judge_status,
        checksum: tuple[str, str] | None = None,
    ) -> Download:
        """A file, complete and verified, at `target`; until then it is called `<target>.part`.

        Follows redirects; secrets stay with the origin of the office. `checksum` is (name of the method, hex digest).

        Raises:
            Transient: it could not be had now, or does not match its checksum. Terminal: as in `call`.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        url = self._join(path_or_url)

        def send() -> tuple[Answer, Download | None]:
            return self._receive(url, target, most_bytes, checksum)

        try:
            _, download = self._repeat(self._describe("GET", url), send, judge, self.policy.most_tries, True)
        except OSError as error:
            raise Terminal(
                f"{target.name} could not be written to {target.parent}: {error}. Free space there."
            ) from error
        assert download is not None
        settle(target)
        return download

    def hold(self, seconds: float) -> None:
        """Start nothing before so many seconds have passed."""
        self._next_start = max(self._next_start, self.clock.monotonic() + seconds)

    def add_secret(self, value: str) -> None:
        """Keep a value out of everything that is said from now on."""
        if value:
            self._secrets.add(value)

    def hide(self, text: str) -> str:
        """The text with every secret replaced."""
        return hide_secrets(self._secrets, text)

    def take_attempts(self) -> list[Attempt]:
        """The tries since the last call of this function, oldest first."""
        taken, self._attempts = self._attempts, []
        return taken

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _repeat(
        self,
        request: Mapping[str, Any],
        send: Callable[[], tuple[Answer, Any]],
        decide: Judge,
        most_tries: int,
        repeat_lost: bool,
    ) -> tuple[Answer, Any]:
        for number in range(1, most_tries + 1):
            self._require_allowance()
            self._wait_turn()
            at, started, lost = self.clock.now(), self.clock.monotonic(), False
            answer, extra, self._received = None, None, 0
            try:
                answer, extra = send()
                again = decide(answer)
            except _Lost as error:
                again, lost = Again(str(error)), True
            except FilingwatchError as error:
                self._note(request, "refused", at, answer, started, str(error))
                raise type(error)(self._say(request, str(error))) from None  # the error itself may hold a secret
            status = "answered" if again is None else "again"
            self._note(request, status, at, answer, started, again.reason if again else None)
            if again is None:
                assert answer is not None
                return answer, extra
            self._require_budget()
            if lost and not repeat_lost:
                raise AnswerLost(self._say(request, f"the answer was lost: {again.reason}"))
            if number == most_tries:
                break
            self._wait_for(request, again, number)
        raise Transient(self._say(request, f"{again.reason}; tried {most_tries} times. The next run asks again."))

    def _describe(self, *request: Any) -> dict[str, Any]:
        return jsonlib.loads(self.hide(jsonlib.dumps(describe_request(*request), ensure_ascii=False)))

    def _say(self, request: Mapping[str, Any], what: str) -> str:
        if what.startswith(f"{self.office}, "):  # an error of a call within this one, the token's
            return what
        address = urlsplit(str(request["url"]))
        return self.hide(f"{self.office}, {request['method']} {address.path or '/'}: {what}")

    def _note(
        self, request: Mapping[str, Any], status: str, at: dt.datetime, answer: Answer | None, started: float,
        message: str | None,
    ) -> None:  # fmt: skip
        self._asked += 1
        self._failed += status != "answered"
        self.usage.add(at.date(), requests=1, received=self._received)
        seconds = self.clock.monotonic() - started
        code = answer.status if answer is not None else None
        self._attempts.append(
            Attempt(request, status, at, code, self._received, seconds, self.hide(message) if message else None)
        )

    def _require_allowance(self) -> None:
        self.usage.add(self.clock.now().date())
        if self.policy.week_bytes is not None and self.usage.bytes >= self.policy.week_bytes:
            raise QuotaSpent(
                f"{self.office}: {self.usage.bytes:,} bytes were received since {self.usage.week}, the weekly "
                f"allowance is {self.policy.week_bytes:,}. The work goes on next Monday (UTC)."
            )

    def _require_budget(self) -> None:
        limit = max(self.policy.failed_least, self.policy.failed_share * self._asked)
        if self._failed > limit:
            raise Transient(
                f"{self.office}: {self._failed} of {self._asked} requests failed, more than is tolerated in one run. "
                "ops.outcome has each of them; the next run goes on where this one ended."
            )

    def _wait_turn(self) -> None:
        wait = self._next_start - self.clock.monotonic()
        held = max(0.0, wait - self.interval)
        if wait > self.policy.longest_wait or self._waited + held > self.policy.patience:
            raise Transient(
                f"{self.office} asks to wait {wait:,.0f} s, too long for one run. The next run goes on where this one "
                "ended."
            )
        self._waited += held
        if wait > 0:
            self.clock.sleep(wait)
        self._next_start = self.clock.monotonic() + (self.interval if self._is_paced else 0.0)

    def _wait_for(self, request: Mapping[str, Any], again: Again, number: int) -> None:
        wait = self.policy.first_wait * 2 ** (number - 1) if again.wait is None else again.wait
        if wait > self.policy.longest_wait or self._waited + wait > self.policy.patience:
            raise Transient(
                self._say(request, f"{again.reason}; it asks to wait {wait:,.0f} s, too long for one run. ")
                + "The next run goes on where this one ended."
            )
        self._waited += wait
        if wait > 0:
            self.clock.sleep(wait)

    def _join(self, path_or_url: str) -> str:
        if urlsplit(path_or_url).scheme:
            return path_or_url
        return f"{self.base_url}/{path_or_url.lstrip('/')}"

    @contextmanager
    def _open(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, anonymous: bool
    ) -> Iterator[httpx.Response]:
        """The response while its body is still to be read. Whatever goes wrong on the way is _Lost."""
        secret_headers = {} if anonymous or self._authorise is None else dict(self._authorise())
        sent = {**headers, **secret_headers}
        watchdog = Watchdog(self.policy.deadline)
        extensions = {"trace": self._keep_socket}
        try:
            with (
                watchdog.guarding(lambda: self._socket),
                self._connection().stream(method, url, headers=sent, content=body, extensions=extensions) as response,
            ):
                yield response
        except httpx.InvalidURL as error:
            raise Terminal(f"the address cannot be used: {error}. Check it in the settings.") from None
        except (httpx.HTTPError, httpx.StreamError) as error:
            if watchdog.has_bitten:
                raise _Lost(f"the answer was not complete after {self.policy.deadline:,.0f} s") from None
            raise _Lost(f"no whole answer: {self.hide(str(error)) or type(error).__name__}") from None

    def _connection(self) -> httpx.Client:
        if self._line is None:
            self._line = httpx.Client(
                timeout=self.policy.timeout,
                headers={"User-Agent": self.user_agent, "Accept-Encoding": "gzip"},
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # a repetition shall be the same request
                follow_redirects=False,
                trust_env=not is_loopback(self.base_url),  # a proxy of the machine has no business on loopback
            )
        return self._line

    def _keep_socket(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")

    def _chunks(self, response: httpx.Response) -> Iterator[bytes]:
        """The body in small pieces, unpacked; what arrives is counted before anything is made of it."""

        def count() -> Iterator[bytes]:
            for chunk in response.iter_raw():
                self._received += len(chunk)
                yield chunk

        try:
            yield from unpack(count(), response.headers.get("content-encoding", ""))
        except BadPacking as error:
            raise _Lost(str(error)) from None

    def _read(self, response: httpx.Response) -> Answer:
        started, content = self.clock.monotonic(), bytearray()
        for chunk in self._chunks(response):
            content += chunk
            if len(content) > self.policy.most_bytes:
                raise _Lost(f"the answer is larger than {self.policy.most_bytes:,} bytes")
        seconds = self.clock.monotonic() - started
        return Answer(response.status_code, response.headers, bytes(content), seconds, self.clock.now())

    def _receive(
        self, url: str, target: Path, most_bytes: int, checksum: tuple[str, str] | None
    ) -> tuple[Answer, Download | None]:
        origin, at = origin_of(self.base_url), url
        for _ in range(MOST_REDIRECTS + 1):
            with self._open("GET", at, {}, None, anonymous=origin_of(at) != origin) as response:
                if response.is_redirect and "location" in response.headers:
                    at = follow(at, response.headers["location"])
                    continue
                if not response.is_success:
                    return self._read(response), None
                started = self.clock.monotonic()
                with Receiver(part_of(target), checksum, most_bytes) as receiver:
                    for chunk in self._chunks(response):
                        receiver.write(chunk)
                        if receiver.fault is not None:
                            break
                if receiver.fault is not None:
                    raise _Lost(receiver.fault)
                seconds = self.clock.monotonic() - started
                answer = Answer(response.status_code, response.headers, b"", seconds, self.clock.now())
                return answer, Download(target, receiver.size, answer.seconds)
        raise _Lost(f"more than {MOST_REDIRECTS} redirects in a row; check the address in the settings")
