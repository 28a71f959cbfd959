"""What is counted of records that no watch wants: new inventions, by office, kind and month of filing.

The background says how many inventions an office saw in a month. So a record counts when it is the first publication
of its family: grants of published applications, search reports that follow, corrections, translations and members of
families that were published before are none. Pure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

from filingwatch.normalform import OFFICES, NormalFormError, parse_date, patent_type
from filingwatch.sources.base import PassedOver
from filingwatch.sources.docdb.quick import Sight
from filingwatch.sources.docdb.reading import read_family, read_filing_date
from filingwatch.sources.safe_xml import Element, child

# Kinds of these letters follow an application that was published, except where the office's second character says that
# there was none.
_LATER_LETTERS = "BCETY"
_FIRST_AFTER_ALL = frozenset({("US", "B1"), ("JP", "B1"), ("DE", "B3"), ("RU", "C1"), ("CN", "Y")})
_SEARCH_REPORTS = frozenset({("EP", "A3"), ("EP", "A4"), ("WO", "A3"), ("WO", "A4")})
MOST_REMEMBERED = 500_000
"""So many families are told apart within a run; past it they are forgotten, and landing tells them apart."""


class Background:
    """Remembers the inventions of a run, so that each is counted once."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def take(self, record: Element, sight: Sight) -> PassedOver | None:
        """The invention of a new record if it counts and was not counted before."""
        family = read_family(record)
        if family is None or int(family) in self._seen:
            return None
        office, kind = record.get("country", ""), record.get("kind", "")
        if office not in OFFICES or not is_first_kind(office, kind):
            return None
        filed = _read_day(sight.filed) if sight.filed else _search_filing_date(record)
        if filed is None or (sight.member_days and _was_published_before(record, sight.member_days)):
            return None
        self.remember(family)
        return PassedOver(family, office, patent_type(office, kind), filed.replace(day=1))

    def remember(self, family: str | None) -> None:
        """Count this invention no more: it has been counted, or belongs to the watch."""
        if family is not None:
            if len(self._seen) >= MOST_REMEMBERED:
                self._seen.clear()
            self._seen.add(int(family))


@lru_cache(maxsize=1024)
def is_first_kind(office: str, kind: str) -> bool:
    """Whether a publication of this kind may be the first of its application."""
    if (office, kind) in _FIRST_AFTER_ALL or (office, kind[:1]) in _FIRST_AFTER_ALL:
        return True
    return kind[:1] not in _LATER_LETTERS and kind[1:] not in ("8", "9") and (office, kind) not in _SEARCH_REPORTS


def _search_filing_date(record: Element) -> dt.date | None:
    try:
        return read_filing_date(child(record, "bibliographic-data"))
    except NormalFormError:
        return None


def _was_published_before(record: Element, member_days: Sequence[str]) -> bool:
    """Whether the family lists a publication of an earlier day; members without a day say nothing."""
    own = _read_day(record.get("date-publ"))
    return own is not None and any(day is not None and day < own for day in map(_read_day, member_days))


def _read_day(text: str | None) -> dt.date | None:
    try:
        return parse_date(text)
    except NormalFormError:
        return None
