"""A clock that a test holds in its hand."""

from __future__ import annotations

import datetime as dt
import time


class FakeClock:
    """`sleep` takes no time and moves the clock; real time moves `monotonic` too, so that time limits still work."""

    def __init__(self, start: dt.datetime | None = None) -> None:
        self.start = start or dt.datetime(2026, 11, 22, 2, 0, tzinfo=dt.UTC)
        self.slept = 0.0
        self.waits: list[float] = []

    def now(self) -> dt.datetime:
        return self.start + dt.timedelta(seconds=self.slept)

    def monotonic(self) -> float:
        return time.monotonic() + self.slept

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.waits.append(seconds)
        self.slept += seconds

    def turn_to(self, day: dt.date) -> None:
        """Let it be two in the morning of a later day."""
        moment = dt.datetime.combine(day, dt.time(2), tzinfo=dt.UTC)
        self.slept += (moment - self.now()).total_seconds()
