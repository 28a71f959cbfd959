"""When a layer of the warehouse is built, and whether it may take in what changed instead of being built whole.

What is built belongs to the dbt project, running it to `transform`, the order of a night to `night`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import duckdb

from filingwatch import ledger

_APPEND_ONLY = (
    "raw.publication",
    "raw.page",
    "raw.sighting",
    "raw.reject",
    "raw.watch",
    "raw.decision",
    "raw.background",
    "raw.export_case",
)
_KEPT = ("core", "series")
"""The layers with tables that are kept from build to build."""

_UPSTREAM: dict[str, tuple[str, ...]] = {
    "core": (),
    "series": ("transform:core", "applicants", "relevance", "topics", "pipeline"),
    "findings": ("transform:series", "rights", "emergence", "changepoints", "completeness", "nowcasts", "vintages"),
}


def why_now(last: ledger.LastJobRun | None, inputs: Mapping[str, list[str]]) -> str:
    """Why a layer is built at all, in words."""
    if last is None:
        return "first run"
    if not last.key:
        return "the last time it began it did not end"
    changed = [name for name, value in inputs.items() if last.inputs.get(name) != value]
    return f"changed: {', '.join(changed) or 'dbt project or month'}"


def why_whole(
    con: duckdb.DuckDBPyConnection,
    layer: str,
    last: ledger.LastJobRun | None,
    parameters: Mapping[str, Any],
    as_of: dt.date,
) -> str | None:
    """Why a layer cannot take in what changed but must be built whole; None when it can."""
    if layer not in _KEPT:
        return None
    if last is None:
        return "first build"
    if not last.key:
        return "the last build did not end"
    if changed := [name for name, value in parameters.items() if last.parameters.get(name) != value]:
        return f"another {' and '.join(changed)}"
    later = con.execute(
        "select count(*) from ops.job_run inner join ops.run using (run_id) "
        "where job = ? and job_run.status = 'ran' and as_of > ?",
        [f"transform:{layer}", as_of],
    ).fetchall()[0][0]
    return "an earlier day than before" if later else None


def kinds_of_filings(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Real ones retire invented ones, which touches every table."""
    [(there,)] = con.execute("select coalesce(bool_or(not is_synthetic), false) from raw.publication").fetchall()
    return {"filings": "real" if there else "invented"}


def read_inputs(con: duckdb.DuckDBPyConnection, layer: str, as_of: dt.date) -> dict[str, list[str]]:
    """What a layer is built from: rows of append-only tables, and the keys of what ran before it."""
    inputs = {}
    if layer == "core":
        for table in _APPEND_ONLY:
            inputs[table] = [str(con.execute(f"select count(*) from {table}").fetchall()[0][0])]
        # what lies ahead of the day is not believed yet: the count changes on the day when it is
        ahead = con.execute(
            "select count(*) from raw.publication where publication_date > ? or filing_date > ?", [as_of, as_of]
        ).fetchall()[0][0]
        inputs["raw.publication"].append(str(ahead))
    for job in _UPSTREAM[layer]:
        rows = con.execute(
            "select watch, arg_max(key, decided_at), max(decided_at)::varchar from ops.job_run "
            "where job = ? and status = 'ran' group by all order by all",
            [job],
        ).fetchall()
        inputs[job] = [f"{watch}:{key}:{at}" for watch, key, at in rows]
    return inputs
