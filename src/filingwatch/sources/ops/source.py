"""The source: the searches of a walk, page by page, each page with the cursor from which the next run goes on.

How one search is asked belongs to `searching`, when it is complete to `paging`, what a document says to `reading`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import SecretStr

from filingwatch.errors import Terminal
from filingwatch.sources.base import Cursor, Estimate, Page, Query, Window
from filingwatch.sources.http import SYSTEM_CLOCK, Client, Clock, Policy
from filingwatch.sources.ops.cql import Clauses, Search, asked_offices, split_search, write_clauses, write_search
from filingwatch.sources.ops.paging import Cut, Step, ask_first, count_in_words, page_through
from filingwatch.sources.ops.reading import FEED, read_records
from filingwatch.sources.ops.searching import CAP, COUNTED, PAGE, SearchLine
from filingwatch.sources.ops.throttling import START_INTERVAL, WEEK_BYTES
from filingwatch.sources.ops.tokens import Tokens
from filingwatch.sources.windows import Walk, cursor_after, cursor_inside, plan_walks

POLICY = Policy(least_interval=START_INTERVAL, first_wait=5.0, week_bytes=WEEK_BYTES)

OVERLAP_DAYS = 35
WIDE_DAYS = 180
BACKFILL_DAYS = 31
BYTES_A_RECORD = 15_000
NAMED = 5
"""Terms that a message names before it only counts them."""


class OpsSource:
    """EPO OPS, asked for what the watches want by words of title and abstract and by classes.

    OPS gives one publication of each application, the first that it loaded: grants of known applications do not come
    this way. It tells no deletions.
    """

    name = "ops"
    is_synthetic = False
    backfill_days = BACKFILL_DAYS

    def __init__(
        self,
        key: SecretStr,
        secret: SecretStr,
        url: str,
        *,
        contact: str = "",
        clock: Clock = SYSTEM_CLOCK,
        policy: Policy = POLICY,
    ) -> None:
        tokens = Tokens(key, secret)
        self.client = Client(
            "EPO OPS",
            url,
            policy,
            clock=clock,
            secrets=(key, secret),
            contact=contact,
            authorise=lambda: tokens.headers(self.client),
        )
        self._line = SearchLine(self.client, tokens)

    def pages(self, query: Query, since: Cursor | None) -> Iterator[Page]:
        """Pages of the walks that are due, each search from its first hit on; the same hit may come several times.

        Raises:
            Transient, QuotaSpent: what was yielded stays valid. Terminal: somebody has to change something.
        """
        clauses = _require_clauses(query)
        cursor = since
        for walk in plan_walks(query, since, overlap_days=OVERLAP_DAYS, wide_days=WIDE_DAYS):
            for page in self._walk(query, cursor, walk, clauses):
                cursor = page.next_cursor
                yield page

    def probe(self) -> str:
        """One search for one known document: the credential, the service and the pace that it grants."""
        self._line.ask("pn=EP1000000", 1, most=1)
        throttle, used = self._line.throttle, self._line.week_used
        pace = f"; {throttle.limit} searches a minute ({throttle.colour})" if throttle else ""
        week = f"; {used:,} bytes used this week" if used is not None else ""
        return f"the key is accepted and searches are answered{pace}{week}"

    def estimate(self, query: Query) -> Estimate:
        """What the window would cost, by one counting search a clause, or two where OPS counts no further."""
        window = query.window or Window(
            query.as_of - dt.timedelta(days=OVERLAP_DAYS), query.as_of + dt.timedelta(days=1)
        )
        clauses = _require_clauses(query)
        total = Estimate(0, 0, 0, _say_estimated(clauses))
        for number, clause in enumerate(clauses.texts):
            count, note = self._count(clause, Search(number, window, offices=asked_offices(query)))
            splits = 2 * math.ceil(count / CAP) if count > CAP else 0
            requests = max(math.ceil(count / PAGE), 2) + splits
            total += Estimate(count, requests, count * BYTES_A_RECORD, note)
        return total

    def _count(self, clause: str, search: Search) -> tuple[int, str]:
        count = self._line.ask(write_search(clause, search), 1, most=1).total
        days = search.window.days
        if count < COUNTED or days <= BACKFILL_DAYS:
            return count, f"at least: OPS counts to {COUNTED:,}" if count >= COUNTED else ""
        middle = search.window.start + dt.timedelta(days=(days - BACKFILL_DAYS) // 2)
        sample = replace(search, window=Window(middle, middle + dt.timedelta(days=BACKFILL_DAYS)))
        sampled = self._line.ask(write_search(clause, sample), 1, most=1).total
        note = f"projected from the {BACKFILL_DAYS} days from {middle} on, since OPS counts to {COUNTED:,}"
        return max(count, round(sampled * days / BACKFILL_DAYS)), note

    def _walk(self, query: Query, since: Cursor | None, walk: Walk, clauses: Clauses) -> Iterator[Page]:
        """The searches of one window, clause by clause and day by day; each that has too many hits gives way to parts.

        The position is that of the first search which is not complete: it is begun again by the next run, since the
        order of the hits may change in between.
        """
        waiting = _plan_searches(query, walk, clauses)
        notes: dict[str, Any] = {"not_asked": list(clauses.not_asked)} if clauses.not_asked else {}
        split: list[str] = []
        cut: Cut | None = None
        while waiting:
            search = waiting.pop()
            cql = write_search(clauses.texts[search.clause], search)
            first = ask_first(self._line, cql)
            parts = split_search(search) if first.total > CAP else []
            if parts:
                split.append(f"{count_in_words(first.total)} hits in {search.label}: asked in {len(parts)} parts")
                waiting += reversed(parts)
                if not parts[0].section:
                    continue
                cut = Cut(search.label, first.total, 1 + len(parts))
            for step in page_through(self._line, cql, first):
                if cut is not None:  # that the whole is cut at the cap is no news
                    step = cut.take(replace(step, remark=None, beyond=0) if parts else step)
                done = step.is_last and not waiting
                place = waiting[-1] if step.is_last and waiting else search
                position = _position(query, clauses, place)
                cursor = cursor_after(since, walk, query) if done else cursor_inside(since, walk, position)
                notes |= {"clause": f"{search.clause + 1} of {len(clauses.texts)}", "search": search.label}
                notes |= {"split": split} if split else {}
                yield _make_page(cql, step, cursor, notes)
                notes, split = {}, []
            cut = cut if cut is not None and cut.parts_left else None


def _require_clauses(query: Query) -> Clauses:
    clauses = write_clauses(query)
    if not clauses.texts:
        raise Terminal(
            "The watches hold no class and no term in English, and OPS searches nothing else. Add some to a watch, or "
            "unset FILINGWATCH_OPS_KEY and FILINGWATCH_OPS_SECRET."
        )
    return clauses


def _plan_searches(query: Query, walk: Walk, clauses: Clauses) -> list[Search]:
    """The searches of a walk, the next one last. A position of another question begins from the start."""
    number, start = 0, walk.window.start
    if walk.position.get("question") == _question(query, clauses):
        number, start = int(walk.position["clause"]), dt.date.fromisoformat(walk.position["from"])
    windows = [Window(start, walk.window.end)] + [walk.window] * (len(clauses.texts) - number - 1)
    searches = [Search(number + place, window, offices=asked_offices(query)) for place, window in enumerate(windows)]
    return searches[::-1]


def _position(query: Query, clauses: Clauses, search: Search) -> Mapping[str, Any]:
    start = search.window.start.isoformat()
    return {"question": _question(query, clauses), "clause": search.clause, "from": start}


def _question(query: Query, clauses: Clauses) -> str:
    """What a position belongs to: the question, and the number of clauses that it is asked in."""
    return f"{query.question}/{len(clauses.texts)}"


def _make_page(cql: str, step: Step, cursor: Cursor, notes: Mapping[str, Any]) -> Page:
    hits = step.hits
    warnings: Counter[str] = Counter()
    documents = hits.found.documents if hits.found else ()
    records, rejects = read_records(documents, lambda code, _: warnings.update([code]))
    said = dict(notes) | {"hits": hits.total}
    said |= {"warnings": dict(warnings)} if warnings else {}
    said |= {step.kind: step.remark} if step.remark else {}
    return Page(
        feed=FEED,
        request={"q": cql, "range": f"{hits.begin}-{hits.end}"},
        records=records,
        rejects=rejects,
        next_cursor=cursor,
        payload=hits.answer.content,
        seconds=hits.answer.seconds,
        notes=said,
    )


def _say_estimated(clauses: Clauses) -> str:
    notes = [f"a hit of several of the {len(clauses.texts)} searches counts in each"] if len(clauses.texts) > 1 else []
    if clauses.not_asked:
        more = " ..." if len(clauses.not_asked) > NAMED else ""
        named = ", ".join(clauses.not_asked[:NAMED])
        notes.append(f"{len(clauses.not_asked)} terms are not asked, OPS searches English: {named}{more}")
    return "; ".join(notes)
