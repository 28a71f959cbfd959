"""What an answer of Lens means: hits, the end of a scroll, wait, stop for the month, or a fault that a person mends.

Statuses, headers and the frame of a body belong here. What a record means belongs to the reader of Lens records, what
is asked next to `source`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from filingwatch.errors import AnswerLost, QuotaSpent, Terminal
from filingwatch.sources.answers import Again, Answer, excerpt, retry_after
from filingwatch.sources.http import Client

MINUTE = 60.0
MOST_INTERVAL = 25.0
"""Seconds between two requests at the slowest: a scroll that is not asked for a minute is gone."""
_JSON = ("application/json", "text/json")
_SIZE = re.compile(r"\bsize\b(?:\D{0,60}(\d+))?", re.IGNORECASE)


class Hits(NamedTuple):
    """One page: how many records the search has in all, those on the page, and where the scroll goes on."""

    total: int
    items: Sequence[Any]
    scroll_id: str | None


NO_HITS = Hits(0, (), None)


class SizeRefused(Terminal):
    """The page size is above what the plan allows."""


class Listener:
    """A judge of answers for one request, which keeps the hits of the answer that it accepts.

    `is_scroll` is for the second page of a scroll and those after it: whatever goes wrong there cannot be repeated,
    since Lens may have moved on, so it is AnswerLost. The wait that Lens asks for is kept by the next request.
    """

    def __init__(self, client: Client, *, is_scroll: bool = False) -> None:
        self.client = client
        self.is_scroll = is_scroll
        self.hits = NO_HITS

    def __call__(self, answer: Answer) -> Again | None:
        """None when the answer is good.

        Raises:
            AnswerLost: the scroll must be begun again. QuotaSpent: the month is used up.
            Terminal: a fault that a person has to mend. SizeRefused: pages have to be smaller.
        """
        interval = read_interval(answer.headers)
        if interval is not None:
            self.client.interval = max(self.client.policy.least_interval, interval)
        if answer.status == 429:
            return _read_limit(answer)
        if answer.status in (204, 404):
            return self._end(answer)
        if answer.status == 200:
            return self._read(answer)
        if answer.status == 408 or answer.status >= 500:
            return self._repeat(f"answered {answer.status}", retry_after(answer.headers, answer.at))
        if answer.status == 400 and self.is_scroll:
            raise AnswerLost("the scroll had expired")
        raise _explain_refusal(answer)

    def _end(self, answer: Answer) -> None:
        if answer.status == 404 and self.is_scroll:
            raise AnswerLost("the scroll had expired")
        if answer.status == 404 and answer.content.strip() and answer.content_type not in _JSON:
            raise Terminal(
                f"answered 404 with {answer.content_type or 'no content type'}, so this is no search of Lens. "
                "Check FILINGWATCH_LENS_URL."
            )
        self.hits = NO_HITS

    def _read(self, answer: Answer) -> Again | None:
        if answer.content_type not in _JSON:
            return self._repeat(f"answered {answer.content_type or 'no content type'} instead of JSON")
        hits = read_hits(answer.content)
        if hits is None:
            return self._repeat(f"answered something that is no list of hits: {excerpt(answer.content, 80)}")
        self.hits = hits
        return None

    def _repeat(self, reason: str, wait: float | None = None) -> Again:
        if self.is_scroll:
            self.client.hold(wait or 0.0)
            raise AnswerLost(reason)
        return Again(reason, wait)


def read_hits(content: bytes) -> Hits | None:
    """The frame of an answer; None when it is broken. Bytes that are no UTF-8 stay: only their record shall suffer."""
    try:
        body = json.loads(content.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict) or not isinstance(body.get("data"), list):
        return None
    total, scroll_id = body.get("total"), body.get("scroll_id")
    if not isinstance(total, int) or isinstance(total, bool) or total < 0:
        return None
    return Hits(total, body["data"], scroll_id if isinstance(scroll_id, str) and scroll_id else None)


def read_interval(headers: Mapping[str, str]) -> float | None:
    """Seconds between requests with which what is left of the minute lasts for a minute; None when nothing is said.

    Lens says what is left and not when the minute ends, so this never uses it up.
    """
    left = _read_count(headers, "x-rate-limit-remaining-request-per-minute")
    return None if left is None else min(MOST_INTERVAL, MINUTE / (left + 1))


def describe_allowance(headers: Mapping[str, str]) -> str:
    """What is left of the month, in words; empty when the answer does not say."""
    requests = _read_count(headers, "x-rate-limit-remaining-request-per-month")
    records = _read_count(headers, "x-rate-limit-remaining-record-per-month")
    left = [f"{count:,} {name}" for count, name in ((requests, "requests"), (records, "records")) if count is not None]
    until = headers.get("x-rate-limit-reset-date", "").strip()
    return f"{' and '.join(left)} left{f' until {until[:40]}' if until else ''}" if left else ""


def _read_limit(answer: Answer) -> Again:
    for name in ("request", "record"):
        if _read_count(answer.headers, f"x-rate-limit-remaining-{name}-per-month") == 0:
            until = answer.headers.get("x-rate-limit-reset-date", "").strip()[:40]
            raise QuotaSpent(
                f"the {name}s of this month are used up; the work goes on after {until or 'the end of the month'}. "
                "Fewer terms or a larger plan make them last."
            )
    millis = _read_count(answer.headers, "x-rate-limit-retry-after-millis")
    seconds = _read_count(answer.headers, "x-rate-limit-retry-after-seconds")
    wait = millis / 1000 if millis is not None else seconds
    if wait is None:
        wait = retry_after(answer.headers, answer.at)
    return Again("answered 429: the requests of this minute are used up", MINUTE if wait is None else float(wait))


def _read_count(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else None


def _explain_refusal(answer: Answer) -> Terminal:
    said = _read_message(answer)
    if answer.status in (401, 403):
        return Terminal(
            f"answered {answer.status}: it does not accept the token in FILINGWATCH_LENS_TOKEN. A token lives for a "
            "year, that of a trial for 14 days: look at your profile at lens.org, make a new one and set the variable."
        )
    if answer.status == 400 and _SIZE.search(said):
        return SizeRefused(said)
    if answer.status == 400:
        return Terminal(
            f"answered 400: it does not understand the question ({said}). Look for a strange term or class in a watch."
        )
    if answer.status == 415:
        return Terminal("answered 415: something between here and Lens changes the content type of requests.")
    return Terminal(f"answered {answer.status}, which no repetition will change: {said}")


def read_size_limit(refused: SizeRefused, size: int) -> int:
    """The page size to ask for after a refusal: the limit that it names, or half of what was asked."""
    found = _SIZE.search(str(refused))
    named = int(found[1][:6]) if found and found[1] else 0
    return named if 0 < named < size else size // 2


def _read_message(answer: Answer) -> str:
    """The office's own words, shortened; where they stand is not documented."""
    try:
        body = json.loads(answer.content)
    except (ValueError, RecursionError):
        return excerpt(answer.content)
    for name in ("message", "error", "detail", "errors"):
        if isinstance(body, dict) and body.get(name):
            return excerpt(json.dumps(body[name], ensure_ascii=False).encode())
    return excerpt(answer.content)
