"""Cursors of sources that are asked by date: overlapping half-open windows, and walks that go on where they were cut.

The cursor is {"through": first day that no complete walk has covered, "walk": {"start", "end", "position"} while one is
unfinished, "wide_on": day of the last wide look}. What a position means belongs to the source.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from filingwatch.errors import Terminal
from filingwatch.sources.base import Cursor, Query, Window


@dataclass(frozen=True, slots=True)
class Walk:
    """One window to be asked through. `position` is empty at the beginning; `is_wide` looks back for late records."""

    window: Window
    position: Mapping[str, Any] = field(default_factory=dict)
    is_wide: bool = False


def plan_walks(
    query: Query, since: Cursor | None, *, overlap_days: int, wide_days: int = 0, wide_every_days: int = 7
) -> list[Walk]:
    """The walks of this run, oldest first: what an earlier run left unfinished, then what is new.

    A night asks for [through - overlap, as_of + 1 day), since offices load records after the day that they carry; the
    first night looks back by the overlap. Every `wide_every_days` it looks back `wide_days` instead, for records that
    come very late. A backfill asks for its window once.

    Raises:
        Terminal: the cursor was not written by such a source.
    """
    left = _unfinished(since)
    if query.window is not None:
        if left is not None:
            return [left]
        return [] if since is not None and "through" in since else [Walk(query.window)]
    through = left.window.end if left is not None else _read_day(since, "through")
    end = query.as_of + dt.timedelta(days=1)
    start = min(through or end, end) - dt.timedelta(days=overlap_days)
    wide_on = _read_day(since, "wide_on")
    is_due = wide_on is not None and (query.as_of - wide_on).days >= wide_every_days
    is_wide = wide_days > 0 and is_due and not (left is not None and left.is_wide)
    if is_wide:
        start = min(start, end - dt.timedelta(days=wide_days))
    walks = [] if left is None else [left]
    if left is None or left.window.end < end:
        walks.append(Walk(Window(start, end), is_wide=is_wide))
    return walks


def cursor_inside(since: Cursor | None, walk: Walk, position: Mapping[str, Any]) -> Cursor:
    """The cursor while a walk is under way: the next run goes on at `position` in the same window."""
    kept = {name: value for name, value in (since or {}).items() if name != "walk"}
    window = walk.window
    return kept | {
        "walk": {
            "start": window.start.isoformat(),
            "end": window.end.isoformat(),
            "is_wide": walk.is_wide,
            "position": dict(position),
        }
    }


def cursor_after(since: Cursor | None, walk: Walk, query: Query) -> Cursor:
    """The cursor once a walk is complete. It never moves back: a walk over the past leaves a later `through` alone."""
    kept = {name: value for name, value in (since or {}).items() if name != "walk"}
    through = max(walk.window.end, _read_day(since, "through") or walk.window.end)
    if walk.is_wide or "wide_on" not in kept:
        kept["wide_on"] = query.as_of.isoformat()
    return kept | {"through": through.isoformat()}


def _unfinished(since: Cursor | None) -> Walk | None:
    if since is None or "walk" not in since:
        return None
    try:
        walk = since["walk"]
        window = Window(dt.date.fromisoformat(walk["start"]), dt.date.fromisoformat(walk["end"]))
        return Walk(window, dict(walk["position"]), bool(walk.get("is_wide", False)))
    except (KeyError, TypeError, ValueError) as error:
        raise _strange(since, error) from error


def _read_day(since: Cursor | None, name: str) -> dt.date | None:
    if since is None or name not in since:
        return None
    try:
        return dt.date.fromisoformat(since[name])
    except (TypeError, ValueError) as error:
        raise _strange(since, error) from error


def _strange(since: Cursor, error: Exception) -> Terminal:
    return Terminal(
        f"The cursor {dict(since)!r} cannot be read ({error!r}). It was not written by this source: restore a backup "
        "of the working file, or bring the missing days in by `filingwatch backfill`."
    )
