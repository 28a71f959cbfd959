"""Scrolls of Lens: all records of one day, whatever breaks on the way.

A scroll cannot be taken up again: its id is used up by every page and lives for a minute, and an answer that was lost
has taken its page with it. So a day is asked again when its scroll breaks, without what it has brought already.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from filingwatch.errors import AnswerLost, Terminal, Transient
from filingwatch.sources.answers import Answer
from filingwatch.sources.base import Window
from filingwatch.sources.http import Client
from filingwatch.sources.lens.answers import Hits, Listener, SizeRefused, read_size_limit
from filingwatch.sources.lens.query import DateField, Question, everything_body, first_body, next_body
from filingwatch.sources.lens.records import read_lens_ids

SEARCH = "/patent/search"
ONE_DAY = dt.timedelta(days=1)
MOST_RESTARTS = 3
"""Scrolls of one day that may break in a row without a single new record."""
MOST_BROKEN = 20
"""Scrolls that may break in one run, whatever they brought: each is begun again at the cost of another request."""
LONGEST_PAUSE = 120.0
TOTAL_IS_EXACT_BELOW = 10_000
"""From here on the engine behind Lens may stop counting, so only the end of the scroll tells the end."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One answer that is a page as soon as its cursor is known."""

    request: dict[str, Any]
    hits: Hits
    answer: Answer


class Scroller:
    """Reads days over one line to Lens, in pages of `size` records or fewer where the plan allows no more."""

    def __init__(self, client: Client, size: int) -> None:
        self.client = client
        self.size = size
        self.begin_run()

    def begin_run(self) -> None:
        """Forget what the run before has learned."""
        self._broken = self._broken_in_row = 0
        self._is_lens = False

    def read_day(self, question: Question, field: DateField, day: dt.date) -> Iterator[Draft]:
        """All records of one day, by as many scrolls as it takes; without any, one empty draft.

        Raises:
            Transient: the scrolls break before they bring anything, or too many have broken in this run.
        """
        seen: dict[str, None] = {}
        fruitless = 0
        while True:
            before = len(seen)
            try:
                yield from self._scroll(question, field, day, seen)
                return
            except AnswerLost as error:
                fruitless = 0 if len(seen) > before else fruitless + 1
                if fruitless > MOST_RESTARTS:
                    raise Transient(
                        f"{error}. The records of {day} were asked for {fruitless} times in a row without getting on; "
                        "the next run begins with this day."
                    ) from error
                self._pause(error, day)

    def _pause(self, error: AnswerLost, day: dt.date) -> None:
        """Leave Lens alone before the day is begun again, twice as long for each scroll that broke in a row.

        Raises:
            Transient: too many scrolls have broken.
        """
        self._broken, self._broken_in_row = self._broken + 1, self._broken_in_row + 1
        if self._broken > MOST_BROKEN:
            raise Transient(
                f"{error}. {self._broken} scrolls broke in one run; the next run begins with {day}."
            ) from error
        self.client.hold(min(self.client.policy.first_wait * 2 ** (self._broken_in_row - 1), LONGEST_PAUSE))

    def _scroll(self, question: Question, field: DateField, day: dt.date, seen: dict[str, None]) -> Iterator[Draft]:
        """The pages of one scroll without what was seen before; each page is added to `seen`.

        Raises:
            AnswerLost: the scroll broke, or ended before all that was counted had come.
        """
        left_out = list(seen)
        hits, answer = self._begin(question, field, day, left_out)
        about = {
            "path": SEARCH, "by": field, "day": day.isoformat(), "language": question.language,
            "words": question.digest, "left_out": len(left_out), "total": hits.total,
        }  # fmt: skip
        total, received, scroll_id, number = hits.total, Received(), hits.scroll_id, 0
        while hits.items or number == 0:
            is_fresh = received.add(hits.items)
            yield Draft(about | {"page": number}, hits, answer)
            seen.update(dict.fromkeys(read_lens_ids(hits.items)))
            if len(received) >= total and total < TOTAL_IS_EXACT_BELOW:
                return
            scroll_id, number = hits.scroll_id or scroll_id, number + 1
            if scroll_id is None or not is_fresh:
                break
            listener = Listener(self.client, is_scroll=True)
            answer = self.client.call("POST", SEARCH, json=next_body(scroll_id), judge=listener, repeat_lost=False)
            hits, self._broken_in_row = listener.hits, 0
        if len(received) < total:
            raise AnswerLost(f"Lens counted {total:,} records for {day} and sent {len(received):,}")

    def _begin(self, question: Question, field: DateField, day: dt.date, left_out: list[str]) -> tuple[Hits, Answer]:
        """The first page of a scroll, in pages as large as the plan allows."""
        while True:
            listener = Listener(self.client)
            body = first_body(question, field, Window(day, day + ONE_DAY), self.size, left_out)
            try:
                answer = self.client.call("POST", SEARCH, json=body, judge=listener)
                if answer.status == 404 and not self._is_lens:
                    count_everything(self.client)
                self._is_lens = True
                return listener.hits, answer
            except SizeRefused as error:
                smaller = read_size_limit(error, self.size)
                if smaller < 1:
                    raise
                self.size = smaller


def count_everything(client: Client) -> tuple[int, Answer]:
    """How many records Lens has in all. It says 404 when it finds nothing, and so does every wrong address.

    Raises:
        Terminal: there is not a single one, so this is not Lens.
    """
    listener = Listener(client)
    answer = client.call("POST", SEARCH, json=everything_body(), judge=listener)
    if listener.hits.total == 0:
        raise Terminal(
            f"Lens, {client.base_url}: a search for everything finds nothing (answered {answer.status}), so this is no "
            "search of Lens. Check FILINGWATCH_LENS_URL."
        )
    return listener.hits.total, answer


class Received:
    """How many records a scroll has brought, each once."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._nameless = 0

    def __len__(self) -> int:
        return len(self._ids) + self._nameless

    def add(self, items: Sequence[Any]) -> bool:
        """Whether there was anything new among them."""
        before = len(self)
        names = [item.get("lens_id") if isinstance(item, dict) else None for item in items]
        self._ids.update(name for name in names if isinstance(name, str) and name)
        self._nameless += sum(not (isinstance(name, str) and name) for name in names)
        return len(self) > before
