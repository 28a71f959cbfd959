"""Which weekly deliveries are to be done: the listing of the office read, and compared with what was done before. Pure.

The cursor is {"first_week": the oldest week that counts, "last_week": the newest that was done, "done": ids of the
latest deliveries done, "damaged": what could not be read of them, "at": place inside a delivery under way}. Weeks are
written as the office writes them: 2026/047.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from filingwatch.errors import Terminal
from filingwatch.sources.base import Cursor

FIRST_WEEKS = 5
"""The first run ever takes the deliveries of so many weeks: as far back as other sources look for late records."""
MOST_REMEMBERED = 60
"""Ids of deliveries done that the cursor keeps; the office offers far fewer."""

_WEEK = re.compile(r"(?<!\d)(\d{4})/(\d{2,3})(?!\d)")
_SHA1 = re.compile(r"[0-9A-Fa-f]{40}")


class Week(NamedTuple):
    """A week of the office's calendar."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}/{self.number:03d}"

    def is_next(self, other: Week) -> bool:
        """Whether the other week follows this one; a year has 52 weeks or 53."""
        following = {Week(self.year, self.number + 1)}
        return other in (following | {Week(self.year + 1, 1)} if self.number >= 52 else following)


@dataclass(frozen=True, slots=True)
class DeliveryFile:
    """One file of a delivery; `sha1` is None where the office gives none."""

    id: int
    name: str
    sha1: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the office delivered in one week."""

    id: int
    name: str
    week: Week
    published_on: dt.date | None
    files: tuple[DeliveryFile, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The deliveries to do, oldest first, the cursor to begin with, and what is to be said about it."""

    todo: tuple[Delivery, ...]
    cursor: dict[str, Any]
    notes: Mapping[str, Any] = field(default_factory=dict)


def read_listing(listing: Any) -> list[Delivery]:
    """The weekly deliveries of a product, oldest first. Notices and files that are not ZIP are left out.

    Raises:
        Terminal: the listing has not the shape that is known; the message says what is strange.
    """
    entries = listing.get("deliveries") if isinstance(listing, dict) else None
    if not isinstance(entries, list):
        raise _strange("it holds no list of deliveries")
    found = [_read_delivery(entry) for entry in entries if _is_weekly(entry)]
    return sorted((one for one in found if one.files), key=lambda one: (one.week, one.id))


def plan_deliveries(offered: Sequence[Delivery], since: Cursor | None, as_of: dt.date) -> Plan:
    """What of the deliveries offered is to be done on a day. The first time it is the latest FIRST_WEEKS weeks.

    Raises:
        Terminal: the cursor was not written by this source.
    """
    known = [one for one in offered if one.published_on is None or one.published_on <= as_of]
    cursor = _read_cursor(since)
    weeks = sorted({one.week for one in known})
    first = _read_week(cursor, "first_week") or (weeks[-FIRST_WEEKS:] or [None])[0]
    if first is not None:
        cursor["first_week"] = str(first)
    done = set(cursor.get("done", ()))
    todo = tuple(one for one in known if one.id not in done and (first is None or one.week >= first))
    gaps = _find_gaps(_read_week(cursor, "last_week"), todo)
    return Plan(todo, cursor, {"gap": _describe_gaps(gaps)} if gaps else {})


def cursor_inside(cursor: Cursor, place: Mapping[str, Any]) -> dict[str, Any]:
    """The cursor while a delivery is under way: the next run goes on at this place."""
    return dict(cursor) | {"at": dict(place)}


def cursor_after(cursor: Cursor, delivery: Delivery, damaged: Sequence[str]) -> dict[str, Any]:
    """The cursor once a delivery is done, as far as it could be read; what could not be is kept beside it."""
    after = {name: value for name, value in cursor.items() if name != "at"}
    after["done"] = [*cursor.get("done", ()), delivery.id][-MOST_REMEMBERED:]
    last = _read_week(cursor, "last_week")
    after["last_week"] = str(max(last, delivery.week) if last else delivery.week)
    if damaged:
        kept = dict(cursor.get("damaged", {})) | {str(delivery.id): list(damaged)}
        after["damaged"] = {name: kept[name] for name in list(kept)[-MOST_REMEMBERED:]}
    return after


def _is_weekly(entry: Any) -> bool:
    """Notices stand among the deliveries; only a name with a week is a delivery of records."""
    name = entry.get("deliveryName") if isinstance(entry, dict) else None
    return isinstance(name, str) and _WEEK.search(name) is not None


def _read_delivery(entry: Mapping[str, Any]) -> Delivery:
    name = entry["deliveryName"]
    found = _WEEK.search(name)
    identity, files = entry.get("deliveryId"), entry.get("files")
    if found is None or not isinstance(identity, int) or not isinstance(files, list):
        raise _strange(f"the delivery {name!r} has no number or no list of files")
    return Delivery(
        identity,
        name,
        Week(int(found[1]), int(found[2])),
        _read_day(entry.get("deliveryPublicationDatetime")),
        tuple(_read_files(name, files)),
    )


def _read_files(delivery: str, files: Sequence[Any]) -> Iterable[DeliveryFile]:
    for file in files:
        name = file.get("fileName") if isinstance(file, dict) else None
        if not isinstance(name, str) or not isinstance(file.get("fileId"), int):
            raise _strange(f"a file of the delivery {delivery!r} has no name or no number")
        sha1 = file.get("fileChecksum")
        if name.lower().endswith(".zip"):
            yield DeliveryFile(file["fileId"], name, sha1 if isinstance(sha1, str) and _SHA1.fullmatch(sha1) else None)


def _read_day(text: Any) -> dt.date | None:
    try:
        return dt.datetime.fromisoformat(text).date()
    except (TypeError, ValueError):
        return None


def _read_cursor(since: Cursor | None) -> dict[str, Any]:
    cursor = dict(since or {})
    shapes = {"done": list, "at": dict, "damaged": dict}
    if any(not isinstance(cursor[name], shape) for name, shape in shapes.items() if name in cursor):
        raise _strange_cursor(cursor)
    return cursor


def _read_week(cursor: Cursor, name: str) -> Week | None:
    if name not in cursor:
        return None
    found = _WEEK.fullmatch(str(cursor[name]))
    if found is None:
        raise _strange_cursor(cursor)
    return Week(int(found[1]), int(found[2]))


def _find_gaps(last: Week | None, todo: Sequence[Delivery]) -> list[tuple[Week, Week]]:
    """Pairs of weeks that should follow each other and do not."""
    newer = sorted({one.week for one in todo if last is None or one.week > last})
    chain = ([last] if last else []) + newer
    return [(one, other) for one, other in pairwise(chain) if not one.is_next(other)]


def _describe_gaps(gaps: Sequence[tuple[Week, Week]]) -> str:
    between = " and ".join(f"between {one} and {other}" for one, other in gaps)
    return (
        f"The weeks {between} are not offered any more: their records are missing here. They are in the back file "
        "(product 14) of the same service; or import what another database finds for that time."
    )


def _strange(what: str) -> Terminal:
    return Terminal(
        f"The listing of EPO's bulk data service is not what it was: {what}. The service is not documented and may "
        "have changed: look at FILINGWATCH_DOCDB_URL, or for a newer filingwatch."
    )


def _strange_cursor(cursor: Cursor) -> Terminal:
    return Terminal(
        f"The cursor {dict(cursor)!r} was not written by this source: restore a backup of the working file, or remove "
        "the cursor of docdb to begin anew with the weeks that are offered."
    )
