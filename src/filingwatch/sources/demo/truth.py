"""What was planted in the demo's world: its growth, its seasons, and the two shifts that a good detector finds; in a
world made with one, a subject that begins.

Nothing else in this world changes its rate. Tests read the truth here; nothing outside of the demo and tests does.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from filingwatch.sources.demo.calendar import first_of_month, month_index

FIRST_MONTH = dt.date(2008, 1, 1)
YEARLY_GROWTH = 1.08
CHINESE_SEASON = {2: 0.7, 12: 1.8}
"""Filings in China against the other months: the dip of the spring festival, the rush before yearly targets close."""

BACKGROUND_FACTOR = 100
"""All filings of an office against those of the demo's fields: the same growth and seasons, none of the shifts."""

SHIFT_OF_2015 = dt.date(2015, 2, 1)
SHIFT_OF_2015_FACTOR = 2.4
SURGE_FIELD = "crowd_analytics"
SURGE_FACTOR = 14.0
SURGE_LEAD_MONTHS = 8
SURGE_WINDOW_DAYS = 30

BEGINNING_FIELD = "low_altitude"
BEGINNING_GROWTH = 2.0
BEGINNING_YEARS = 5
"""A subject that begins is filed some seven times in its first month; it doubles every year for five years."""


@dataclass(frozen=True, slots=True)
class PlantedShift:
    """A lasting step in the rate of filing of Chinese inventions. `month` is the first month of the new rate.

    `technology` is None where all fields of interest shift together. `factor` multiplies the rate. From `visible_from`
    on publications show it; `series` names the series of the shipped watch in which it is to be found.
    """

    name: str
    technology: str | None
    month: dt.date
    factor: float
    visible_from: dt.date
    series: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlantedTopic:
    """A subject that nobody files before `month` and many file from then on; `words` are said of no other filing."""

    name: str
    field: str
    month: dt.date
    words: tuple[str, ...]


def planted_topic(begins: dt.date | None) -> PlantedTopic | None:
    """The emerging topic of a world in which a subject begins; None in any other."""
    if begins is None:
        return None
    words = ("低空", "航路", "起降", "无人机", "airway", "airspace", "vertiport", "drone", "low-altitude", "take-off")
    return PlantedTopic("urban low-altitude flight", BEGINNING_FIELD, begins.replace(day=1), words)


def surge_start(born: dt.date) -> dt.date:
    """First filing month of the surge in a world born on that day."""
    return first_of_month(month_index(born) - SURGE_LEAD_MONTHS)


def surge_window(born: dt.date) -> list[dt.date]:
    """The days in which the surge comes to light: the last ones of the last month that is over on the first night,
    since looks at changepoints know whole months."""
    next_day = born + dt.timedelta(days=1)
    end = next_day.replace(day=1) - dt.timedelta(days=1)
    return [end - dt.timedelta(days=back) for back in range(SURGE_WINDOW_DAYS - 1, -1, -1)]


def planted(seed: int, born: dt.date) -> tuple[PlantedShift, ...]:
    """The shifts of this world, oldest first. They are the same for every seed, which the signature leaves open."""
    del seed
    return (
        PlantedShift(
            "step of early 2015",
            None,
            SHIFT_OF_2015,
            SHIFT_OF_2015_FACTOR,
            # the fast part of the delay law is three to nine months
            dt.date(2015, 5, 1),
            ("smart_cities/all", "smart_cities/office=CN/patent_type=invention"),
        ),
        PlantedShift(
            "surge of crowd analytics",
            SURGE_FIELD,
            surge_start(born),
            SURGE_FACTOR,
            surge_window(born)[0],
            (f"smart_cities/patent_type=invention/technology={SURGE_FIELD}",),
        ),
    )
