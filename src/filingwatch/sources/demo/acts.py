"""What offices tell about one invention, and when: publications, corrections, withdrawals, grants, members abroad.

Pure functions of an invention and its chances. Which inventions there are belongs to `world`, days to `delays`, words
to `compose`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from filingwatch.filing import ApplicationId, Priority, PublicationId
from filingwatch.sources.demo import delays
from filingwatch.sources.demo.fields import Field
from filingwatch.sources.demo.numbers import application_id, publication_id

UNDATED_SHARE = 0.004
CUT_TITLE_SHARE = 0.004

_FAMILY_OFFICES = (("WO",), ("US", "WO"), ("US",), ("EP", "US", "WO"))


class Places(Counter[tuple[str, bool]]):
    """How many filings of a month each register (office, utility models or not) holds so far."""

    def take(self, office: str, *, is_utility_model: bool = False) -> int:
        """The next free place, from 0."""
        self[office, is_utility_model] += 1
        return self[office, is_utility_model] - 1


class LastPlaces(Places):
    """Places from the end of each register, for filings that must not move the numbers of others."""

    def take(self, office: str, *, is_utility_model: bool = False) -> int:
        """The next free place: -1, -2 and so on."""
        return -1 - super().take(office, is_utility_model=is_utility_model)


class Luck(NamedTuple):
    """The chances of one invention, each uniform in [0, 1)."""

    day: float
    early: float
    delay: float
    grant: float
    grant_delay: float
    dual: float
    dual_delay: float
    family: float
    members: float
    member_delay: float
    undated: float
    cut: float


@dataclass(frozen=True, slots=True)
class Invention:
    """What was invented. `draw` decides its words; a device can be a utility model, and so its title must be of one."""

    field: Field
    draw: int
    month: int
    filed: dt.date
    is_device: bool
    family_id: str | None


@dataclass(frozen=True, slots=True)
class Act:
    """An office says something on a day: a publication, a correction of it, or that it is withdrawn."""

    told_on: dt.date
    what: Literal["published", "corrected", "withdrawn"]
    publication: PublicationId
    published_on: dt.date
    application: ApplicationId
    filed: dt.date | None
    is_grant: bool
    invention: Invention
    priority: Priority | None = None
    has_cut_title: bool = False


def acts_of_application(office: str, invention: Invention, published: dt.date, luck: Luck, place: int) -> list[Act]:
    """First publication, its correction if the title was cut off, and the grant if there will be one."""
    month, filed = invention.month, invention.filed
    first = Act(
        told_on=published,
        what="published",
        publication=publication_id(office, delays.FIRST_KIND[office], published, month, place),
        published_on=published,
        application=application_id(office, filed, month, place, is_utility_model=False),
        filed=None if luck.undated < UNDATED_SHARE else filed,
        is_grant=False,
        invention=invention,
        # twins are told by their titles, so a dual filing keeps its own
        has_cut_title=luck.cut < CUT_TITLE_SHARE and not invention.is_device,
    )
    acts = [first]
    if first.has_cut_title:
        later = published + dt.timedelta(days=60 + int(luck.member_delay * 140))
        acts.append(replace(first, told_on=later, what="corrected", has_cut_title=False))
    granted = delays.publish_grant(office, filed, luck.grant_delay)
    if luck.grant < delays.GRANT_SHARE[office] and (office != "CN" or granted >= delays.NEW_CHINESE_KINDS):
        grant_id = publication_id(office, delays.GRANT_KIND[office], granted, month, place)
        acts.append(
            replace(
                first, told_on=granted, publication=grant_id, published_on=granted, is_grant=True, has_cut_title=False
            )
        )
    return acts


def act_of_utility_model(invention: Invention, luck: Luck, delay: float, place: int) -> Act:
    """Its one publication, which is its grant."""
    published = delays.publish_utility_model(invention.filed, delay)
    kind = "U" if published >= delays.NEW_CHINESE_KINDS else "Y"
    return Act(
        told_on=published,
        what="published",
        publication=publication_id("CN", kind, published, invention.month, place),
        published_on=published,
        application=application_id("CN", invention.filed, invention.month, place, is_utility_model=True),
        filed=None if luck.undated < UNDATED_SHARE else invention.filed,
        is_grant=True,
        # a utility model belongs to no family of its twin
        invention=replace(invention, family_id=None),
    )


def acts_of_family(invention: Invention, claimed: ApplicationId, luck: Luck, places: Places) -> Iterator[Act]:
    """The same invention abroad, filed within the priority year."""
    priority = Priority(str(claimed), "CN", invention.filed)
    abroad = replace(invention, filed=invention.filed + dt.timedelta(days=330 + int(luck.day * 34)))
    for office in _FAMILY_OFFICES[int(luck.members * len(_FAMILY_OFFICES))]:
        published = delays.publish_family_member(office, invention.filed, luck.member_delay)
        for act in acts_of_application(office, abroad, published, luck, places.take(office)):
            yield replace(act, priority=priority)


def withdraw(acts: list[Act]) -> list[Act]:
    """The office takes the record back some time after the first publication; nothing follows."""
    return [acts[0], replace(acts[0], told_on=acts[0].told_on + dt.timedelta(days=400), what="withdrawn")]
