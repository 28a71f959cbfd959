"""What a fake office holds: invented publications, with the days on which the office loads, amends or deletes them."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, replace

from filingwatch.filing import ApplicationId, PublicationId

QUERY_TERMS = ("street lantern", "lantern network", "路灯网")
QUERY_CLASSES = ("G08B 13/196",)

_WANTED = ("Street lantern that counts passers-by", "Lantern network for a quiet square", "Pole with a street lantern",
           "Method of lighting a street lantern by footsteps", "Lantern network and its keeper")  # fmt: skip
_OTHER = ("Kettle with two spouts", "Hinge for garden gates", "Method of drying pears", "Sail made of reeds",
          "Comb for long beards")  # fmt: skip
_OFFICES = ("CN", "US", "EP", "WO", "DE", "KR")
_NAMES = (("LAMPWERK GMBH", "DE"), ("BRIGHT POLE LTD", "GB"), ("GLOW & SONS INC", "US"), ("夜光科技有限公司", "CN"),
          ("NIGHT LIGHT CO LTD", None))  # fmt: skip


@dataclass(frozen=True)
class Holding:
    """An invented publication. The office shows it from `loaded_on` (often after its publication) to `deleted_on`."""

    publication: PublicationId
    publication_date: dt.date
    application: ApplicationId
    filing_date: dt.date
    family: str
    title: str
    title_zh: str | None
    abstract: str | None
    applicants: tuple[tuple[str, str | None], ...]
    inventors: tuple[str, ...]
    cpc: tuple[str, ...]
    ipc: tuple[str, ...]
    priority: tuple[str, str, dt.date] | None
    loaded_on: dt.date
    amended_on: dt.date | None = None
    amended_title: str | None = None
    deleted_on: dt.date | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether it answers the invented watch: by words of its first title or by its class."""
        return "lantern" in self.title.lower() or any(symbol.startswith("G08B 13/196") for symbol in self.cpc)

    def title_on(self, day: dt.date) -> str:
        """The English title as the office gives it on a day."""
        return self.amended_title if self.amended_on and self.amended_title and self.amended_on <= day else self.title

    def is_visible(self, day: dt.date) -> bool:
        return self.loaded_on <= day and (self.deleted_on is None or day < self.deleted_on)


def invent_holdings(
    seed: int,
    count: int,
    first: dt.date,
    last: dt.date,
    *,
    office: str | None = None,
    matching: float = 1.0,
    first_place: int = 0,
) -> list[Holding]:
    """`count` distinct publications published within [first, last], by date; some late, amended or deleted later.

    About `matching` of them answer the invented watch (QUERY_TERMS, QUERY_CLASSES). Numbers follow from the place, so
    that two lists whose places differ have no publication in common.
    """
    chance = random.Random(seed)
    made = [_invent(chance, place, first, last, office, matching) for place in range(first_place, first_place + count)]
    return sorted(made, key=lambda holding: (holding.publication_date, str(holding.publication)))


def settled(holding: Holding) -> Holding:
    """The same publication, loaded on its day and never touched again."""
    return replace(holding, loaded_on=holding.publication_date, amended_on=None, amended_title=None, deleted_on=None)


def _invent(
    chance: random.Random, place: int, first: dt.date, last: dt.date, office: str | None, matching: float
) -> Holding:
    where = office or chance.choice(_OFFICES)
    published = first + dt.timedelta(days=chance.randint(0, (last - first).days))
    filed = published - dt.timedelta(days=chance.randint(150, 700))
    is_wanted = chance.random() < matching
    title = f"{chance.choice(_WANTED if is_wanted else _OTHER)}, no. {place}"
    loaded = published + dt.timedelta(days=chance.choice((0, 0, 0, 0, 1, 2, 7)))
    amended = loaded + dt.timedelta(days=chance.randint(1, 6)) if chance.random() < 0.1 else None
    deleted = loaded + dt.timedelta(days=chance.randint(7, 12)) if chance.random() < 0.04 else None
    cpc = ("G08B 13/19602", "F21S 8/085") if is_wanted and chance.random() < 0.6 else ("A47J 27/21",)
    return Holding(
        publication=_number(where, published, place),
        publication_date=published,
        application=_application(where, filed, place),
        filing_date=filed,
        family=str(70_000_000 + place),
        title=title,
        title_zh=f"街道路灯网 {place}" if where == "CN" and is_wanted else None,
        abstract=None if chance.random() < 0.25 else f"{title} is described; a lamp < 5 m & its post, part {place}.",
        applicants=tuple(chance.sample(_NAMES, chance.choice((1, 1, 2)))),
        inventors=("DOE JANE", "ROE RICHARD")[: chance.choice((1, 2))],
        cpc=cpc,
        ipc=("G08B 13/196",) if cpc[0].startswith("G08B") else ("A47J 27/21",),
        priority=_priority(where, filed, place) if chance.random() < 0.4 else None,
        loaded_on=loaded,
        amended_on=amended,
        amended_title=f"{title} (corrected)" if amended else None,
        deleted_on=deleted,
    )


def _number(office: str, published: dt.date, place: int) -> PublicationId:
    match office:
        case "CN":
            return PublicationId("CN", f"1{20_000_000 + place:08d}", "A")
        case "US" if place % 10 in (2, 5, 8):
            return PublicationId("US", f"{11_000_000 + place}", "B1")  # never published before
        case "US":
            return PublicationId("US", f"{published.year}{300_000 + place:06d}", "A1")
        case "EP":
            return PublicationId("EP", f"{4_000_000 + place:07d}", "A1")
        case "WO":
            return PublicationId("WO", f"{published.year}{100_000 + place:06d}", "A1")
        case "DE":
            return PublicationId("DE", f"10{published.year}{100_000 + place:06d}", "A1")
        case _:
            return PublicationId("KR", f"{published.year}{place:07d}", "A")


def _application(office: str, filed: dt.date, place: int) -> ApplicationId:
    match office:
        case "CN":
            return ApplicationId("CN", f"{filed.year}1{place:07d}")
        case "US":
            return ApplicationId("US", f"{18_000_000 + place:08d}")
        case _:
            return ApplicationId(office, f"{filed.year}{place:06d}")


def _priority(office: str, filed: dt.date, place: int) -> tuple[str, str, dt.date]:
    day = filed - dt.timedelta(days=180)
    return f"{day.year}{900_000 + place:06d}", "DE", day
