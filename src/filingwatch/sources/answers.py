"""One answer of an office and the plain reading of it; what it means in detail is for the connector's own judge."""

from __future__ import annotations

import datetime as dt
import email.utils
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from filingwatch.errors import Terminal, Transient

_LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, whole; `at` is when it had arrived (UTC)."""

    status: int
    headers: httpx.Headers
    content: bytes
    seconds: float = 0.0
    at: dt.datetime = _LONG_AGO

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            Transient: it is none.
        """
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError) as error:
            raise Transient(f"The answer says that it is JSON and is not: {error}. The next run asks again.") from error


@dataclass(frozen=True, slots=True)
class Again:
    """A judge's wish: the identical request once more. `wait` None leaves the time to the layer."""

    reason: str
    wait: float | None = None


Judge = Callable[[Answer], Again | None]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, for the ledger: answered, again (it was or will be repeated) or refused. No secrets."""

    request: Mapping[str, Any]
    status: str
    attempted_at: dt.datetime
    http_status: int | None
    bytes: int
    seconds: float
    message: str | None = None


def judge_status(answer: Answer) -> Again | None:
    """The plain reading of a status: 2xx is good, 408, 429 and 5xx are worth a repetition, the rest is final.

    Raises:
        Terminal: a status that stays as it is until somebody changes something.
    """
    if 200 <= answer.status < 300:
        return None
    if answer.status in (408, 425, 429) or answer.status >= 500:
        return Again(f"answered {answer.status}", retry_after(answer.headers, answer.at))
    if answer.status in (401, 403):
        raise Terminal(f"answered {answer.status}: the credential is refused. Check it: `filingwatch sources`.")
    raise Terminal(f"answered {answer.status}, which no repetition will change: {excerpt(answer.content)}")


def retry_after(headers: Mapping[str, str], now: dt.datetime) -> float | None:
    """Seconds that `Retry-After` asks for, given as a number or as a date; None when it is absent or unreadable."""
    text = headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(text)) if text else None
    except ValueError:
        pass
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(text) - now).total_seconds())
    except (TypeError, ValueError):
        return None


def excerpt(content: bytes, most: int = 200) -> str:
    """The beginning of a body in one line, for a message."""
    text = " ".join(content[: 4 * most].decode("utf-8", "replace").split())
    return text[:most] + ("..." if len(text) > most else "") if text else "(no body)"
