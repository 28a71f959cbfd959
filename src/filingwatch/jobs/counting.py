"""What is counted anew after the series were built, for all watches at once: completeness, how good nowcasts
were, and vintages.

A step runs when the series layer was built since it ran last; the first two also once a month, as months ripen.
Its rows and its ledger row commit together.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import duckdb

from filingwatch import history, ledger
from filingwatch.jobs.base import JobOutcome
from filingwatch.jobs.completeness import measure_completeness
from filingwatch.jobs.nowcast_scores import score_nowcasts
from filingwatch.jobs.vintages import take_vintages

VERSION = 2
_TRIANGLE = "select office, patent_type, filing_month, publication_month, filing_count, is_synthetic"


def count_again(con: duckdb.DuckDBPyConnection, run: ledger.Run) -> list[JobOutcome]:
    """Run each step whose input changed, and say of each what was done and why."""
    return [
        _run_step(con, run, "completeness", write_completeness, {"month": f"{run.as_of:%Y-%m}"}),
        _run_step(con, run, "nowcasts", write_nowcast_scores, {"month": f"{run.as_of:%Y-%m}"}),
        _run_step(con, run, "vintages", take_vintages, {}),
    ]


def write_completeness(con: duckdb.DuckDBPyConnection, run: ledger.Run) -> dict[str, Any]:
    """Measure the completeness of every month and replace what was said before; in the caller's transaction."""
    rows = measure_completeness(con.sql(f"{_TRIANGLE} from insight.fct_reporting_triangle").pl(), run.as_of)
    history.replace_rows(con, run, "completeness", "ml.filing_completeness", rows, None)
    return {"months": rows.height, "unknown": rows["completeness_share"].null_count()}


def write_nowcast_scores(con: duckdb.DuckDBPyConnection, run: ledger.Run) -> dict[str, Any]:
    """Score the nowcasts of past months and replace what was said before; in the caller's transaction."""
    rows = score_nowcasts(con.sql(f"{_TRIANGLE} from insight.fct_reporting_triangle").pl(), run.as_of)
    history.replace_rows(con, run, "nowcasts", "ml.nowcast_score", rows, None)
    return {"nowcasts": int(rows["nowcast_count"].sum() or 0)}


def _run_step(
    con: duckdb.DuckDBPyConnection,
    run: ledger.Run,
    name: str,
    work: Callable[[duckdb.DuckDBPyConnection, ledger.Run], dict[str, Any]],
    parameters: Mapping[str, Any],
) -> JobOutcome:
    started = time.monotonic()
    inputs = {"transform:series": _last_build(con)}
    key = hashlib.sha256(json.dumps([name, VERSION, parameters, inputs], sort_keys=True).encode()).hexdigest()
    last = ledger.last_job_run(con, name, "")
    with ledger.transaction(con):
        if last is not None and last.key == key:
            outcome = JobOutcome(name, "", "current", "nothing it reads has changed", {}, 0.0)
        else:
            reason = "first run" if last is None else "the series were built again, or another month began"
            outcome = JobOutcome(name, "", "ran", reason, work(con, run), time.monotonic() - started)
        ledger.record_job_run(con, run, outcome, key=key, version=VERSION, parameters=parameters, inputs=inputs)
    return outcome


def _last_build(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute(
        "select max(decided_at)::varchar from ops.job_run where job = 'transform:series' and status = 'ran'"
    ).fetchall()
    return [str(rows[0][0])]
