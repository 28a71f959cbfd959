"""How current each source is: its last word, the day through which its data are complete, since when they are stale.

`stale_since` is the first day of which data may be missing. A source that ends well is not stale.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import duckdb

from filingwatch import ledger
from filingwatch.alerts import Alert
from filingwatch.settings import Settings
from filingwatch.sources.registry import CONNECTORS, Connector
from filingwatch.warehouse import utc_now

ENDED_WELL = ("ok", "nothing_new")


@dataclass(frozen=True, slots=True)
class SourceState:
    """The last word on one source, as in ops.source_state."""

    source: str
    run_id: str
    status: str
    asked_at: dt.datetime
    answered_at: dt.datetime | None
    complete_through: dt.date | None
    stale_since: dt.date | None
    message: str | None


def record_state(
    con: duckdb.DuckDBPyConnection, run: ledger.Run, source: str, status: str, message: str | None
) -> None:
    """Keep how a source ended tonight. Only a good end moves its days on: what ended badly may lack any of them."""
    before = read_states(con).get(source)
    now, through = utc_now(), _complete_through(con, source)
    if status in ENDED_WELL:
        state = SourceState(source, run.run_id, "ok", now, now, through, None, message)
    else:
        answered = before.answered_at if before else None
        if before is not None:
            through = before.complete_through
        elif through is not None:
            through = min(through, run.as_of - dt.timedelta(days=1))
        stale = _stale_since(run.as_of, through, before)
        state = SourceState(source, run.run_id, status, now, answered, through, stale, message)
    con.execute("insert or replace into ops.source_state values (?, ?, ?, ?, ?, ?, ?, ?)", list(asdict(state).values()))


def ask_again(con: duckdb.DuckDBPyConnection, run: ledger.Run, source: str) -> None:
    """Let the next night begin at the first day that may lack data. Sources that are not asked by day stay as is."""
    cursor, state = ledger.read_cursor(con, source), read_states(con)[source]
    if state.stale_since is None or cursor is None or not isinstance(cursor.get("through"), str):
        return
    through = min(cursor["through"], state.stale_since.isoformat())
    ledger.write_cursor(con, run, source, {**cursor, "through": through})


def read_states(con: duckdb.DuckDBPyConnection) -> dict[str, SourceState]:
    """The last word on each source, by name."""
    names = ", ".join(SourceState.__slots__)
    rows = con.execute(f"select {names} from ops.source_state order by source").fetchall()
    return {row[0]: SourceState(*row) for row in rows}


def report_sources(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    used: Sequence[str],
    connectors: Sequence[Connector] = CONNECTORS,
) -> dict[str, Any]:
    """What a run says about its sources, as plain data: those it uses, those not configured, those that are stale.

    A source that was used and is not configured any more is stale from the day of its last word on.
    """
    states = read_states(con)
    missing = {one.name: list(one.missing(settings)) for one in connectors if not one.is_configured(settings)}
    for name in states.keys() & missing.keys():
        if states[name].stale_since is None:
            last = states[name].complete_through or states[name].asked_at.date()
            states[name] = replace(states[name], status="not configured any more", stale_since=last)
    stale = [one for one in states.values() if one.stale_since is not None and one.source in {*used, *missing}]
    return {
        "used": list(used),
        "not_configured": missing,
        "stale": [
            {"source": one.source, "since": str(one.stale_since), "status": one.status, "message": one.message}
            for one in stale
        ],
    }


def describe_sources(report: Mapping[str, Any]) -> list[str]:
    """The report in lines for people: the stale sources first."""
    lines = [
        f"stale: {one['source']} since {one['since']}, {one['status']}" + (f": {one['message']}" * bool(one["message"]))
        for one in report["stale"]
    ]
    used = f"used: {', '.join(report['used']) or 'none'}"
    missing = ", ".join(f"{name} ({', '.join(needs)})" for name, needs in report["not_configured"].items())
    return [*lines, used + (f"; not configured: {missing}: filingwatch sources" if missing else "")]


def add_caveat(con: duckdb.DuckDBPyConnection, alert: Alert, stale: Sequence[Mapping[str, Any]]) -> Alert:
    """The alert with a line about the stale sources that its series are made of, and with their state as evidence."""
    feeding = _feeding(con, [one["source"] for one in stale], _offices_of(alert))
    named = [one for one in stale if one["source"] in feeding]
    if not named:
        return alert
    words = ", ".join(f"{one['source']} since {one['since']} ({one['status']})" for one in named)
    line = f"Not all sources are current: {words}. The newest months may lack filings for that reason alone."
    return replace(alert, body=f"{alert.body}\n{line}\n", evidence={**alert.evidence, "stale_sources": named})


def _complete_through(con: duckdb.DuckDBPyConnection, source: str) -> dt.date | None:
    """The day before the cursor's `through`."""
    through = (ledger.read_cursor(con, source) or {}).get("through")
    return dt.date.fromisoformat(through) - dt.timedelta(days=1) if isinstance(through, str) else None


def _stale_since(as_of: dt.date, complete_through: dt.date | None, before: SourceState | None) -> dt.date:
    if before is not None and before.stale_since is not None:
        return min(before.stale_since, as_of)
    if complete_through is not None:
        return min(complete_through + dt.timedelta(days=1), as_of)
    return before.answered_at.date() if before is not None and before.answered_at else as_of


def _offices_of(alert: Alert) -> list[str]:
    """The offices that the series of an alert are restricted to; empty when one of them is not restricted."""
    offices: list[str] = []
    for member in alert.evidence.get("members", []):
        cells = dict(part.split("=", 1) for part in str(member["series_id"]).split("/") if "=" in part)
        if "office" not in cells:
            return []
        offices += cells["office"].split("+")
    return offices


def _feeding(con: duckdb.DuckDBPyConnection, sources: Sequence[str], offices: Sequence[str]) -> set[str]:
    """Which of the sources have brought filings, of these offices if any are named."""
    if not sources:
        return set()
    rows = con.execute(
        "select distinct source from raw.publication where list_contains(?, source) "
        "and (len(?) = 0 or list_contains(?, office))",
        [list(sources), list(offices), list(offices)],
    ).fetchall()
    return {row[0] for row in rows}
