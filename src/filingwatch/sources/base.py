"""The protocol of a source: pages of records, each with the cursor from which the next run continues.

No source opens the warehouse, and no source decides what is new: landing does.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from filingwatch.filing import Record, Reject
from filingwatch.sources.http import Client

Cursor = Mapping[str, Any]
"""Plain JSON data that only the source itself reads."""


@dataclass(frozen=True, slots=True)
class Window:
    """Days [start, end): the end is not part of it."""

    start: dt.date
    end: dt.date

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"a window ends after it starts; this one runs from {self.start} to {self.end}")

    @property
    def last(self) -> dt.date:
        """The last day inside, for offices that ask for inclusive ranges."""
        return self.end - dt.timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.end - self.start).days


def know_none(publication_ids: Sequence[str]) -> frozenset[str]:
    """What an installation knows that holds nothing."""
    return frozenset()


@dataclass(frozen=True, slots=True)
class Query:
    """What a run asks a source for: the watches' terms, classes and offices, and the day until which it may know.

    No offices means all of them. `window` is set by a backfill, which asks for exactly these days; without it a source
    brings what is new. `known` tells which of some publication ids the installation holds already.
    """

    as_of: dt.date
    terms: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()
    window: Window | None = None
    known: Callable[[Sequence[str]], frozenset[str]] = know_none

    @property
    def question(self) -> str:
        """Twelve hex digits that change exactly when another question is asked, whatever its window."""
        plain = json.dumps([self.terms, self.classes, self.offices], ensure_ascii=False)
        return hashlib.sha256(plain.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A new invention that no watch wants. It is counted for the background and not kept.

    `invention` is what makes it distinct within its source (a family id); `kind` is a type of right as
    `normalform.patent_type` says it; `filing_month` is the first day of a month.
    """

    invention: str
    office: str
    kind: str
    filing_month: dt.date


@dataclass(frozen=True, slots=True)
class MonthTotal:
    """How many inventions an office received in a month in all, as far as published. It takes the place of what the
    source said of the office and type before."""

    office: str
    kind: str
    filing_month: dt.date
    filing_count: int


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a source.

    `records` and `rejects` together hold every record of the answer, each index once. `payload` is the answer as
    received; it is kept compressed under the hash of its content. `next_cursor` commits with the page's rows, and so
    does the count of the inventions in `background`. `is_synthetic` is None where the origin says it for all its pages.
    """

    feed: str
    request: Mapping[str, Any]
    records: Sequence[Record]
    rejects: Sequence[Reject]
    next_cursor: Cursor
    payload: bytes
    seconds: float = 0.0
    notes: Mapping[str, Any] = field(default_factory=dict)
    background: Sequence[PassedOver] | Sequence[MonthTotal] = ()
    is_synthetic: bool | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a window would cost: records and requests expected, bytes to receive, and what limits the knowledge."""

    records: int
    requests: int
    bytes: int
    note: str = ""

    def __add__(self, other: Estimate) -> Estimate:
        notes = "; ".join(dict.fromkeys(note for note in (self.note, other.note) if note))
        return Estimate(self.records + other.records, self.requests + other.requests, self.bytes + other.bytes, notes)


class Origin(Protocol):
    """Who said it: `name` is stable and lower case, `is_synthetic` marks invented filings; both go into every row."""

    @property
    def name(self) -> str: ...

    @property
    def is_synthetic(self) -> bool: ...


class Source(Origin, Protocol):
    """An origin that can be asked for what is new."""

    def pages(self, query: Query, since: Cursor | None) -> Iterator[Page]:
        """Pages of what is new since the cursor (all there is when None), oldest first; may be empty.

        Raises:
            Transient: the source cannot answer now; what was yielded stays valid.
            Terminal: the source will not answer until somebody changes something.
        """
        ...


@runtime_checkable
class LiveSource(Source, Protocol):
    """A source behind a network: it has a line to its office, and can say what a question would cost.

    `backfill_days` is the length of one resumable window of a backfill; 0 means that it cannot go back.
    """

    client: Client
    backfill_days: int

    def probe(self) -> str:
        """What one cheap call has seen, in words.

        Raises:
            Transient, Terminal: the office does not answer as it should; the message says what to do.
        """
        ...

    def estimate(self, query: Query) -> Estimate:
        """What the window of the query would cost, by a few cheap calls.

        Raises:
            Terminal: this source cannot go back; the message says where older data come from.
        """
        ...
