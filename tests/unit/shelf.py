"""A small invented office on loopback and the source that asks it: what the stages around connectors are tested with.

It is asked by day, shows ten publications a page, and can be told to misbehave.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from pydantic import SecretStr

from filingwatch.errors import QuotaSpent, Terminal
from filingwatch.filing import Filing, PublicationId, Record
from filingwatch.settings import Settings
from filingwatch.sources.base import Cursor, Estimate, Page, Query
from filingwatch.sources.http import Answer, Client, Clock, Policy
from filingwatch.sources.registry import Connector
from filingwatch.sources.windows import cursor_after, cursor_inside, plan_walks
from tests.clocks import FakeClock
from tests.fake_offices.serving import Ask, FakeOffice, Reply

SECRET = "open-sesame"
PAGE = 10
POLICY = Policy(least_interval=1.0, most_tries=2, week_bytes=1_000_000)


class Shelf(FakeOffice):
    """One publication a day and number from `per_day`; `quota` requests are answered before it refuses."""

    name = "shelf"

    def __init__(self, per_day: int = 1) -> None:
        super().__init__([])
        self.per_day = per_day
        self.quota = 10**9
        self.notes: dict[str, Any] = {}
        self.refused: tuple[str, ...] = ()
        self.busy = 0

    def reply(self, ask: Ask) -> Reply:
        if ask.headers.get("authorization") != SECRET:
            return Reply(403, b"who are you?")
        if self.quota <= 0:
            return Reply(429, b"enough for this week")
        if self.busy > 0:
            self.busy -= 1
            return Reply(503, b"busy")
        if ask.path in self.refused:
            return Reply(404, b"no such thing")
        self.quota -= 1
        first, last = (dt.date.fromisoformat(ask.query[name][0]) for name in ("from", "to"))
        ids = [f"{first + dt.timedelta(days=day):%Y%m%d}{number:03d}" for day in range((last - first).days)
               for number in range(self.per_day)]  # fmt: skip
        place = int(ask.query.get("place", ["0"])[0])
        body = {"ids": ids[place : place + PAGE], "total": len(ids), "notes": self.notes}
        return Reply(200, json.dumps(body).encode(), "application/json")


class ShelfSource:
    """Asks the shelf day by day. `extra` paths are asked beside the pages, and done without when refused."""

    name = "shelf"
    is_synthetic = False
    backfill_days = 31
    overlap_days = 30

    def __init__(self, url: str, *, clock: Clock | None = None, policy: Policy = POLICY, **changed: Any) -> None:
        self.extra: tuple[str, ...] = ()
        self.bug: Exception | None = None
        self.client = Client(
            "Shelf", url, policy, clock=clock or FakeClock(), secrets=[SecretStr(SECRET)],
            authorise=lambda: {"Authorization": SECRET},
        )  # fmt: skip
        for name, value in changed.items():
            setattr(self, name, value)

    def pages(self, query: Query, since: Cursor | None) -> Iterator[Page]:
        for walk in plan_walks(query, since, overlap_days=self.overlap_days):
            window, place = walk.window, int(walk.position.get("place", 0))
            for path in self.extra:
                with contextlib.suppress(Terminal):
                    self.client.call("GET", path, params={"from": "2026-01-01", "to": "2026-01-02"})
            while True:
                request = {"from": str(window.start), "to": str(window.end), "place": str(place)}
                answer = self.client.call("GET", "/filings", params=request, judge=_judge)
                found = answer.json()
                if self.bug is not None:
                    raise self.bug
                ids, place = found["ids"], place + len(found["ids"])
                at_end = place >= found["total"]
                cursor = cursor_after(since, walk, query) if at_end else cursor_inside(since, walk, {"place": place})
                records = [Record(i, Filing(PublicationId("EP", one, "A1"), one)) for i, one in enumerate(ids)]
                yield Page("shelf-json", request, records, [], cursor, answer.content, notes=found["notes"])
                if at_end:
                    break

    def probe(self) -> str:
        self.client.call("GET", "/filings", params={"from": "2026-01-01", "to": "2026-01-02"})
        return "the shelf is there"

    def estimate(self, query: Query) -> Estimate:
        if self.backfill_days == 0 or query.window is None:
            raise Terminal("The shelf has no past. Import its yearly catalogue instead.")
        request = {"from": str(query.window.start), "to": str(query.window.end)}
        total = self.client.call("GET", "/filings", params=request, judge=_judge).json()["total"]
        return Estimate(total, -(-total // PAGE), total * 100)


def _judge(answer: Answer) -> None:
    if answer.status == 429:
        raise QuotaSpent("the allowance is used up. The work goes on next Monday.")
    if answer.status != 200:
        raise Terminal(f"answered {answer.status}. Ask the shelf.")


def connector(url: str, *, key: str | None = "k", secret: str | None = "s", **changed: Any) -> Connector:
    """The shelf as the registry would hold it."""

    def build(settings: Settings, clock: Clock) -> ShelfSource:
        return ShelfSource(url, **{"clock": clock, **changed})

    needs = {"SHELF_KEY": "a key: under the mat", "SHELF_SECRET": "whispered"}
    return Connector(
        "shelf", "The shelf", ("shelf-json",), "one publication a day", needs, "free; put it back",
        lambda settings: {"SHELF_KEY": key, "SHELF_SECRET": secret}, build,
    )  # fmt: skip
