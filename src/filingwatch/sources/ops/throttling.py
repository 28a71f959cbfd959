"""How fast OPS wants to be asked: its throttling header and its byte counters turned into seconds.

Pure; the moment is an argument. Waiting itself belongs to the HTTP layer.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

START_INTERVAL = 6.0
"""Seconds between two searches until a header says otherwise: ten a minute are always tolerated."""

LEAST_INTERVAL = 2.0
"""Thirty searches a minute are the most that is documented, whatever a header allows."""

SUSPENDED_SECONDS = 60.0
LONGEST_HOLD = 600.0
MEMORY_SECONDS = 60.0
"""Many servers answer and do not share their counters, so the worst word of the last minute is obeyed."""

HOUR_BYTES = 450_000_000
WEEK_BYTES = 3_400_000_000
"""The free allowance is 4 GB a week in most accounts; another 15 % are left to other users of the same key."""

_SERVICE = re.compile(r"([a-z]+)\s*=\s*([a-z]+)\s*:\s*(\d{1,6})")
_SLOWER = {"green": 1.0, "yellow": 2.0, "red": 4.0}


@dataclass(frozen=True, slots=True)
class Throttle:
    """One service's word: `colour` green, yellow, red or black, and the requests allowed in a minute."""

    colour: str
    limit: int

    @property
    def is_suspended(self) -> bool:
        return self.colour == "black"

    @property
    def interval(self) -> float:
        """Seconds between two requests; a limit of nothing without suspension means one a minute."""
        return max(60.0 / max(self.limit, 1), LEAST_INTERVAL) * _SLOWER.get(self.colour, 4.0)


def read_throttle(header: str | None, service: str = "search") -> Throttle | None:
    """What `X-Throttling-Control` says of a service; None when it is missing or says nothing that is understood."""
    for name, colour, limit in _SERVICE.findall((header or "").lower()):
        if name == service and (colour in _SLOWER or colour == "black"):
            return Throttle(colour, int(limit))
    return None


def read_hold(header: str | None) -> float:
    """Seconds for which a service is suspended: `Retry-After` in milliseconds from 1000 on, else in seconds."""
    try:
        value = float((header or "").strip())
    except ValueError:
        return SUSPENDED_SECONDS
    if not value > 0:
        return SUSPENDED_SECONDS
    return min(value / 1000 if value >= 1000 else value, LONGEST_HOLD)


def read_used(headers: Mapping[str, str], span: str) -> int | None:
    """Bytes that OPS has counted for this key in the `hour` or the `week`; None when it does not say."""
    name = {"hour": "X-IndividualQuotaPerHour-Used", "week": "X-RegisteredQuotaPerWeek-Used"}[span]
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() else None


class Pacer:
    """The interval that follows from what was heard lately. After a reproach everything takes twice as long."""

    def __init__(self) -> None:
        self._heard: deque[tuple[float, float]] = deque()
        self._caution = 1.0

    def hear(self, throttle: Throttle | None, now: float) -> None:
        if throttle is not None and not throttle.is_suspended:
            self._heard.append((now, throttle.interval))

    def slow_down(self) -> None:
        """OPS has taken us for a robot: half the pace from here to the end of the run, and again each time."""
        self._caution = min(self._caution * 2, 8.0)

    def interval(self, now: float) -> float:
        """Seconds between two searches, by the worst word of the last minute."""
        while self._heard and now - self._heard[0][0] > MEMORY_SECONDS:
            self._heard.popleft()
        return max((interval for _, interval in self._heard), default=START_INTERVAL) * self._caution
