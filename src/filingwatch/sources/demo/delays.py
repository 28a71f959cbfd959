"""How long the demo's offices take: one law for each office and kind, the same in every year.

Every chance is an argument (0 <= u < 1), so the laws are pure. Days between are calendar days; a publication falls on
the weekday on which the office publishes.
"""

from __future__ import annotations

import datetime as dt

from filingwatch.sources.demo.calendar import FRIDAY, THURSDAY, TUESDAY, WEDNESDAY, next_weekday
from filingwatch.sources.demo.truth import surge_window

CHINESE_DAYS = (TUESDAY, FRIDAY)
EARLY_SHARE = 0.4
"""Share of Chinese inventions that are published early on request, dual filings included."""
DUAL_SHARE = 0.12
NEW_CHINESE_KINDS = dt.date(2010, 4, 7)
"""From this day a Chinese grant is a B with the number of its application, and a utility model a U (before: C, Y)."""

LONGEST_DAYS = 2200
"""No act lies further from the month of the first filing: a grant abroad, filed a year later, is the last (tested)."""

_WEEKDAYS = {
    "CN": CHINESE_DAYS,
    "US": (TUESDAY, THURSDAY),
    "EP": (WEDNESDAY,),
    "WO": (THURSDAY,),
    "KR": (TUESDAY, WEDNESDAY, THURSDAY),
    "JP": (THURSDAY,),
}
GRANT_SHARE = {"CN": 0.45, "US": 0.6, "EP": 0.4, "WO": 0.0, "KR": 0.5, "JP": 0.45}
GRANT_KIND = {"CN": "B", "US": "B2", "EP": "B1", "KR": "B1", "JP": "B2"}
FIRST_KIND = {"CN": "A", "US": "A1", "EP": "A1", "WO": "A1", "KR": "A", "JP": "A"}


def publish_chinese_invention(filed: dt.date, early: float, delay: float, *, is_dual: bool) -> dt.date:
    """Three to nine months after filing on request, else at eighteen.

    A dual filing is always of the early kind and appears before its utility model: the day on which an invention is
    first seen is then the same law whether or not it has a twin.
    """
    if is_dual:
        return _published("CN", filed, 90, 200, delay)
    # the early ones among the rest, so that all together make EARLY_SHARE
    early_rest = (EARLY_SHARE - DUAL_SHARE) / (1 - DUAL_SHARE)
    low, high = (90, 270) if early < early_rest else (540, 565)
    return _published("CN", filed, low, high, delay)


def publish_utility_model(filed: dt.date, delay: float) -> dt.date:
    """At grant, seven to fourteen months after filing."""
    return _published("CN", filed, 210, 425, delay)


def publish_elsewhere(office: str, filed: dt.date, delay: float) -> dt.date:
    """Eighteen months after filing, which for a PCT application are eighteen after its priority a year earlier."""
    low, high = (182, 200) if office == "WO" else (540, 560)
    return _published(office, filed, low, high, delay)


def publish_family_member(office: str, priority: dt.date, delay: float) -> dt.date:
    """Abroad, somewhat later than the Chinese application can be."""
    return _published(office, priority, 575, 640, delay)


def publish_grant(office: str, filed: dt.date, delay: float) -> dt.date:
    """Two and a quarter to five years after filing, so always after the application."""
    return _published(office, filed, 820, 1825, delay)


def publish_surge(filed: dt.date, born: dt.date, choice: float, delay: float) -> dt.date:
    """At once in the last month before the world was born, and from then on four to five months after filing.

    The story: a programme asked for early publication of its whole portfolio.
    """
    days = [day for day in surge_window(born) if day.weekday() in CHINESE_DAYS]
    return max(days[int(choice * len(days))], _published("CN", filed, 120, 150, delay))


def _published(office: str, filed: dt.date, low: int, high: int, u: float) -> dt.date:
    return next_weekday(filed + dt.timedelta(days=low + int(u * (high - low + 1))), _WEEKDAYS[office])
