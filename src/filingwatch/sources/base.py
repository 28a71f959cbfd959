"""The protocol of a source: pages of records, each with the cursor from which the next run continues.

No source opens the warehouse, and no source decides what is new: landing does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from filingwatch.filing import Record, Reject

Cursor = Mapping[str, Any]
"""Plain JSON data that only the source itself reads."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a run asks a source for: the watches' terms and classes, and the day until which it may know."""

    as_of: dt.date
    terms: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a source.

    `records` and `rejects` together hold every record of the answer, each index once. `payload` is the answer as
    received; it is kept compressed under the hash of its content. `next_cursor` commits with the page's rows.
    """

    feed: str
    request: Mapping[str, Any]
    records: Sequence[Record]
    rejects: Sequence[Reject]
    next_cursor: Cursor
    payload: bytes
    seconds: float = 0.0
    notes: Mapping[str, Any] = field(default_factory=dict)


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
