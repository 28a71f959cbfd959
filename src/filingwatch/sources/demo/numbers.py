"""Publication and application numbers of the demo, in normal form and from ranges that no office has reached.

A serial comes from the filing month and the place within it, so it never depends on what else was generated. The first
digit after the fixed part is a 9: Chinese inventions stand near 12, grants of the USA near 12 million and so on.
"""

from __future__ import annotations

import datetime as dt

from filingwatch.filing import ApplicationId, PublicationId
from filingwatch.sources.demo.calendar import month_index
from filingwatch.sources.demo.truth import FIRST_MONTH

# A number that also holds the year may repeat its serials after some years, any other must last longer than the demo.
_WITH_YEAR, _FOR_EVER = 50, 500


def serial(month: int, place: int, digits: int, cycle: int) -> str:
    """A serial of that many digits, distinct for `cycle` months; longer ones where a large scale fills a month.

    Negative places count from the end of the month's serials, which a scale that is allowed leaves free.
    """
    capacity = 10**digits // cycle
    since_start = month - month_index(FIRST_MONTH)
    overflow, place = divmod(place, capacity)
    return f"{since_start % cycle * capacity + place:0{digits}d}{max(overflow, 0) or ''}"


def application_id(office: str, filed: dt.date, month: int, place: int, *, is_utility_model: bool) -> ApplicationId:
    """The application, without check digit; `filed` gives the year that stands in the number."""
    year, short, long = filed.year, serial(month, place, 5, _WITH_YEAR), serial(month, place, 6, _WITH_YEAR)
    match office:
        case "CN":
            number = f"{year}{2 if is_utility_model else 1}9{long}"
        case "US":
            number = f"{year}99{long}"
        case "EP":
            number = f"{year % 100:02d}9{short}"
        case "WO":
            number = f"IB{year}9{short}"
        case "KR":
            number = f"{year}9{long}"
        case "JP":
            number = f"{year}9{short}"
        case _:
            raise ValueError(f"the demo knows no office {office!r}")
    return ApplicationId(office, number)


def publication_id(office: str, kind: str, published: dt.date, month: int, place: int) -> PublicationId:
    """The publication. A Chinese application and its grant share a number; so do European ones."""
    year = published.year
    match office, kind:
        case "CN", "U" | "Y":
            number = f"29{serial(month, place, 7, _FOR_EVER)}"
        case "CN", _:
            number = f"19{serial(month, place, 7, _FOR_EVER)}"
        case "US", "B2":
            number = f"9{serial(month, place, 7, _FOR_EVER)}"
        case ("EP", _) | ("JP", "B2"):
            number = f"9{serial(month, place, 6, _FOR_EVER)}"
        case "KR", "B1":
            number = f"109{serial(month, place, 6, _FOR_EVER)}"
        case (("US" | "KR"), _):
            number = f"{year}9{serial(month, place, 6, _WITH_YEAR)}"
        case (("WO" | "JP"), _):
            number = f"{year}9{serial(month, place, 5, _WITH_YEAR)}"
        case _:
            raise ValueError(f"the demo knows no office {office!r}")
    return PublicationId(office, number, kind)
