"""A fake EPO OPS 3.2: tokens, searches in a small part of its query language, pages, throttling, its many refusals.

It answers only to what the real one is known to answer to. What it cannot evaluate is refused, so that a connector
that asks something else is noticed.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.fake_offices.holdings import Holding
from tests.fake_offices.ops_cql import QueryRefused, evaluate
from tests.fake_offices.ops_xml import render_hits, render_ids
from tests.fake_offices.serving import NO_FAULTS, Ask, FakeOffice, Faults, Reply

REACHABLE = 2000
COUNTED = 10_000
WIDEST = 100
DEFAULT_WIDTH = 25

STATES = (
    "idle (images=green:200, inpadoc=green:60, other=green:1000, retrieval=green:200, search=green:30)",
    "busy (images=green:100, inpadoc=green:45, other=green:1000, retrieval=green:100, search=green:15)",
    "busy (images=green:100, inpadoc=green:45, other=green:1000, retrieval=green:100, search=yellow:15)",
    "overloaded (images=green:50, inpadoc=green:30, other=green:1000, retrieval=green:50, search=red:5)",
)
SUSPENDED = "overloaded (images=green:50, inpadoc=green:30, other=green:1000, retrieval=green:50, search=black:0)"
GARBLED = "busy (search=ultraviolet:many, ; retrieval"

_FAIR_USE = (
    "<error><code>403</code><message>This request has been rejected due to the violation of Fair Use policy</message>"
    "<moreInfo>https://www.epo.org/</moreInfo></error>"
)
_SEARCH = "/rest-services/published-data/search"


@dataclass
class _Token:
    ends: float
    uses: int = 0


class FakeOps(FakeOffice):
    """OPS for one registered key. A token lives `token_seconds` by `clock`, and `token_uses` requests if that is set.

    `placeholders` hits of every search are documents that OPS does not have.
    """

    name = "ops"
    own_faults = (
        "expired_token", "robot", "black", "hour_quota", "week_quota", "false_404", "garbled_header", "no_header",
        "domain_access", "request_timeout", "no_resources", "reordered", "duplicates", "page_one_again",
    )  # fmt: skip

    def __init__(
        self,
        holdings: Sequence[Holding],
        *,
        faults: Faults = NO_FAULTS,
        today: dt.date | None = None,
        credential: tuple[str, str] = ("key", "secret"),
        token_seconds: float = 1199,
        token_uses: int | None = None,
        placeholders: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(holdings, faults=faults, today=today)
        self.token_seconds = token_seconds
        self.token_uses = token_uses
        self.placeholders = placeholders
        self.is_blocked = False
        self.throttle: str | None = None
        self.sent = 0
        self._basic = "Basic " + base64.b64encode(":".join(credential).encode()).decode()
        self._clock = clock
        self._tokens: dict[str, _Token] = {}
        self._issued = 0
        self._searches = 0
        self._lied: set[str] = set()
        self._found: dict[tuple[str, dt.date, int], list[Holding]] = {}

    def reply(self, ask: Ask) -> Reply:
        path = ask.path.removeprefix("/3.2")
        if path == "/auth/accesstoken":
            return self._give_token(ask)
        if not path.startswith("/rest-services/"):
            return _wrong_path()
        refusal = self._check_token(ask)
        if refusal is not None:
            return refusal
        if path not in (_SEARCH, f"{_SEARCH}/biblio"):
            return _wrong_path()
        self._lied.discard(_question(ask))
        return self._search(ask)

    def disturb(self, kind: str, ask: Ask) -> Reply | None:
        if not ask.path.endswith("/search/biblio"):
            return None
        match kind:
            case "expired_token":
                return self._expire(ask)
            case "robot":
                message = "Recent behaviour implies you are a robot. Please try again later."
                return _fault(403, "CLIENT.RobotDetected", message)
            case "black":
                reply = _fault(403, "CLIENT.RobotDetected", "Recent behaviour implies you are a robot.")
                reply.headers |= {"X-Throttling-Control": SUSPENDED, "Retry-After": "60000"}
                return reply
            case "hour_quota":
                return _rejected("IndividualQuotaPerHour")
            case "week_quota":
                return _rejected("RegisteredQuotaPerWeek")
            case "false_404":
                return self._lie(ask)
            case "domain_access":
                return _fault(500, "SERVER.DomainAccess", "The request could not be processed. Please try again later.")
            case "request_timeout":
                return _fault(408, "CLIENT.RequestTimeout", "The request took too long")
            case "no_resources":
                return _fault(503, "SERVER.LimitedServerResources", "Please request smaller ranges")
        return self._disturb_page(kind, ask)

    def _disturb_page(self, kind: str, ask: Ask) -> Reply | None:
        """A good answer in which something is wrong."""
        if self._check_token(ask) is not None:
            return None
        match kind:
            case "garbled_header" | "no_header":
                reply = self.reply(ask)
                reply.headers["X-Throttling-Control"] = GARBLED
                if kind == "no_header":
                    del reply.headers["X-Throttling-Control"]
                return reply
            case "reordered":
                return self._search(ask, change=lambda hits, begin: random.Random(self._searches).shuffle(hits))
            case "duplicates":
                return self._search(ask, change=_repeat_one)
            case "page_one_again":
                return self._search(ask, always_first=True)
        return None

    def _give_token(self, ask: Ask) -> Reply:
        basic = ask.headers.get("authorization", "")
        if not basic.startswith("Basic "):
            return _error(401, "Client identifier is required")
        if basic != self._basic:
            return _error(401, "ClientId is Invalid")
        if b"grant_type=client_credentials" not in ask.body:
            return _error(400, "Required param : grant_type")
        if self.is_blocked:
            return _error(400, "invalid_client", "Developer account is blocked")
        self._issued += 1
        token = f"invented-token-{self._issued}-of-{id(self)}"
        self._tokens[token] = _Token(self._clock() + self.token_seconds)
        body = {
            "issued_at": str(int(time.time() * 1000)), "expires_in": str(int(self.token_seconds)), "status": "approved",
            "token_type": "BearerToken", "access_token": token, "refresh_token_expires_in": "0",
        }  # fmt: skip
        return Reply(200, json.dumps(body).encode(), "application/json", {"Cache-Control": "no-store"})

    def _check_token(self, ask: Ask) -> Reply | None:
        scheme, _, value = ask.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not value:
            return _rejected("AnonymousQuotaPerDay")
        if self.is_blocked:
            return _error(403, "Developer account is blocked")
        token = self._tokens.get(value)
        is_used_up = token is not None and self.token_uses is not None and token.uses >= self.token_uses
        if token is None or is_used_up or self._clock() >= token.ends:
            return _error(400, "invalid_access_token", "Access Token expired")
        token.uses += 1
        return None

    def _expire(self, ask: Ask) -> Reply | None:
        """Every token ends at once. One that was never used is left alone: no office refuses what it has just given."""
        _, _, value = ask.headers.get("authorization", "").partition(" ")
        token = self._tokens.get(value)
        if token is None or token.uses == 0:
            return None
        self._tokens.clear()
        return _error(400, "invalid_access_token", "Access Token expired")

    def _lie(self, ask: Ask) -> Reply | None:
        """No hits although there are some; never twice about the same question."""
        if _read_range(ask)[0] != 1 or _question(ask) in self._lied:
            return None
        self._lied.add(_question(ask))
        return _no_hits()

    def _search(
        self, ask: Ask, *, change: Callable[[list[Holding], int], None] | None = None, always_first: bool = False
    ) -> Reply:
        self._searches += 1
        begin, end = _read_range(ask)
        if not 1 <= begin <= end or end > REACHABLE or end - begin >= WIDEST:
            return self._with_headers(_fault(400, "CLIENT.InvalidQuery", "The request was invalid"))
        try:
            hits = self._find(_question(ask))
        except QueryRefused as refused:
            return self._with_headers(_fault(400, refused.code, str(refused)))
        total = len(hits) + (self.placeholders if hits else 0)
        if begin > total:
            return self._with_headers(_no_hits())
        if change is not None:
            change(hits, begin)
        if always_first:
            begin, end = 1, DEFAULT_WIDTH
        render = render_hits if ask.path.endswith("/biblio") else render_ids
        chosen = hits[begin - 1 : end]
        missing = min(end, total) - begin + 1 - len(chosen)
        body = render(chosen, missing, _question(ask), min(total, COUNTED), begin, end, self.today)
        return self._with_headers(Reply(200, body, "application/xml;charset=utf-8"))

    def _find(self, question: str) -> list[Holding]:
        """What answers the question today, the last loaded first."""
        state = (question, self.today, len(self.holdings))
        if state not in self._found:
            hits = [one for one in self.visible() if evaluate(question, one, self.today)]
            self._found[state] = sorted(hits, key=lambda one: (-one.loaded_on.toordinal(), str(one.publication)))
        return list(self._found[state])

    def _with_headers(self, reply: Reply) -> Reply:
        self.sent += len(reply.body)
        state = self.throttle or STATES[self._searches // 3 % len(STATES)]
        reply.headers |= {
            "X-API": "ops-v3.2",
            "X-Throttling-Control": state,
            "X-IndividualQuotaPerHour-Used": str(self.sent),
            "X-RegisteredQuotaPerWeek-Used": str(self.sent),
        }
        return reply


def _question(ask: Ask) -> str:
    if ask.method == "POST":
        return ask.body.decode().removeprefix("q=")
    return (ask.query.get("q") or [""])[0]


def _read_range(ask: Ask) -> tuple[int, int]:
    """The range of hits; the Range of HTTP means nothing here."""
    text = ask.headers.get("x-ops-range") or (ask.query.get("Range") or [f"1-{DEFAULT_WIDTH}"])[0]
    begin, _, end = text.partition("-")
    return (int(begin), int(end)) if begin.isdecimal() and end.isdecimal() else (0, 0)


def _repeat_one(hits: list[Holding], begin: int) -> None:
    """The last hit of the page before comes again and pushes another one out."""
    if 1 < begin <= len(hits):
        hits[begin - 1] = hits[begin - 2]


def _error(status: int, message: str, description: str = "") -> Reply:
    more = f"<description>{description}</description>" if description else ""
    body = f"<error><code>{status}</code><message>{message}</message>{more}</error>"
    return Reply(status, body.encode())


def _fault(status: int, code: str, message: str) -> Reply:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<fault xmlns="http://ops.epo.org">\n'
        f"    <code>{code}</code>\n    <message>{message}</message>\n</fault>\n"
    )
    return Reply(status, body.encode())


def _no_hits() -> Reply:
    return _fault(404, "SERVER.EntityNotFound", "No results found")


def _rejected(reason: str) -> Reply:
    return Reply(403, _FAIR_USE.encode(), headers={"X-Rejection-Reason": reason})


def _wrong_path() -> Reply:
    return Reply(404, b"<html><head><title>OPS - 404</title></head><body>Not here</body></html>", "text/html")
