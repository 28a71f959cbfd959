"""Lens as a source: days, scrolls, restarts, cursors.

A night asks by `created`, the day on which Lens made the record: what has arrived since. A backfill asks by
`date_published` instead, since a question about the past is about publication, and Lens made most of its records of
older years in a few great loads. Lens has no date of change and no list of deletions, so a record that is amended
after its overlap is not seen again here.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator

from pydantic import SecretStr

from filingwatch.errors import FilingwatchError, Terminal
from filingwatch.sources.base import Cursor, Estimate, Page, Query, Window
from filingwatch.sources.http import Client
from filingwatch.sources.lens.answers import Listener, describe_allowance
from filingwatch.sources.lens.query import DateField, Question, build_questions, count_body
from filingwatch.sources.lens.records import sort_items
from filingwatch.sources.lens.scrolling import ONE_DAY, SEARCH, Draft, Scroller, count_everything
from filingwatch.sources.pace import SYSTEM_CLOCK, Clock, Policy
from filingwatch.sources.windows import Walk, cursor_after, cursor_inside, plan_walks

FEED = "lens-api"
POLICY = Policy(least_interval=1.0)
CAREFUL_INTERVAL = 6.0
"""Seconds between requests until Lens has said what is left of the minute: a trial has ten of them."""
OVERLAP_DAYS = 3
FIRST_DAYS = 31
"""Days that the first night looks back, so that a new installation has something to look at."""
RECORD_BYTES = 4_500
"""Of the parts that are asked for; real records of 2026 had 3 to 5 thousand."""


class LensSource:
    """The patents of lens.org, asked day by day: the smallest piece that can be asked again."""

    name = "lens"
    is_synthetic = False
    backfill_days = 31

    def __init__(
        self,
        token: SecretStr,
        url: str,
        *,
        contact: str = "",
        clock: Clock = SYSTEM_CLOCK,
        policy: Policy = POLICY,
        size: int = 100,
    ) -> None:
        self.client = Client(
            "Lens",
            url,
            policy,
            clock=clock,
            secrets=[token],
            contact=contact,
            authorise=lambda: {"Authorization": f"Bearer {token.get_secret_value()}"},
        )
        self.client.interval = max(policy.least_interval, CAREFUL_INTERVAL)
        self.scroller = Scroller(self.client, size)

    def pages(self, query: Query, since: Cursor | None) -> Iterator[Page]:
        """Pages of what Lens made since the cursor, or of what was published in `query.window`, day by day.

        Raises:
            Transient, QuotaSpent: not now; what was yielded stays valid.
            Terminal: the token, the address or the watches have to be mended first.
        """
        questions = build_questions(query)
        self.scroller.begin_run()
        is_first = not since or not since.keys() & {"through", "walk"}
        for walk in plan_walks(query, since, overlap_days=FIRST_DAYS if is_first else OVERLAP_DAYS):
            yield from self._read_walk(query, questions, since, walk)

    def probe(self) -> str:
        """Count everything that Lens has, which costs one record, and say what is left of the month."""
        total, answer = count_everything(self.client)
        left = describe_allowance(answer.headers)
        return f"{total:,} records to search{f'; {left}' if left else ''}"

    def estimate(self, query: Query) -> Estimate:
        """What the window would cost, by one count for each search. A record that two searches find counts twice."""
        window = query.window or Window(query.as_of - OVERLAP_DAYS * ONE_DAY, query.as_of + ONE_DAY)
        questions, records, left = build_questions(query), 0, ""
        for question in questions:
            listener = Listener(self.client)
            body = count_body(question, _choose_field(query), window)
            answer = self.client.call("POST", SEARCH, json=body, judge=listener)
            records, left = records + listener.hits.total, describe_allowance(answer.headers)
        requests = window.days * len(questions) + records // self.scroller.size
        return Estimate(records, requests, records * RECORD_BYTES, left)

    def _read_walk(self, query: Query, questions: list[Question], since: Cursor | None, walk: Walk) -> Iterator[Page]:
        """The pages of a walk. Each is held back until the next one is there, since the last one closes the walk."""
        held: Draft | None = None
        day = _read_position(walk)
        try:
            while day < walk.window.end:
                for question in questions:
                    for draft in self.scroller.read_day(question, _choose_field(query), day):
                        if held is not None and held.hits.items:
                            if not draft.hits.items:
                                continue
                            yield _make_page(held, cursor_inside(since, walk, {"from": day.isoformat()}))
                        held = draft
                day += ONE_DAY
        except FilingwatchError:
            if held is not None and held.hits.items:
                yield _make_page(held, cursor_inside(since, walk, {"from": day.isoformat()}))
            raise
        if held is not None:
            yield _make_page(held, cursor_after(since, walk, query))


def _make_page(draft: Draft, cursor: Cursor) -> Page:
    started = time.perf_counter()
    found = sort_items(draft.hits.items)
    return Page(
        feed=FEED,
        request=draft.request,
        records=found.records,
        rejects=found.rejects,
        next_cursor=cursor,
        payload=draft.answer.content or f"HTTP {draft.answer.status}".encode(),
        seconds=draft.answer.seconds + time.perf_counter() - started,
        notes=found.notes,
    )


def _choose_field(query: Query) -> DateField:
    return "created" if query.window is None else "date_published"


def _read_position(walk: Walk) -> dt.date:
    """The day with which a walk goes on."""
    if not walk.position:
        return walk.window.start
    try:
        return max(walk.window.start, dt.date.fromisoformat(walk.position["from"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Terminal(
            f"The position {dict(walk.position)!r} of the Lens cursor cannot be read ({error!r}). Restore a backup of "
            "the working file, or bring the missing days in by `filingwatch backfill`."
        ) from error
