"""The ledger: runs, cursors, outcomes, job keys and the outbox, as tables of the working file.

Each function is one statement or one short transaction; what the numbers mean belongs to the callers.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import duckdb
import polars as pl

from filingwatch import __version__
from filingwatch.alerts import Alert
from filingwatch.warehouse import utc_now

if TYPE_CHECKING:
    from filingwatch.jobs.base import JobOutcome
    from filingwatch.sources.http import Attempt

_REQUEST_COLUMNS = {
    "run_id": pl.String, "source": pl.String, "attempted_at": pl.Datetime, "request": pl.String, "status": pl.String,
    "message": pl.String, "payload_bytes": pl.Int64, "record_count": pl.Int32, "reject_count": pl.Int32,
    "seconds": pl.Float64, "kind": pl.String, "http_status": pl.Int32,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a flow. `as_of` is the day until which it may know."""

    run_id: str
    flow: str
    as_of: dt.date
    started_at: dt.datetime = field(default_factory=utc_now)


@dataclass(frozen=True, slots=True)
class LastJobRun:
    """What a job was decided on last: its key and the parts of it."""

    key: str
    version: int
    parameters: Mapping[str, Any]
    inputs: Mapping[str, list[str]]


def new_run(flow: str, as_of: dt.date) -> Run:
    """A run with an id that sorts by time and is unlike any other."""
    now = utc_now()
    return Run(f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}", flow, as_of, now)


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of the block commits, or none of it."""
    con.execute("begin")
    try:
        yield
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise


def insert(con: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    """Append a frame to a table by column names."""
    if not frame.is_empty():
        con.register("incoming", frame)
        con.execute(f"insert into {table} by name select * from incoming")
        con.unregister("incoming")


def start_run(con: duckdb.DuckDBPyConnection, run: Run) -> list[str]:
    """Record that a run began; runs that never ended are marked as interrupted and returned by id."""
    with transaction(con):
        left = con.execute(
            "update ops.run set status = 'interrupted', message = 'the process ended without saying so' "
            "where status = 'running' returning run_id"
        ).fetchall()
        con.execute(
            "insert into ops.run (run_id, flow, as_of, started_at, status, project_version) "
            "values (?, ?, ?, ?, 'running', ?)",
            [run.run_id, run.flow, run.as_of, run.started_at, __version__],
        )
    return [row[0] for row in left]


def finish_run(
    con: duckdb.DuckDBPyConnection, run: Run, status: str, figures: Mapping[str, Any], message: str | None = None
) -> None:
    con.execute(
        "update ops.run set status = ?, finished_at = ?, figures = ?, message = ? where run_id = ?",
        [status, utc_now(), to_json(figures), message, run.run_id],
    )


def read_cursor(con: duckdb.DuckDBPyConnection, source: str, key: str = "") -> Mapping[str, Any] | None:
    row = con.execute("select value from ops.cursor where source = ? and key = ?", [source, key]).fetchone()
    return None if row is None else json.loads(row[0])


def write_cursor(
    con: duckdb.DuckDBPyConnection, run: Run, source: str, value: Mapping[str, Any], key: str = ""
) -> None:
    con.execute(
        "insert or replace into ops.cursor values (?, ?, ?, ?, ?)", [source, key, to_json(value), run.run_id, utc_now()]
    )


def forget_cursor(con: duckdb.DuckDBPyConnection, source: str, key: str) -> None:
    con.execute("delete from ops.cursor where source = ? and key = ?", [source, key])


def record_outcome(
    con: duckdb.DuckDBPyConnection,
    run: Run,
    source: str,
    kind: Literal["page", "end"],
    status: str,
    *,
    feed: str | None = None,
    request: Mapping[str, Any] | None = None,
    message: str | None = None,
    payload_bytes: int | None = None,
    record_count: int = 0,
    reject_count: int = 0,
    seconds: float | None = None,
) -> None:
    """A page that was landed, or how a source or a file ended. Only pages count records."""
    con.execute(
        "insert into ops.outcome by name select ? as run_id, ? as source, ? as feed, ?::timestamp as attempted_at, "
        "?::json as request, ? as status, ? as message, ?::bigint as payload_bytes, ?::integer as record_count, "
        "?::integer as reject_count, ?::double as seconds, ? as kind",
        [
            run.run_id, source, feed, utc_now(), None if request is None else to_json(request), status, message,
            payload_bytes, record_count, reject_count, seconds, kind,
        ],
    )  # fmt: skip


def record_attempts(con: duckdb.DuckDBPyConnection, run: Run, source: str, attempts: Sequence[Attempt]) -> None:
    """Every request that was made of an office, whatever came of it."""
    rows = [
        (run.run_id, source, one.attempted_at.astimezone(dt.UTC).replace(tzinfo=None), to_json(one.request), one.status,
         one.message, one.bytes, 0, 0, one.seconds, "request", one.http_status)
        for one in attempts
    ]  # fmt: skip
    if rows:
        insert(con, "ops.outcome", pl.DataFrame(rows, schema=_REQUEST_COLUMNS, orient="row"))


def last_job_run(con: duckdb.DuckDBPyConnection, job: str, watch: str) -> LastJobRun | None:
    """The key that was committed last for a job and watch (not any earlier one: A -> B -> A must run again).

    The key is empty when the job began later and did not end: whatever it left behind is not to be trusted.
    """
    row = con.execute(
        "select if(status = 'ran', key, ''), version, parameters, inputs from ops.job_run "
        "where job = ? and watch = ? and status in ('ran', 'failed') order by decided_at desc limit 1",
        [job, watch],
    ).fetchone()
    return None if row is None else LastJobRun(row[0], row[1], json.loads(row[2]), json.loads(row[3]))


def record_job_run(
    con: duckdb.DuckDBPyConnection,
    run: Run,
    outcome: JobOutcome,
    *,
    key: str,
    version: int,
    parameters: Mapping[str, Any],
    inputs: Mapping[str, Any],
) -> None:
    con.execute(
        "insert into ops.job_run values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            run.run_id, outcome.job, outcome.watch, outcome.status, key, outcome.reason, version, to_json(parameters),
            to_json(inputs), to_json(outcome.figures), utc_now(), outcome.seconds,
        ],
    )  # fmt: skip


def forget_begun(con: duckdb.DuckDBPyConnection, run: Run, job: str) -> None:
    """Take back the `failed` row with which this run marked the beginning of a job that has ended well."""
    con.execute("delete from ops.job_run where run_id = ? and job = ? and status = 'failed'", [run.run_id, job])


def put_alert(con: duckdb.DuckDBPyConnection, run: Run, alert: Alert) -> None:
    """Put an alert into the outbox; one that is there already (the same news) stays as it is."""
    con.execute(
        "insert or ignore into ops.alert values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            alert.alert_id, run.run_id, alert.audience, alert.watch, alert.event, alert.subject, alert.body,
            to_json(alert.evidence), alert.is_synthetic, utc_now(),
        ],
    )  # fmt: skip


def to_json(value: Any) -> str:
    """Plain JSON for a ledger column; dates become text.

    Raises:
        ValueError: NaN or infinity, which JSON does not know.
    """
    return writable(json.dumps(value, ensure_ascii=False, default=str, allow_nan=False))


def writable(text: str) -> str:
    """The text with question marks for halves of characters: JSON of strangers may hold them, UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")
