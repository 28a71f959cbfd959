"""A fake Lens: the patent search with its scrolls, its limits, and the ways in which they go wrong.

A scroll lives for so many requests of anybody, or, with a clock, for a minute; each page gives it another id.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.clocks import FakeClock
from tests.fake_offices.holdings import Holding
from tests.fake_offices.lens_query import LANGUAGES, Malformed, Test, compile_query, lens_id
from tests.fake_offices.lens_records import project, render
from tests.fake_offices.serving import NO_FAULTS, Ask, FakeOffice, Faults, Reply

TOKEN = "token"
_FIRST_KEYS = {"query", "language", "sort", "include", "size", "scroll"}
_SORTS = ([{"date_published": "asc"}, {"lens_id": "asc"}], None)


@dataclass
class _Scroll:
    """What is left of a search, and when it was last asked for."""

    left: list[Holding]
    total: int
    size: int
    asked_at: float


class FakeLens(FakeOffice):
    """Lens, which knows a token, a largest page, a number of requests per minute and a number per month.

    `clock` lets the minutes of its limits and of its scrolls pass as the client's do; without one the minute has no
    limit and a scroll lives for `scroll_life` requests. `zero_as` is how it says that a search finds nothing: 200, 204
    or 404.
    """

    name = "lens"
    own_faults = ("minute_limit", "month_limit", "scroll_expired", "scroll_gone", "lost_page", "repeated_record")

    def __init__(
        self,
        holdings: Sequence[Holding],
        *,
        faults: Faults = NO_FAULTS,
        today: dt.date | None = None,
        clock: FakeClock | None = None,
        token: str = TOKEN,
        most_size: int = 100,
        per_minute: int | None = None,
        per_month: int = 100_000,
        scroll_life: int = 20,
        zero_as: int = 200,
    ) -> None:
        super().__init__(holdings, faults=faults, today=today)
        self.clock, self.token, self.most_size, self.per_minute = clock, token, most_size, per_minute
        self.left_this_month, self.scroll_life, self.zero_as = per_month, scroll_life, zero_as
        self.asked_in_minute: list[float] = []
        self._scrolls: dict[str, _Scroll] = {}
        self._ids = random.Random(1)

    def reply(self, ask: Ask) -> Reply:
        if ask.path != "/patent/search":
            return _say(404, "No such resource")
        if ask.headers.get("authorization") != f"Bearer {self.token}":
            return _say(401, "Unauthorised")
        if ask.method != "POST" or ask.headers.get("content-type", "").partition(";")[0] != "application/json":
            return _say(415, "Content type must be application/json")
        refused = self._refuse_by_limits()
        if refused is not None:
            return refused
        try:
            body = json.loads(ask.body)
            reply = self._go_on(body) if "scroll_id" in body else self._search(body)
        except (ValueError, TypeError) as error:
            reply = _say(400, f"Request is malformed: {error}")
        except Malformed as error:
            reply = _say(400, str(error))
        reply.headers |= self._limits()
        return reply

    def disturb(self, kind: str, ask: Ask) -> Reply | None:
        is_scroll = b'"scroll_id"' in ask.body
        if kind == "minute_limit":
            name, value = self._random.choice((("seconds", "21"), ("millis", "20500")))
            headers = {f"x-rate-limit-retry-after-{name}": value, "x-rate-limit-remaining-request-per-minute": "0"}
            return _say(429, "Too many requests", headers | self._month())
        if kind == "month_limit":
            return self._month_is_over()
        if not is_scroll:
            return None
        if kind in ("scroll_expired", "scroll_gone"):
            self._scrolls.clear()
            return self.reply(ask) if kind == "scroll_expired" else _say(404, "Scroll context is gone")
        reply = self.reply(ask)
        if kind == "repeated_record" and reply.status == 200:
            return self._repeat_record(reply)
        reply.fault = "truncated" if reply.status == 200 else "reset"
        return reply

    def _search(self, body: dict[str, Any]) -> Reply:
        unknown = body.keys() - _FIRST_KEYS
        if unknown:
            raise Malformed(f"unknown fields {sorted(unknown)}")
        size, language = body.get("size", 20), body.get("language", "EN")
        if not isinstance(size, int) or size < 1 or size > self.most_size:
            raise Malformed(f"Parameter 'size' shouldn't be greater than {self.most_size}.")
        if language not in LANGUAGES or body.get("sort") not in _SORTS or body.get("scroll", "1m") != "1m":
            raise Malformed("language, sort or scroll")
        test: Test = compile_query(body["query"], language)
        found = [held for held in self.visible() if test(held, self.today)]
        found.sort(key=lambda held: (held.publication_date, lens_id(held)))
        if not found and self.zero_as != 200:
            return Reply(204) if self.zero_as == 204 else _say(404, "No result")
        scroll = _Scroll(found, len(found), size, self._now())
        return self._send_page(scroll, body.get("include"), keeps="scroll" in body)

    def _go_on(self, body: dict[str, Any]) -> Reply:
        if not body.keys() <= {"scroll_id", "scroll", "include"}:
            raise Malformed("a scroll takes nothing but its id, its life and include")
        scroll = self._scrolls.pop(body["scroll_id"], None)
        life = 60 if self.clock is not None else self.scroll_life
        if scroll is None or self._now() - scroll.asked_at > life:
            raise Malformed("scroll_id is expired or unknown")
        scroll.asked_at = self._now()
        return self._send_page(scroll, body.get("include"), keeps=True) if scroll.left else Reply(204)

    def _send_page(self, scroll: _Scroll, include: list[str] | None, *, keeps: bool) -> Reply:
        page, scroll.left = scroll.left[: scroll.size], scroll.left[scroll.size :]
        records = [project(render(held, self.today), include) for held in page]
        body: dict[str, Any] = {"total": scroll.total, "max_score": 0.0, "results": len(page), "data": records}
        if keeps:
            body["scroll_id"] = f"scroll;{self._ids.getrandbits(64):016x}"
            self._scrolls[body["scroll_id"]] = scroll
        return _send(body)

    def _repeat_record(self, reply: Reply) -> Reply:
        """The page with its first record twice, as an index that is being rebuilt may send it."""
        body = json.loads(reply.body)
        body["data"].insert(0, body["data"][0])
        return _send(body | {"results": len(body["data"])}, reply.headers)

    def _now(self) -> float:
        return self.clock.monotonic() if self.clock is not None else float(len(self.asks))

    def _refuse_by_limits(self) -> Reply | None:
        if self.left_this_month <= 0:
            return self._month_is_over()
        if self.per_minute is not None:
            now = self._now()
            self.asked_in_minute = [at for at in self.asked_in_minute if now - at < 60]
            if len(self.asked_in_minute) >= self.per_minute:
                wait = 60 - (now - self.asked_in_minute[0])
                return _say(429, "Too many requests", {"x-rate-limit-retry-after-seconds": str(int(wait) + 1)})
            self.asked_in_minute.append(now)
        self.left_this_month -= 1
        return None

    def _limits(self) -> dict[str, str]:
        minute = {} if self.per_minute is None else {
            "x-rate-limit-remaining-request-per-minute": str(self.per_minute - len(self.asked_in_minute))
        }  # fmt: skip
        return minute | self._month()

    def _month(self) -> dict[str, str]:
        return {
            "x-rate-limit-remaining-request-per-month": str(self.left_this_month),
            "x-rate-limit-remaining-record-per-month": "500000",
            "x-rate-limit-reset-date": "2026-12-01",
        }

    def _month_is_over(self) -> Reply:
        return _say(429, "Too many requests", self._month() | {"x-rate-limit-remaining-request-per-month": "0"})


def _send(body: Any, headers: dict[str, str] | None = None) -> Reply:
    return Reply(200, json.dumps(body, ensure_ascii=False).encode(), "application/json", dict(headers or {}))


def _say(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps({"message": message}).encode(), "application/json", dict(headers or {}))
