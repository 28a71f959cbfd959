"""One question to the search, read to its end: pages whose size the office allows, looked through again when it moved.

What an answer means for the cursor belongs to `source`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from filingwatch.errors import Terminal
from filingwatch.sources.answers import Answer
from filingwatch.sources.base import Window
from filingwatch.sources.uspto.portal import Portal
from filingwatch.sources.uspto.query import search_body
from filingwatch.sources.uspto.reading import read_answer

MOST_RECORDS = 10_000
"""How far the search pages. A longer list is asked for in shorter windows."""
MOST_LOOKS = 4
_GROW_AFTER = 5  # good answers in a row, after which a page size that was halved is doubled


@dataclass(frozen=True)
class Found:
    """One answer with its records; `is_last` closes the window. `missing` records were counted and never shown."""

    answer: Answer
    request: Mapping[str, Any]
    items: list[Any] = field(default_factory=list)
    is_last: bool = False
    missing: int = 0


class Pager:
    """Reads windows through one portal and remembers which page size it allows."""

    def __init__(self, portal: Portal, size: int) -> None:
        self._portal = portal
        self._most = size
        self._size = size
        self._good = 0

    def read_window(self, words: str, date_field: str, window: Window) -> Iterator[Found]:
        """Every answer that the window needs, the last one marked; one without records when there are none.

        Raises:
            Terminal: one day alone holds more than can be paged through.
        """
        for found in self._look(words, date_field, window):
            if found is not None:
                yield found
                continue
            if window.days == 1:
                raise Terminal(
                    f"More than {MOST_RECORDS:,} records of USPTO of one day ({window.start}) answer the watches; its "
                    "search shows no more. Make their terms or classes narrower."
                )
            middle = window.start + (window.end - window.start) // 2
            yield from self._without_end(words, date_field, Window(window.start, middle))
            yield from self.read_window(words, date_field, Window(middle, window.end))
            return

    def _without_end(self, words: str, date_field: str, window: Window) -> Iterator[Found]:
        for found in self.read_window(words, date_field, window):
            yield Found(found.answer, found.request, found.items, False, found.missing)

    def _look(self, words: str, date_field: str, window: Window) -> Iterator[Found | None]:
        """The answers of a window, or None at once when it is too long.

        The office sorts by day alone, so that the order within a day may change between two pages and a record slip
        through; while fewer records were seen than counted, all pages are asked for again.
        """
        seen: set[str] = set()
        for look in range(1, MOST_LOOKS + 1):
            offset, pages, count = 0, 0, 0
            while True:
                answer, request, size = self._ask(words, date_field, window, offset)
                # a 404 behind the first page: the list has become shorter, the last count still tells what to look for
                is_over = answer.status != 200
                count, items = (count, []) if is_over else read_answer(answer.json())
                if count > MOST_RECORDS:
                    yield None
                    return
                seen |= set(map(_fingerprint, items))
                offset, pages = offset + size, pages + 1
                if is_over or offset >= count:
                    break
                yield Found(answer, request, items)
            missing = max(0, count - len(seen))
            is_last = not missing or pages == 1 or look == MOST_LOOKS
            yield Found(answer, request, items, is_last, missing if is_last else 0)
            if is_last:
                return

    def _ask(
        self, words: str, date_field: str, window: Window, offset: int
    ) -> tuple[Answer, dict[str, Any], int]:  # fmt: skip
        """One page at this offset, as large as the office lets it be."""
        while True:
            size = self._size
            body = search_body(words, date_field, window, offset, size)
            answer = self._portal.search(body)
            if answer.status != 413:
                self._grow()
                return answer, body, size
            if size == 1:
                raise Terminal(
                    f"One record of USPTO alone is larger than it sends (offset {offset} of {window.start} to "
                    f"{window.last}). Ask for fewer fields: `FIELDS` of sources/uspto/query.py."
                )
            self._size, self._good = max(1, size // 2), 0

    def _grow(self) -> None:
        self._good += 1
        if self._good >= _GROW_AFTER and self._size < self._most:
            self._size, self._good = min(self._most, 2 * self._size), 0


def _fingerprint(item: Any) -> str:
    return hashlib.sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()[:24]
