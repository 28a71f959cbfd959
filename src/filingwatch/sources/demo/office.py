"""The demo as a source: pages of what its offices have told since the last night.

The cursor is {"born": day of the first night, "published_through": last day told in full, "taken": records already
told of the day after}. `born` never changes: it fixes the world, whose newest shift shows on the first night.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from filingwatch.errors import BadInput, Terminal
from filingwatch.filing import Filing, Record
from filingwatch.sources.base import Cursor, Page, Query
from filingwatch.sources.demo import truth
from filingwatch.sources.demo.acts import Act
from filingwatch.sources.demo.compose import describe_act
from filingwatch.sources.demo.totals import count_totals
from filingwatch.sources.demo.world import World, list_acts

MOST_SCALE = 100.0
_BEFORE_ALL = truth.FIRST_MONTH - dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Place:
    born: dt.date
    through: dt.date
    taken: int

    def as_cursor(self) -> Cursor:
        return {"born": self.born.isoformat(), "published_through": self.through.isoformat(), "taken": self.taken}


class DemoOffice:
    """Synthetic filings about smart cities and about things whose words collide with it.

    The records are a pure function of (seed, day of the first night, scale) and the day asked for; `scale` multiplies
    all rates (1.0 gives some twelve thousand publications). With `begins` a new subject is filed from that month on
    (see `truth.planted_topic`), and nothing else is different.

    Raises:
        BadInput: seed, scale or page size out of range.
    """

    name = "demo"
    feed = "demo"
    is_synthetic = True

    def __init__(
        self, seed: int = 2015, scale: float = 1.0, page_size: int = 500, begins: dt.date | None = None
    ) -> None:
        if seed < 0:
            raise BadInput(f"The demo's seed is {seed}; it must be 0 or more.")
        if not 0 < scale <= MOST_SCALE:
            raise BadInput(f"The demo's scale is {scale}; it must be above 0 and at most {MOST_SCALE:g}.")
        if page_size < 1:
            raise BadInput(f"The demo's page size is {page_size}; it must be at least 1.")
        self.seed = seed
        self.scale = scale
        self.page_size = page_size
        self.begins = begins

    def pages(self, query: Query, since: Cursor | None) -> Iterator[Page]:
        """Pages of at most `page_size` records told after the cursor and until `query.as_of`, oldest first.

        The terms of the query are not used: an office that knew them could not show what relevance is for.

        Raises:
            Terminal: the cursor was not written by this source.
        """
        started = time.monotonic()
        place = _read_cursor(since) if since is not None else _Place(query.as_of, _BEFORE_ALL, 0)
        acts = list_acts(World(self.seed, place.born, self.scale, self.begins), place.through, query.as_of)[
            place.taken :
        ]
        # once a month, as an office publishes its statistics: unchanged nights stay unchanged
        is_new_month = place.through.replace(day=1) < query.as_of.replace(day=1)
        totals = count_totals(query.as_of, self.scale) if acts and is_new_month else []
        for start in range(0, len(acts), self.page_size):
            chunk = acts[start : start + self.page_size]
            rest = acts[start + self.page_size :]
            after = _place_after(place, chunk, rest, query.as_of)
            records = [Record(index, describe_act(act)) for index, act in enumerate(chunk)]
            yield Page(
                feed=self.feed,
                request=self._world() | {**place.as_cursor(), "as_of": query.as_of.isoformat()},
                records=records,
                rejects=(),
                next_cursor=after.as_cursor(),
                payload=_payload(chunk, [record.filing for record in records]),
                seconds=time.monotonic() - started,
                notes={"first_day": chunk[0].told_on.isoformat(), "last_day": chunk[-1].told_on.isoformat()},
                background=() if start else totals,
            )
            place, started = after, time.monotonic()

    def _world(self) -> dict[str, int | float | str]:
        begins = {} if self.begins is None else {"begins": self.begins.isoformat()}
        return {"seed": self.seed, "scale": self.scale, **begins}


def _place_after(place: _Place, chunk: Sequence[Act], rest: Sequence[Act], as_of: dt.date) -> _Place:
    """Where the next page begins: a day may be cut in two, so its part already told is counted."""
    if not rest:
        return _Place(place.born, as_of, 0)
    cut_day = rest[0].told_on
    told = sum(act.told_on == cut_day for act in chunk)
    through = cut_day - dt.timedelta(days=1)
    return _Place(place.born, through, told + (place.taken if through == place.through else 0))


def _read_cursor(cursor: Cursor) -> _Place:
    try:
        return _Place(
            dt.date.fromisoformat(cursor["born"]),
            dt.date.fromisoformat(cursor["published_through"]),
            int(cursor.get("taken", 0)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Terminal(
            f"The demo's cursor {dict(cursor)!r} cannot be read ({error!r}); it was not written by the demo. "
            "Start from a fresh data directory."
        ) from error


def _payload(acts: Sequence[Act], filings: Sequence[Filing]) -> bytes:
    """The page as an office would have sent it: one JSON object a line."""
    lines = (
        json.dumps({"told_on": act.told_on, "what": act.what, **filing.plain()}, default=str, ensure_ascii=False)
        for act, filing in zip(acts, filings, strict=True)
    )
    return "\n".join(lines).encode()
