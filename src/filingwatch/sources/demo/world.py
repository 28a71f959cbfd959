"""The demo's world: which inventions are filed, and in which order its offices tell of them.

A month of filings is drawn from (seed, month) alone, the surge from (seed, month, born), and the small stream about
wildlife from a chance of its own, as is the subject that begins where a world is made with one: what an office did up
to a day therefore never depends on how far ahead one looks, and no stream moves another. What is told of one invention
belongs to `acts`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import NamedTuple

import numpy as np

from filingwatch.sources.demo import delays, truth
from filingwatch.sources.demo.acts import (
    Act,
    Invention,
    LastPlaces,
    Luck,
    Places,
    act_of_utility_model,
    acts_of_application,
    acts_of_family,
    withdraw,
)
from filingwatch.sources.demo.calendar import days_in_month, first_of_month, month_index
from filingwatch.sources.demo.fields import Field, read_beginning_field, read_fields, read_wildlife_fields

FAMILY_SHARE = 0.1
WITHDRAWN_IN = (dt.date(2016, 5, 1), dt.date(2021, 9, 1))
"""The first Chinese invention of each of these months is withdrawn by its office some time after publication."""

_WHOLE, _SURGE, _WILDLIFE, _BEGINNING = 0, 1, 2, 3


_Cell = tuple["Rate", Field]


class Rate(NamedTuple):
    """Inventions filed per month in 2008 on each side, at scale 1 and before season and growth."""

    office: str
    is_utility_model: bool
    of_interest: float
    colliding: float

    @property
    def is_chinese_invention(self) -> bool:
        return self.office == "CN" and not self.is_utility_model


RATES = (
    Rate("CN", False, 2.4, 4.5),
    Rate("CN", True, 1.4, 3.2),
    Rate("US", False, 0.65, 0.75),
    Rate("EP", False, 0.25, 0.35),
    Rate("WO", False, 0.3, 0.4),
    Rate("KR", False, 0.3, 0.4),
    Rate("JP", False, 0.25, 0.35),
)
WILDLIFE_RATES = (
    Rate("CN", False, 0.35, 0.25),
    Rate("CN", True, 0.07, 0.05),
    Rate("US", False, 0.06, 0.04),
    Rate("EP", False, 0.03, 0.02),
)
"""The second stream, for which `of_interest` is said of the wildlife watch."""
BEGINNING_RATES = (
    Rate("CN", False, 4.5, 0.0),
    Rate("CN", True, 2.0, 0.0),
    Rate("US", False, 0.3, 0.0),
    Rate("EP", False, 0.1, 0.0),
    Rate("WO", False, 0.3, 0.0),
    Rate("KR", False, 0.2, 0.0),
)
"""The subject that begins, in its first month."""


@dataclass(frozen=True, slots=True)
class World:
    """Which world: the same values give the same filings for ever.

    `begins` is the first month in which a subject is filed that nobody filed before; None for a world without one,
    which is the same as the other but for the filings of that subject.
    """

    seed: int
    born: dt.date
    scale: float
    begins: dt.date | None = None


def list_acts(world: World, after: dt.date | None, until: dt.date) -> list[Act]:
    """Everything told in (after, until], oldest first; from the beginning when `after` is None."""
    first = truth.FIRST_MONTH
    if after is not None:
        first = max(first, after - dt.timedelta(days=delays.LONGEST_DAYS))
    acts = [
        act
        for month in range(month_index(first), month_index(until) + 1)
        for act in _acts_of_month(world, month)
        if act.told_on <= until and (after is None or act.told_on > after)
    ]
    return sorted(acts, key=lambda act: (act.told_on, str(act.publication), act.what))


def name_fields(world: World, until: dt.date) -> dict[str, Field]:
    """The true field of every publication told until that day, by publication id: what relevance should find."""
    return {str(act.publication): act.invention.field for act in list_acts(world, None, until)}


def _acts_of_month(world: World, month: int) -> Iterator[Act]:
    places = Places()
    yield from _acts_of_stream(world, month, _WHOLE, _cells(), _expected_counts(month), places)
    yield from _acts_of_surge(world, month, places)
    last = LastPlaces()
    yield from _acts_of_stream(world, month, _WILDLIFE, _wildlife_cells(), _expected_wildlife(month), last)
    if world.begins is not None and month >= month_index(world.begins):
        expected = _expected_beginning(month, month_index(world.begins))
        # after all others, so that it takes no number from them
        yield from _acts_of_stream(world, month, _BEGINNING, _beginning_cells(), expected, last)


def _acts_of_stream(
    world: World, month: int, stream: int, cells: tuple[_Cell, ...], expected: np.ndarray, places: Places
) -> Iterator[Act]:
    rng = np.random.default_rng([world.seed, month, stream])
    counts = rng.poisson(expected * world.scale).tolist()
    drawn = _draw(rng, sum(counts))
    for (rate, field), count in zip(cells, counts, strict=True):
        for luck, draw in islice(drawn, count):
            yield from _acts_of_invention(rate, field, month, luck, draw, places)


def _draw(rng: np.random.Generator, count: int) -> Iterator[tuple[Luck, int]]:
    """The chances of that many inventions, and for each a number of 124 bits from which its words are chosen."""
    chances, digits = rng.random((count, len(Luck._fields))).tolist(), rng.integers(0, 2**62, (count, 2)).tolist()
    return ((Luck(*luck), high << 62 | low) for luck, (high, low) in zip(chances, digits, strict=True))


@cache
def _cells() -> tuple[_Cell, ...]:
    return tuple((rate, field) for rate in RATES for field in read_fields())


@cache
def _wildlife_cells() -> tuple[_Cell, ...]:
    return tuple((rate, field) for rate in WILDLIFE_RATES for field in read_wildlife_fields())


@cache
def _beginning_cells() -> tuple[_Cell, ...]:
    return tuple((rate, read_beginning_field()) for rate in BEGINNING_RATES)


def _expected_counts(month: int) -> np.ndarray:
    """Expected inventions of a month in each cell, at scale 1 and without the surge."""
    growth, season = _growth(month), _season(month)
    step = truth.SHIFT_OF_2015_FACTOR if first_of_month(month) >= truth.SHIFT_OF_2015 else 1.0
    return np.array(
        [
            growth
            * field.share
            * (rate.of_interest if field.is_of_interest else rate.colliding)
            * (season if rate.office == "CN" else 1.0)
            * (step if field.is_of_interest and rate.is_chinese_invention else 1.0)
            for rate, field in _cells()
        ]
    )


def _expected_wildlife(month: int) -> np.ndarray:
    """The same of the second stream, which grows with all filings and knows no step."""
    growth, season = _growth(month), _season(month)
    return np.array(
        [
            growth
            * field.share
            * (rate.of_interest if field.taxon else rate.colliding)
            * (season if rate.office == "CN" else 1.0)
            for rate, field in _wildlife_cells()
        ]
    )


def _expected_beginning(month: int, first: int) -> np.ndarray:
    """The same of the subject that begins: it doubles every year for five years."""
    growth = truth.BEGINNING_GROWTH ** min((month - first) / 12, truth.BEGINNING_YEARS)
    return np.array(
        [growth * rate.of_interest * (_season(month) if rate.office == "CN" else 1.0) for rate, _ in _beginning_cells()]
    )


def _growth(month: int) -> float:
    return truth.YEARLY_GROWTH ** ((month - month_index(truth.FIRST_MONTH)) / 12)


def _season(month: int) -> float:
    return truth.CHINESE_SEASON.get(month % 12 + 1, 1.0)


def _acts_of_surge(world: World, month: int, places: Places) -> Iterator[Act]:
    if first_of_month(month) < truth.surge_start(world.born):
        return
    rng = np.random.default_rng([world.seed, month, _SURGE, world.born.toordinal()])
    cells = zip(_cells(), _expected_counts(month).tolist(), strict=True)
    field, base = next(
        (field, expected)
        for (rate, field), expected in cells
        if rate.is_chinese_invention and field.name == truth.SURGE_FIELD
    )
    for luck, draw in _draw(rng, rng.poisson(base * world.scale * (truth.SURGE_FACTOR - 1))):
        filed = _filing_day(month, luck)
        invention = Invention(field, draw, month, filed, is_device=False, family_id=None)
        published = delays.publish_surge(filed, world.born, luck.early, luck.delay)
        yield from acts_of_application("CN", invention, published, luck, places.take("CN"))


def _acts_of_invention(rate: Rate, field: Field, month: int, luck: Luck, draw: int, places: Places) -> Iterator[Act]:
    filed = _filing_day(month, luck)
    place = places.take(rate.office, is_utility_model=rate.is_utility_model)
    is_dual = rate.is_chinese_invention and luck.dual < delays.DUAL_SHARE
    has_family = rate.is_chinese_invention and luck.family < FAMILY_SHARE
    family_id = f"9{month:05d}{place % 100_000:05d}" if has_family else None
    invention = Invention(field, draw, month, filed, is_dual or rate.is_utility_model, family_id)
    if rate.is_utility_model:
        yield act_of_utility_model(invention, luck, luck.delay, place)
        return
    if rate.office == "CN":
        published = delays.publish_chinese_invention(filed, luck.early, luck.delay, is_dual=is_dual)
    else:
        published = delays.publish_elsewhere(rate.office, filed, luck.delay)
    acts = acts_of_application(rate.office, invention, published, luck, place)
    is_withdrawn = rate.is_chinese_invention and place == 0 and first_of_month(month) in WITHDRAWN_IN
    yield from withdraw(acts) if is_withdrawn else acts
    if is_dual:
        yield act_of_utility_model(invention, luck, luck.dual_delay, places.take("CN", is_utility_model=True))
    if has_family:
        yield from acts_of_family(invention, acts[0].application, luck, places)


def _filing_day(month: int, luck: Luck) -> dt.date:
    return first_of_month(month) + dt.timedelta(days=int(luck.day * days_in_month(month)))
