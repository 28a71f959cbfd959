"""A look at every source behind a network: is it configured, does it work now, how current is what it brought.

One cheap call each, made in a hurry: nothing is repeated for long, nothing is landed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import duckdb

from filingwatch import freshness
from filingwatch.errors import FilingwatchError, Transient
from filingwatch.freshness import SourceState
from filingwatch.ingest import describe_bug
from filingwatch.lock import night_holder
from filingwatch.settings import Settings
from filingwatch.sources.http import SYSTEM_CLOCK, Clock
from filingwatch.sources.registry import CONNECTORS, Connector
from filingwatch.warehouse import reader, writer

MOST_WAIT_SECONDS = 15.0
"""What a person who asks whether a source works is made to wait for it, beside the calls themselves."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known of one source. `works` is None when it was not asked; `found` is what was seen, or what is wrong
    and what to do."""

    name: str
    title: str
    covers: str
    terms: str
    needs: Mapping[str, str]
    missing: Sequence[str]
    is_configured: bool
    works: bool | None
    found: str
    state: SourceState | None


class HurriedClock:
    """Real time that nobody has much of: a long wait is an answer too."""

    def __init__(self, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock = clock
        self._slept = 0.0

    def now(self) -> dt.datetime:
        return self._clock.now()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait, unless it takes long.

        Raises:
            Transient: it would take longer than a person waits.
        """
        self._slept += seconds
        if self._slept > MOST_WAIT_SECONDS:
            raise Transient(f"It does not answer yet and would be asked again in {seconds:,.0f} s. Try again later.")
        self._clock.sleep(seconds)


def survey_sources(
    settings: Settings,
    *,
    ask: bool = True,
    connectors: Sequence[Connector] = CONNECTORS,
    clock: Clock = SYSTEM_CLOCK,
) -> list[Survey]:
    """Every source, configured or not, in the order in which a night asks them."""
    states = _read_states(settings)
    return [_survey(settings, one, states.get(one.name), ask, clock) for one in connectors]


def _survey(settings: Settings, connector: Connector, state: SourceState | None, ask: bool, clock: Clock) -> Survey:
    configured = connector.is_configured(settings)
    works, found = None, "not configured" if not configured else "configured, not asked"
    if configured and ask:
        works, found = _probe(settings, connector, HurriedClock(clock))
    return Survey(
        connector.name, connector.title, connector.covers, connector.terms, dict(connector.needs),
        connector.missing(settings), configured, works, found, state,
    )  # fmt: skip


def _probe(settings: Settings, connector: Connector, clock: Clock) -> tuple[bool, str]:
    try:
        source = connector.build(settings, clock)
    except FilingwatchError as error:
        return False, str(error)
    with closing(source.client):
        try:
            return True, source.probe()
        except FilingwatchError as error:
            return False, source.client.hide(str(error))
        except Exception as bug:
            return False, source.client.hide(describe_bug(bug))


def _read_states(settings: Settings) -> Mapping[str, SourceState]:
    """From the working file while nobody holds it, else from the published one; empty when neither knows."""
    try:
        if settings.working_file.exists() and night_holder(settings) is None:
            with writer(settings) as con:
                return freshness.read_states(con)
    except Transient:
        pass
    try:
        with reader(settings) as con:
            return freshness.read_states(con)
    except (FilingwatchError, duckdb.CatalogException):  # none yet, or one that an older filingwatch published
        return {}
