"""What a backfill would do: calendar windows, which of them are done, what the others cost. `backfill` does it.

Which of them are done is known to `backfill_state`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import duckdb

from filingwatch import ingest, ledger, night
from filingwatch.backfill_state import FLOW, end_again, is_again, undone_windows
from filingwatch.errors import BadInput, FilingwatchError, Terminal
from filingwatch.journal import Journal
from filingwatch.settings import Settings
from filingwatch.sources.base import Estimate, LiveSource, Query, Window
from filingwatch.sources.registry import CONNECTORS, Connector
from filingwatch.warehouse import writer
from filingwatch.watch import read_watches

SAMPLED_WINDOWS = 6
"""So many windows are asked what they would cost; the others are taken for alike."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a backfill of one source would do. `problem` says why it cannot; `seconds` is the time at its pace."""

    source: str
    windows: int = 0
    done: int = 0
    estimate: Estimate | None = None
    seconds: float = 0.0
    week_share: float | None = None
    problem: str | None = None


def read_span(first: str, last: str, today: dt.date) -> Window:
    """The days from `first` on, and before `last`.

    Raises:
        BadInput: one is no day, they are the wrong way round, or they lie in the future.
    """
    try:
        start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    except ValueError as error:
        raise BadInput(f"{error}: write days as 2015-01-31.") from error
    if start >= end:
        raise BadInput(f"--from {start} must lie before --to {end}, which is the first day not asked for.")
    if end > today + dt.timedelta(days=1):
        raise BadInput(f"--to {end} lies in the future: nothing is published yet after {today}.")
    return Window(start, end)


def plan_windows(span: Window, days: int) -> list[Window]:
    """The span in pieces of about `days` with edges of the calendar, so that any two spans share their windows."""
    edges = _months(span, days) if days >= 28 else _days(span, days)
    inside = [edge for edge in edges if span.start < edge < span.end]
    starts = [span.start, *inside]
    return [Window(start, end) for start, end in zip(starts, [*inside, span.end], strict=True)]


def choose_connectors(
    settings: Settings, names: Sequence[str], connectors: Sequence[Connector] = CONNECTORS
) -> list[Connector]:
    """The configured sources of these names; without names all of them that can go back.

    Raises:
        BadInput: no such source, one is not configured, or none is.
    """
    unknown = sorted(set(names) - {one.name for one in connectors})
    if unknown:
        known = ", ".join(one.name for one in connectors)
        raise BadInput(f"There is no source {', '.join(unknown)}; use one of: {known}.")
    wanted = [one for one in connectors if not names or one.name in names]
    chosen = [one for one in wanted if one.is_configured(settings) and (names or one.goes_back)]
    if not chosen or (names and len(chosen) < len(wanted)):
        lacking = [one for one in wanted if one not in chosen]
        reasons = [
            f"{one.name} cannot go back" if one.is_configured(settings) else f"{one.name} needs {', '.join(one.needs)}"
            for one in lacking
        ]
        raise BadInput(f"Nothing to ask: {'; '.join(reasons)}. `filingwatch sources` says how to get them.")
    return chosen


def estimate(settings: Settings, span: Window, connectors: Sequence[Connector], *, again: bool = False) -> list[Plan]:
    """What is left to do and what it would cost, by a few cheap calls to each source, or why it cannot be done."""
    with night.session(settings, FLOW) as (run, _), writer(settings) as con:
        query = ask_all(settings, run, con)
        plans = [_plan_source(con, settings, run, one, query, span, again) for one in connectors]
        if again and not any(plan.done < plan.windows for plan in plans):
            end_again(con, query, span)
            plans = [_plan_source(con, settings, run, one, query, span, again) for one in connectors]
    return plans


def _plan_source(
    con: duckdb.DuckDBPyConnection, settings: Settings, run: ledger.Run, connector: Connector, query: Query,
    span: Window, again: bool,
) -> Plan:  # fmt: skip
    try:
        source = connector.build(settings)
    except FilingwatchError as error:
        return Plan(connector.name, problem=str(error))
    journal = Journal(con, run, source)
    try:
        return _plan(con, source, query, span, again)
    except FilingwatchError as error:
        return Plan(connector.name, problem=journal.hide(str(error)))
    finally:
        journal.close()


def _plan(con: duckdb.DuckDBPyConnection, source: LiveSource, query: Query, span: Window, again: bool) -> Plan:
    windows = windows_of(source, query, span)
    is_anew = again and not is_again(con, source.name, query, span)
    todo = windows if is_anew else undone_windows(con, source.name, query, windows)
    sample = _sample(todo)
    total = sum((source.estimate(replace(query, window=window)) for window in sample), Estimate(0, 0, 0))
    factor = len(todo) / max(1, len(sample))
    notes = [total.note] if total.note else []
    if len(sample) < len(todo):
        notes.append(f"from {len(sample)} of {len(todo)} windows")
    rounded = [round(factor * number) for number in (total.records, total.requests, total.bytes)]
    client = source.client
    return Plan(
        source.name, len(windows), len(windows) - len(todo), Estimate(*rounded, note="; ".join(notes)),
        seconds=rounded[1] * client.interval,
        week_share=None if client.policy.week_bytes is None else rounded[2] / client.policy.week_bytes,
    )  # fmt: skip


def _sample(windows: Sequence[Window]) -> list[Window]:
    """A few windows, evenly spread, the first and the last among them."""
    places = [round(step * (len(windows) - 1) / (SAMPLED_WINDOWS - 1)) for step in range(SAMPLED_WINDOWS)]
    return [windows[place] for place in dict.fromkeys(places)] if windows else []


def windows_of(source: LiveSource, query: Query, span: Window) -> list[Window]:
    """The windows of a source that can go back.

    Raises:
        Terminal: it cannot; the message says where older data come from.
    """
    if source.backfill_days > 0:
        return plan_windows(span, source.backfill_days)
    source.estimate(replace(query, window=span))
    raise Terminal(f"{source.name} cannot go back. Import a file that holds these years: `filingwatch import`.")


def ask_all(settings: Settings, run: ledger.Run, con: duckdb.DuckDBPyConnection) -> Query:
    """What all watches ask for. A backfill adds its windows."""
    return ingest.build_query(read_watches(settings), run.as_of, con)


def _months(span: Window, days: int) -> Iterator[dt.date]:
    """First days of months, counted from January, as many months apart as the days hold."""
    apart = max(count for count in (1, 2, 3, 4, 6, 12) if count * 28 <= days)
    for number in range(span.start.year * 12, span.end.year * 12 + 12, apart):
        yield dt.date(number // 12, number % 12 + 1, 1)


def _days(span: Window, days: int) -> Iterator[dt.date]:
    """Days at this distance, counted from a Monday."""
    monday = dt.date(1970, 1, 5).toordinal()
    first = monday + (span.start.toordinal() - monday) // days * days
    return (dt.date.fromordinal(day) for day in range(first, span.end.toordinal(), days))
