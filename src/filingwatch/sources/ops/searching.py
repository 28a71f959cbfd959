"""One search of OPS at a time, over the one line: what an answer means for the next step.

Here belong the token that ends in the middle, the pace that OPS asks for, its quotas and the size of a page. Which
searches there are, and what becomes of their hits, belongs to `source`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from filingwatch.errors import QuotaSpent, Terminal
from filingwatch.sources.http import Again, Answer, Client, excerpt
from filingwatch.sources.ops.faults import Fault, Meaning, read_fault, read_meaning
from filingwatch.sources.ops.reading import Found, read_found
from filingwatch.sources.ops.throttling import (
    HOUR_BYTES,
    LONGEST_HOLD,
    WEEK_BYTES,
    Pacer,
    Throttle,
    read_hold,
    read_throttle,
    read_used,
)
from filingwatch.sources.ops.tokens import CREDENTIAL_HELP, Tokens
from filingwatch.sources.safe_xml import BadXml

SEARCH = "rest-services/published-data/search/biblio"
"""Bibliographic data with the abstract beside them."""

PAGE = 100
CAP = 2000
COUNTED = 10_000
"""Hits that one request gives at most, that can be reached at all, and up to which OPS counts."""

SMALLEST_PAGE = 10
ROBOT_WAIT = 300.0
HOUR_SHARE = 0.94


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of hits, [begin, end] counted from 1. `found` is None when a page of a counted result was not there."""

    answer: Answer
    begin: int
    end: int
    found: Found | None

    @property
    def total(self) -> int:
        return self.found.total if self.found else 0


