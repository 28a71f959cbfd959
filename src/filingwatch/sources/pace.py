"""How an office is to be treated, and what was used of its allowance. No network here; the clock is an argument."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class Clock(Protocol):
    """Time as the layer sees it. Tests bring their own, so that nothing waits for real."""

    def now(self) -> dt.datetime:
        """The moment in UTC, with zone."""
        ...

    def monotonic(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class _SystemClock:
    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


SYSTEM_CLOCK: Clock = _SystemClock()


@dataclass(frozen=True, slots=True)
class Policy:
    """How an office is to be treated; all times in seconds.

    `least_interval` lies between the starts of two requests. A request is repeated `most_tries` times at most, after
    `first_wait`, doubled each time, or after what the office says. A single wait above `longest_wait`, or more than
    `patience` of them in one run, ends the work. `timeout` is for silence, `deadline` for one whole answer.
    The work also ends when more than `failed_share` of all tries, and at least `failed_least`, have failed: an office
    that fails every other request is left alone until the next night. `week_bytes` is its allowance from Monday on.
    """

    least_interval: float = 1.0
    most_tries: int = 5
    first_wait: float = 2.0
    longest_wait: float = 600.0
    patience: float = 3600.0
    timeout: float = 60.0
    deadline: float = 600.0
    most_bytes: int = 64 * 2**20
    week_bytes: int | None = None
    failed_share: float = 0.5
    failed_least: int = 20


@dataclass(slots=True)
class Usage:
    """What was used of an office's allowance since Monday 00:00 UTC."""

    week: dt.date | None = None
    requests: int = 0
    bytes: int = 0

    def add(self, day: dt.date, *, requests: int = 0, received: int = 0) -> None:
        week = day - dt.timedelta(days=day.weekday())
        if week != self.week:
            self.week, self.requests, self.bytes = week, 0, 0
        self.requests += requests
        self.bytes += received

    def as_cursor(self) -> dict[str, Any]:
        return {"week": self.week and self.week.isoformat(), "requests": self.requests, "bytes": self.bytes}

    @classmethod
    def from_cursor(cls, cursor: Mapping[str, Any] | None) -> Usage:
        if not cursor or not cursor.get("week"):
            return cls()
        return cls(dt.date.fromisoformat(cursor["week"]), int(cursor["requests"]), int(cursor["bytes"]))
