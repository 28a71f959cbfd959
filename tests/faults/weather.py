"""Many nights of one source against its fake office: random faults, random kills, late, amended and deleted records.

Here is how the nights are played; what must hold afterwards is in test_offices.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from filingwatch import ingest, ledger
from filingwatch.landing import Landed
from filingwatch.settings import Settings
from filingwatch.sources.base import LiveSource, Query
from filingwatch.sources.pace import Clock
from filingwatch.warehouse import writer
from tests.clocks import FakeClock
from tests.fake_offices.__main__ import office_class
from tests.fake_offices.holdings import QUERY_CLASSES, QUERY_TERMS, Holding, invent_holdings
from tests.fake_offices.serving import GENERIC_FAULTS, FakeOffice, Faults

FIRST = dt.date(2026, 11, 2)
NIGHTS = 5
"""Nights under weather, one a day."""
QUIET = (8, 18, 33)
"""Days after the first on which quiet nights follow: by the last one every late, amended and deleted record is told."""
MOST_RUNS = 60
KEY, SECRET = "7Qx-key-of-the-test-4d", "9Zw-secret-of-the-test-8f"
CREDENTIALS: dict[str, dict[str, Any]] = {
    "ops": {"credential": (KEY, SECRET)}, "docdb": {}, "uspto": {"keys": (KEY,)}, "lens": {"token": KEY},
}  # fmt: skip


class Killed(BaseException):
    """The process ends here, as by SIGKILL: nothing of ours may catch it."""


class FatalClock(FakeClock):
    """A clock that kills now and then while somebody waits."""

    def __init__(self, chance: random.Random, share: float) -> None:
        super().__init__()
        self._chance = chance
        self.share = share

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self._chance.random() < self.share:
            raise Killed


def build_ops(url: str, folder: Path, clock: Clock) -> LiveSource:
    from filingwatch.sources.ops import OpsSource

    return OpsSource(SecretStr(KEY), SecretStr(SECRET), url, clock=clock)


def build_docdb(url: str, folder: Path, clock: Clock) -> LiveSource:
    from filingwatch.sources.docdb import DocdbSource

    return DocdbSource(url, folder, clock=clock)


def build_uspto(url: str, folder: Path, clock: Clock) -> LiveSource:
    from filingwatch.sources.uspto import UsptoSource

    return UsptoSource(SecretStr(KEY), url, folder, clock=clock)


def build_lens(url: str, folder: Path, clock: Clock) -> LiveSource:
    from filingwatch.sources.lens import LensSource

    return LensSource(SecretStr(KEY), url, clock=clock)


BUILD: dict[str, Callable[[str, Path, Clock], LiveSource]] = {
    "ops": build_ops, "docdb": build_docdb, "uspto": build_uspto, "lens": build_lens,
}  # fmt: skip


@dataclass(frozen=True)
class Played:
    """What became of the nights: the office as it was at the end, the last day, and counts of what went wrong."""

    office: FakeOffice
    last_day: dt.date
    kills: int
    runs: int


SHARES = {"ops": 0.3, "docdb": 0.3, "uspto": 0.15, "lens": 0.1}
"""How many requests are disturbed; more where a night has few of them."""


def play(settings: Settings, name: str, seed: int, count: int, *, worse: float = 1.0, kills: float = 0.05) -> Played:
    """Nights under weather, each begun again when it was killed; then quiet ones, run until they end well."""
    chance = random.Random(seed)
    kind = office_class(name)
    last = FIRST + dt.timedelta(days=NIGHTS - 1)
    holdings = invent_holdings(
        seed, count, FIRST - dt.timedelta(days=12), last, office="US" if name == "uspto" else None, matching=0.7
    )
    faults = Faults(seed, worse * SHARES[name], GENERIC_FAULTS + kind.own_faults)
    office = kind(holdings, faults=faults, today=FIRST, **CREDENTIALS[name])
    clock, made, runs = FatalClock(chance, kills), 0, 0
    with office.serving() as url:
        build = partial(BUILD[name], url, settings.downloads / name, clock)
        for night in (*range(NIGHTS), *QUIET):
            day, is_quiet = FIRST + dt.timedelta(days=night), night in QUIET
            if is_quiet:
                office.faults, clock.share = Faults(seed), 0.0
            office.today = day
            clock.turn_to(day)
            for _ in range(MOST_RUNS):
                runs += 1
                try:
                    ended = run_once(replace(settings, today=day), build(), chance, clock.share)
                except Killed:
                    made += 1
                    continue
                if not is_quiet or has_ended_well(ended):
                    break
            assert not is_quiet or has_ended_well(ended), f"a quiet night ended as {ended.status}: {ended.error}"
    return Played(office, day, made, runs)


def run_once(settings: Settings, source: LiveSource, chance: random.Random, share: float) -> ingest.SourceResult:
    """One ingest of one source, killed now and then between two pages."""

    def maybe_kill(landed: Landed) -> None:
        if chance.random() < share:
            raise Killed

    with writer(settings) as con:
        run = ledger.new_run("ingest", settings.today)
        ledger.start_run(con, run)
        query = Query(settings.today, QUERY_TERMS, QUERY_CLASSES, known=partial(ingest.known_publications, con))
        result = ingest.ingest_source(con, settings, run, source, query, maybe_kill)
        ledger.finish_run(con, run, "succeeded", {})
    return result


def has_ended_well(ended: ingest.SourceResult) -> bool:
    """Through to the end; that an office which holds nothing new any more looks suspicious is right."""
    return ended.status in ("ok", "nothing_new") or ended.event == "volume collapsed"


def wanted(office: FakeOffice) -> list[Holding]:
    """What answers the watch, whatever its fate."""
    return [holding for holding in office.holdings if holding.is_wanted]
