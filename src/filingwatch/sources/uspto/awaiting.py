"""Publications that still lack their document of the weekly file, and those that have it, by week; kept in the cursor.

Pure. What other sources hold of a publication does not count: an abstract comes from here. A file is loaded again only
when the office has changed it, and seldom: it allows twenty downloads a year.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from filingwatch.filing import PublicationId

MOST_NIGHTS = 3
MOST_LOADS = 12
"""Tries of one file by this cursor, after which none is begun; one that was begun may take four more. The office
allows 20 a year; the rest is left to backfills and to people."""
FIRST_DAY = dt.date(2005, 1, 1)
"""Older weekly files are in other formats."""
_WEEKS_REMEMBERED = 30


@dataclass(frozen=True, order=True)
class Week:
    """One weekly file: its day, and the office's name of the product that it belongs to."""

    day: dt.date
    product: str

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.product}"

    @property
    def stem(self) -> str:
        """The beginning of the file's name, which is that of the day: `ipa261105`."""
        return f"{'ipa' if self.product == 'APPXML' else 'ipg'}{self.day:%y%m%d}"


def week_of(publication: PublicationId, day: dt.date | None) -> Week | None:
    """The weekly file that holds a publication; None when it can be in none that is read."""
    if day is None or day < FIRST_DAY or publication.office != "US":
        return None
    is_application = publication.kind[0] == "A" or publication.kind in ("P1", "P4", "P9")
    return Week(day, "APPXML" if is_application else "PTGRXML")


@dataclass
class Awaiting:
    """What is awaited. `nights` counts the nights in which a week was looked for in vain, `tried` is the last of them,
    `version` the state of the file in which the rest was not found, `loads` how often each file was asked for.
    `done` are the publications that need no further look: their document has come, or was given up."""

    wanted: dict[Week, list[str]] = field(default_factory=dict)
    nights: dict[Week, int] = field(default_factory=dict)
    tried: dict[Week, str] = field(default_factory=dict)
    version: dict[Week, str] = field(default_factory=dict)
    loads: dict[Week, int] = field(default_factory=dict)
    done: dict[Week, list[str]] = field(default_factory=dict)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any] | None) -> Awaiting:
        made = cls()
        for name, entry in (plain or {}).items():
            day, _, product = name.partition(" ")
            week = Week(dt.date.fromisoformat(day), product)
            made.loads[week] = int(entry["loads"])
            if entry.get("done"):
                made.done[week] = list(entry["done"])
            if entry.get("wanted"):
                made.wanted[week] = list(entry["wanted"])
                made.nights[week] = int(entry["nights"])
                made.tried[week] = entry["tried"]
                made.version[week] = entry["version"]
        return made

    def as_plain(self) -> dict[str, Any]:
        """Everything as JSON data; the loads of weeks that are over only where they are the newest."""
        idle = sorted(week for week in self.loads if week not in self.wanted)[-_WEEKS_REMEMBERED:]
        kept = {*self.wanted, *self.done, *(week for week in idle if self.loads[week])}
        return {str(week): self._entry(week) for week in sorted(kept)}

    def _entry(self, week: Week) -> dict[str, Any]:
        entry: dict[str, Any] = {"loads": self.loads.get(week, 0)}
        if week in self.done:
            entry["done"] = list(self.done[week])
        if week in self.wanted:
            entry |= {
                "wanted": list(self.wanted[week]),
                "nights": self.nights.get(week, 0),
                "tried": self.tried.get(week, ""),
                "version": self.version.get(week, ""),
            }
        return entry

    def add(self, week: Week, publication_id: str) -> None:
        """Await one more document, unless it is done. A week that was tried already is due again: the file may hold
        it."""
        wanted = self.wanted.get(week, [])
        if publication_id not in wanted and publication_id not in self.done.get(week, ()):
            self.wanted[week] = [*wanted, publication_id]
            for memory in (self.tried, self.version, self.nights):
                memory.pop(week, None)

    def drop_before(self, day: dt.date) -> None:
        """Forget what is done of weeks for which no search asks any more."""
        self.done = {week: ids for week, ids in self.done.items() if week.day >= day}

    def due(self, today: dt.date) -> list[Week]:
        """The weeks to look for today, oldest first."""
        return sorted(week for week in self.wanted if self.tried.get(week) != today.isoformat())

    def is_worn(self, week: Week) -> bool:
        """Whether the week's file was asked for as often as it may be."""
        return self.loads.get(week, 0) >= MOST_LOADS

    def count_loads(self, week: Week, tries: int) -> None:
        self.loads[week] = self.loads.get(week, 0) + tries

    def find(self, week: Week, publication_ids: Iterable[str]) -> None:
        """These documents have come."""
        found = set(publication_ids)
        left = [one for one in self.wanted[week] if one not in found]
        self._settle(week, [one for one in self.wanted[week] if one in found])
        if left:
            self.wanted[week] = left
        else:
            self._forget(week)

    def miss(self, week: Week, today: dt.date, version: str = "", *, is_last: bool = False) -> list[str]:
        """What a week still lacks was looked for in vain. Gives what is given up by this: all of it, or nothing yet."""
        if week not in self.wanted:
            return []
        self.nights[week] = self.nights.get(week, 0) + 1
        self.tried[week] = today.isoformat()
        if version:
            self.version[week] = version
        if not is_last and self.nights[week] < MOST_NIGHTS and not self.is_worn(week):
            return []
        given_up = self.wanted[week]
        self._settle(week, given_up)
        self._forget(week)
        return given_up

    def postpone(self, week: Week, today: dt.date) -> None:
        """The week could not be looked for today, which does not count."""
        self.tried[week] = today.isoformat()

    def count(self) -> int:
        return sum(map(len, self.wanted.values()))

    def _settle(self, week: Week, publication_ids: list[str]) -> None:
        self.done[week] = [*self.done.get(week, ()), *publication_ids]

    def _forget(self, week: Week) -> None:
        for memory in (self.wanted, self.nights, self.tried, self.version):
            memory.pop(week, None)
