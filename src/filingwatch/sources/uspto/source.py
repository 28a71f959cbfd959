"""The portal as a source: two passes over a window of days, then the weekly files for what they found.

The order of a walk is here; its position is {"pass": name, "from": day} while it searches, {"pass": "weeks"} while it
loads. What still lacks its document stands beside the walk, under `awaiting`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from filingwatch.errors import FilingwatchError, Terminal
from filingwatch.filing import Record
from filingwatch.sources.base import Cursor, Estimate, Page, Query, Window
from filingwatch.sources.notes import Notes
from filingwatch.sources.pace import SYSTEM_CLOCK, Clock, Policy
from filingwatch.sources.uspto.awaiting import Awaiting, week_of
from filingwatch.sources.uspto.loading import WeekLoader
from filingwatch.sources.uspto.paging import Found, Pager
from filingwatch.sources.uspto.portal import POLICY, Portal
from filingwatch.sources.uspto.query import PASSES, Words, build_words, search_body
from filingwatch.sources.uspto.reading import FEED, read_records
from filingwatch.sources.windows import Walk, cursor_after, cursor_inside, plan_walks

OVERLAP_DAYS = 14
WIDE_DAYS = 63
"""Once a week the search looks back so far: some records come or are corrected late, and a search costs little."""
DONE_DAYS = 70
"""How long it is remembered which documents were read: a little longer than any search looks back."""
FIRST_DAYS = 21
"""Days that the first night looks back: some weeks to look at, each of which costs two files of 150 MB."""
SLICE_DAYS = 7
PAGE_SIZE = 100
RECORD_BYTES = 6_000
_WEEKS = "weeks"


class UsptoSource:
    """Applications and grants of the United States, by the days on which they were published."""

    name = "uspto"
    is_synthetic = False
    backfill_days = 31

    def __init__(
        self,
        key: SecretStr,
        url: str,
        folder: Path,
        *,
        contact: str = "",
        clock: Clock = SYSTEM_CLOCK,
        policy: Policy = POLICY,
        size: int = PAGE_SIZE,
    ) -> None:
        self.portal = Portal(key, url, policy, contact=contact, clock=clock)
        self.client = self.portal.client
        self.folder = folder
        self.size = size

    def pages(self, query: Query, since: Cursor | None) -> Iterator[Page]:
        """Pages of what was published since the cursor, or in `query.window`; then their documents with abstracts.

        A weekly file or list that cannot be had tonight does not stop a night: what lacks it stays awaited, and the
        error is raised at the end. A backfill stops at once, since its window is asked for again.

        Raises:
            Transient: not now; what was yielded stays valid. Terminal: something has to be mended first.
        """
        words, reason = _question(query)
        is_first = not since or not since.keys() & {"through", "walk"}
        postponed: FilingwatchError | None = None
        overlap = FIRST_DAYS if is_first else OVERLAP_DAYS
        for walk in plan_walks(query, since, overlap_days=overlap, wide_days=WIDE_DAYS):
            if reason:
                yield _closing_page(query, since, walk, {"not_asked": reason})
                since = cursor_after(since, walk, query)
                continue
            tour = _Tour(self, query, words, walk, since)
            yield from tour.pages()
            since, postponed = tour.since, postponed or tour.postponed
        if postponed is not None:
            raise postponed

    def probe(self) -> str:
        """One search of one record: whether the key works, and how much there is to search."""
        body = {"fields": ["applicationNumberText"], "pagination": {"offset": 0, "limit": 1}}
        return f"the key works; {self.portal.count(body):,} applications to search"

    def estimate(self, query: Query) -> Estimate:
        """What the window would cost: one count for each pass, and the sizes of the weekly files from their lists."""
        words, reason = _question(query)
        if reason:
            return Estimate(0, 0, 0, reason)
        end = query.as_of + dt.timedelta(days=1)
        window = query.window or Window(end - dt.timedelta(days=OVERLAP_DAYS), end)
        counts = [self.portal.count(search_body(words.text, one.field, window, 0, 1)) for one in PASSES]
        files = [
            file
            for product, count in zip(("APPXML", "PTGRXML"), counts, strict=True)
            for file in (self.portal.list_files(product, window.start, window.last) if count else ())
        ]
        slices = -(-window.days // SLICE_DAYS)
        requests = sum(slices + count // self.size for count in counts) + 2 + len(files)
        weight = sum(counts) * RECORD_BYTES + sum(file.size for file in files)
        note = f"at most {len(files)} weekly files, each only if something in it is wanted" if files else ""
        return Estimate(sum(counts), requests, weight, note)


class _Tour:
    """One walk under way. `since` is the cursor after the page that was given last."""

    def __init__(self, source: UsptoSource, query: Query, words: Words, walk: Walk, since: Cursor | None) -> None:
        self.since: Cursor | None = since
        self.postponed: FilingwatchError | None = None
        self._source, self._query, self._words, self._walk = source, query, words, walk
        self._awaiting = _read_awaiting(since)
        self._empty: Found | None = None
        self._not_asked = {"not_asked": list(words.not_asked)} if words.not_asked else {}

    def pages(self) -> Iterator[Page]:
        """The pages of the walk; the last one carries the cursor that closes it."""
        last = None
        try:
            for page in self._steps():
                if last is not None:
                    yield self._give(last)
                last = page
        except FilingwatchError:
            if last is not None:
                yield self._give(last)
            raise
        yield self._give(self._close(last))

    def _steps(self) -> Iterator[Page | None]:
        """The pages in their order; None before the long work, so that what was found is landed first."""
        yield from self._search()
        if self._is_anything_due():
            yield None
            yield from self._load()

    def _give(self, page: Page) -> Page:
        self.since = page.next_cursor
        return page

    def _cursor(self, position: Mapping[str, Any] | None) -> Cursor:
        kept = {name: value for name, value in (self.since or {}).items() if name != "awaiting"}
        plain = self._awaiting.as_plain()
        base = kept | ({"awaiting": plain} if plain else {})
        if position is None:
            return cursor_after(base, self._walk, self._query)
        return cursor_inside(base, self._walk, position)

    def _close(self, last: Page | None) -> Page:
        """The last page with the cursor after the walk; a page without records when the walk has none."""
        is_over = self._query.window is not None  # a backfill, whose window is not asked for again
        oldest = min(self._query.as_of - dt.timedelta(days=DONE_DAYS), self._walk.window.start)
        self._awaiting.drop_before(self._walk.window.end if is_over else oldest)
        cursor = self._cursor(None)
        if last is not None:
            return replace(last, next_cursor=cursor)
        if self._empty is None:
            return replace(_closing_page(self._query, self.since, self._walk, {}), next_cursor=cursor)
        found = self._empty
        return Page(
            FEED, found.request, (), (), cursor, found.answer.content, found.answer.seconds, dict(self._not_asked)
        )  # fmt: skip

    def _search(self) -> Iterator[Page]:
        window, pager = self._walk.window, Pager(self._source.portal, self._source.size)
        name, start = _read_position(self._walk)
        names = [one.name for one in PASSES]
        for one in PASSES[names.index(name) :] if name in names else ():
            while start < window.end:
                end = min(start + dt.timedelta(days=SLICE_DAYS), window.end)
                for found in pager.read_window(self._words.text, one.field, Window(start, end)):
                    if found.items or found.missing:
                        yield self._page(found, self._position(one.name, end if found.is_last else start))
                    else:
                        self._empty = found
                start = end
            start = window.start

    def _position(self, name: str, day: dt.date) -> dict[str, str]:
        """Where a run that is cut after this page goes on."""
        if day < self._walk.window.end:
            return {"pass": name, "from": day.isoformat()}
        if name == PASSES[0].name:
            return {"pass": PASSES[1].name, "from": self._walk.window.start.isoformat()}
        return {"pass": _WEEKS}

    def _page(self, found: Found, position: Mapping[str, Any]) -> Page:
        notes = Notes()
        records, rejects = read_records(found.items, notes.warn)
        self._await(records)
        more = {"missing": found.missing} if found.missing else {}
        return Page(
            FEED,
            found.request,
            records,
            rejects,
            self._cursor(position),
            found.answer.content,
            found.answer.seconds,
            notes.take() | more | self._not_asked,
        )

    def _await(self, records: list[Record]) -> None:
        """Note down the documents to load: of publications of this window whose document was not read yet. That another
        source holds the publication does not count: it may hold it without an abstract.

        A grant brings the older publication of its application along; that one's file is not loaded for it.
        """
        window = self._walk.window
        for record in records:
            publication = record.filing.publication
            week = week_of(publication, record.filing.publication_date)
            if week is not None and window.start <= week.day < window.end:
                self._awaiting.add(week, str(publication))

    def _is_anything_due(self) -> bool:
        return bool(self._awaiting.due(self._query.as_of))

    def _load(self) -> Iterator[Page]:
        """The pages of the weekly files. What was given up is noted on the last of them."""
        is_backfill = self._query.window is not None
        loader = WeekLoader(self._source.portal, self._source.folder, self._awaiting, self._query.as_of, is_backfill)
        for page in loader.pages():
            yield replace(page, next_cursor=self._cursor({"pass": _WEEKS}))
        self.postponed = loader.postponed


def _question(query: Query) -> tuple[Words, str]:
    """What to ask, or why nothing is asked."""
    words = build_words(query)
    if query.offices and "US" not in query.offices:
        return words, f"the watches ask for {', '.join(query.offices)}, and this office publishes for US alone"
    if not words.text:
        return words, "the watches have neither English terms nor classes, and this office knows no others"
    return words, ""


def _closing_page(query: Query, since: Cursor | None, walk: Walk, notes: Mapping[str, Any]) -> Page:
    """A page that only moves the cursor to the end of a walk."""
    window = {"start": walk.window.start.isoformat(), "end": walk.window.end.isoformat()}
    payload = json.dumps({"window": window, **notes}, ensure_ascii=False).encode()
    return Page(FEED, {"window": window}, (), (), cursor_after(since, walk, query), payload, notes=dict(notes))


def _read_position(walk: Walk) -> tuple[str, dt.date]:
    name = walk.position.get("pass", PASSES[0].name)
    try:
        start = dt.date.fromisoformat(walk.position.get("from", walk.window.start.isoformat()))
    except (TypeError, ValueError) as error:
        raise Terminal(f"The position {dict(walk.position)!r} of a USPTO walk cannot be read ({error}).") from error
    return name, start


def _read_awaiting(since: Cursor | None) -> Awaiting:
    try:
        return Awaiting.from_plain((since or {}).get("awaiting"))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Terminal(f"What USPTO's cursor awaits cannot be read ({error!r}). Restore a backup.") from error