class SearchLine:
    """The searches of one key over one line."""

    def __init__(self, client: Client, tokens: Tokens) -> None:
        self.client = client
        self.throttle: Throttle | None = None
        self.week_used: int | None = None
        self._tokens = tokens
        self._pacer = Pacer()
        self._width = PAGE

    def ask(self, cql: str, begin: int, *, most: int = PAGE) -> Hits:
        """The hits from `begin` on, as many as a page holds; smaller pages when OPS cannot give as many now.

        Raises:
            QuotaSpent: the allowance is used up. Transient: not now. Terminal: the credential or this program is wrong.
        """
        self._width = PAGE if begin == 1 else self._width
        while True:
            if self.week_used is not None and self.week_used >= WEEK_BYTES:
                raise QuotaSpent(self._say_week(f"{self.week_used:,} bytes of this week's allowance are used"))
            width = min(self._width, most, CAP - begin + 1)
            judge = _Judge(self, cql, begin, can_narrow=width > SMALLEST_PAGE)
            answer = self.client.call(
                "GET",
                SEARCH,
                params={"q": cql},
                headers={"X-OPS-Range": f"{begin}-{begin + width - 1}", "Accept": "application/xml"},
                judge=judge,
            )
            if judge.meaning != "smaller":
                return Hits(answer, begin, begin + width - 1, judge.found)
            self._width = max(width // 2, SMALLEST_PAGE)

    def renew_token(self) -> None:
        self._tokens.drop()

    def hear(self, answer: Answer) -> None:
        """Take the pace from the headers of any answer. A missing or garbled one changes nothing."""
        throttle = read_throttle(answer.headers.get("X-Throttling-Control"))
        self.throttle = throttle or self.throttle
        self._pacer.hear(throttle, self.client.clock.monotonic())
        self.set_pace()
        if throttle is not None and throttle.is_suspended:
            self.client.hold(read_hold(answer.headers.get("Retry-After")))
        week_used = read_used(answer.headers, "week")
        self.week_used = self.week_used if week_used is None else week_used
        hour_used = read_used(answer.headers, "hour")
        if hour_used is not None and hour_used >= HOUR_SHARE * HOUR_BYTES:
            self.client.hold(LONGEST_HOLD)

    def set_pace(self, *, reproached: bool = False) -> None:
        if reproached:
            self._pacer.slow_down()
        before, self.client.interval = self.client.interval, self._pacer.interval(self.client.clock.monotonic())
        if self.client.interval > before:  # the next start was set when this request began, at the faster pace
            self.client.hold(self.client.interval)

    def refuse(self, meaning: Meaning, cql: str, answer: Answer, fault: Fault | None) -> Exception:
        """The error that ends the work, in words."""
        code = fault.code if fault else ""
        what = f"answered {answer.status}{f' {code}' if code else ''}"
        said = f"{what} ({fault.message if fault and fault.message else excerpt(answer.content)})"
        match meaning:
            case "token":
                return Terminal(f"{said}, with a token given a moment ago. {CREDENTIAL_HELP}.")
            case "hour_quota":
                return QuotaSpent("this hour's allowance is used up; it is new within an hour. The next run goes on.")
            case "week_quota":
                return QuotaSpent(self._say_week("this week's allowance is used up"))
            case "fair_use":
                return QuotaSpent(f"{said}, without telling which allowance it is. The next run goes on.")
            case "blocked":
                return Terminal(f"{said}: the developer account is blocked. Only the EPO's OPS support can open it.")
            case "query":
                return Terminal(f"{said} to the query {cql!r}. Change the terms or classes of the watch that it has.")
            case "rejected":
                return Terminal(f"{said}. This key, or this address, may not ask that. {CREDENTIAL_HELP}.")
        return Terminal(f"{said}, which a right request never gets. Check FILINGWATCH_OPS_URL; else it is our mistake.")

    def _say_week(self, what: str) -> str:
        today = self.client.clock.now().date()
        monday = today + dt.timedelta(days=7 - today.weekday())
        return f"{what}; it is new on Monday {monday} 00:00 UTC. The first run after that goes on."


class _Judge:
    """Judges the tries of one request. A new token, or the patience with a missing page, is granted once for each."""

    def __init__(self, line: SearchLine, cql: str, begin: int, *, can_narrow: bool) -> None:
        self.meaning: Meaning = "answer"
        self.found: Found | None = None
        self._line, self._cql, self._begin = line, cql, begin
        self._can_narrow = can_narrow
        self._renewed = False
        self._lost = 0

    def __call__(self, answer: Answer) -> Again | None:
        self._line.hear(answer)
        try:
            self.found, fault = read_found(answer.content), None
        except BadXml as error:
            self.found, fault = None, read_fault(answer.content)
            if fault is None and 200 <= answer.status < 300:
                return Again(f"{error.reason}: {excerpt(answer.content, 80)}")
        self.meaning = read_meaning(answer.status, answer.headers, fault)
        match self.meaning:
            case "answer":
                return self._check_found()
            case "none":
                return self._check_none(answer)
            case "smaller" if self._can_narrow:
                return None
            case "token" | "fair_use" if not self._renewed:
                self._renewed = True
                self._line.renew_token()
                return Again("OPS does not take the token any more", 0.0)
            case "robot":
                return self._slow_down(answer)
            case "busy" | "smaller":
                return Again(f"answered {answer.status} {fault.code if fault else ''}".strip())
        raise self._line.refuse(self.meaning, self._cql, answer, fault)

    def _check_found(self) -> Again | None:
        """An answer that is none: another page than was asked for, or a page without its hits."""
        assert self.found is not None
        if self.found.begin is not None and self.found.begin != self._begin and self.found.documents:
            return Again(f"gave the hits from {self.found.begin} on instead of those from {self._begin} on")
        if not self.found.documents and self.found.total >= self._begin:
            return Again(f"counts {self.found.total} hits and gave none of those from {self._begin} on")
        return None

    def _check_none(self, answer: Answer) -> Again | None:
        """No hits: an answer on the first page; a mistake, or a result that has shrunk, on any later one."""
        if self._begin == 1:
            self.found = Found(0, 1, ())
            return None
        self._lost += 1
        return Again(f"a page of a counted result was not there ({answer.status})") if self._lost == 1 else None

    def _slow_down(self, answer: Answer) -> Again:
        """Minutes of silence, unless the same answer says for how long (which `hear` has obeyed)."""
        self._line.set_pace(reproached=True)
        throttle = read_throttle(answer.headers.get("X-Throttling-Control"))
        return Again("OPS takes us for a robot", 0.0 if throttle and throttle.is_suspended else ROBOT_WAIT)
