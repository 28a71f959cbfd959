"""Asking a past night again: the changepoint job on what was known then must give the very rows that it gave then.

The tables of that night are put together by `as_of`; what the job knew before it comes from the logs of `history`. A
night is comparable when job, parameters, watch and every table that it read are the same, which its key tells.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import duckdb
import polars as pl

from filingwatch import history
from filingwatch.jobs.base import Change, JobResult, Read, fingerprint, job_key, read_frame
from filingwatch.jobs.changepoints import ChangepointJob
from filingwatch.ledger import Run
from filingwatch.watch import Watch

_TABLES = ("ml.changepoint", "ml.series_verdict", "ml.series_fit", "ml.pipeline_finding")


@dataclass(frozen=True, slots=True)
class Replay:
    """One past run of the job for one watch, asked again. `differing` counts, for each table, the rows that only one
    of the two has; `why` says in words why a night cannot be compared."""

    watch: str
    run_id: str
    as_of: dt.date
    verdict: Literal["same", "different", "not comparable"]
    why: str = ""
    differing: Mapping[str, int] = field(default_factory=dict)


def replay_night(con: duckdb.DuckDBPyConnection, day: dt.date, then: str) -> list[Replay]:
    """Every watch's last run of the job on or before a day, asked again; empty when there was none.

    `con` uses the working file and writes nothing; `then` names an attached database that holds the tables of `insight`
    as they were at the end of that day.
    """
    past = con.execute(
        "select job_run.watch, arg_max(job_run.run_id, decided_at), max(decided_at) "
        "from ops.job_run as job_run inner join ops.run as run using (run_id) "
        "where job = ? and job_run.status = 'ran' and run.as_of <= ? group by job_run.watch order by job_run.watch",
        [ChangepointJob.name, day],
    ).fetchall()
    return [_replay(con, watch, run_id, decided_at, then) for watch, run_id, decided_at in past]


def _replay(con: duckdb.DuckDBPyConnection, name: str, run_id: str, decided_at: dt.datetime, then: str) -> Replay:
    run = Run(
        *con.execute("select run_id, flow, as_of, started_at from ops.run where run_id = ?", [run_id]).fetchall()[0]
    )
    told = Replay(name, run_id, run.as_of, "not comparable")
    watch, why = _watch_of(con, name, run, then)
    if watch is None:
        return replace(told, why=why)
    before, after = (_runs_until(name, decided_at, sign) for sign in ("<", "<="))
    job = ChangepointJob()
    tables = {read.table: read_frame(con, _of(read, then), watch) for read in job.reads}
    prior = {table: _said(con, table, name, before) for table in _TABLES}
    result = job.run(tables, prior, watch, run)
    if not _is_same_model(con, result):
        return replace(told, why="the parameters of its method were others; see ml.model")
    differing = _compare(con, result, prior, {table: _said(con, table, name, after) for table in _TABLES}, run_id)
    return replace(told, verdict="different" if differing else "same", differing=differing)


def _watch_of(con: duckdb.DuckDBPyConnection, name: str, run: Run, then: str) -> tuple[Watch | None, str]:
    """The watch as it was, known by the key of the run; or None and why the key cannot be had again."""
    key, version, inputs = con.execute(
        "select key, version, inputs from ops.job_run where run_id = ? and job = ? and watch = ? and status = 'ran'",
        [run.run_id, ChangepointJob.name, name],
    ).fetchall()[0]
    job = ChangepointJob()
    if version != job.version:
        return None, f"it was made by version {version} of the job, this is version {job.version}"
    for (definition,) in con.execute("select definition from raw.watch where watch = ?", [name]).fetchall():
        watch = Watch.model_validate_json(definition)
        now = {read.table: fingerprint(con, _of(read, then), watch) for read in job.reads if read.decides}
        if job_key(job, job.parameters(watch, run.as_of), watch, now) == key:
            return watch, ""
    changed = [table for table, was in json.loads(inputs).items() if now.get(table) != was]
    return None, f"not the same as that night: {', '.join(changed) or 'the watch'}"


def _of(read: Read, then: str) -> Read:
    return replace(read, table=f"{then}.{read.table}")


def _runs_until(watch: str, decided_at: dt.datetime, sign: str) -> str:
    return (
        f"select run_id from ops.job_run where job = '{ChangepointJob.name}' and watch = '{watch}' "
        f"and status = 'ran' and decided_at {sign} timestamp '{decided_at}'"
    )


def _said(con: duckdb.DuckDBPyConnection, table: str, watch: str, known: str) -> pl.DataFrame:
    """The rows of a table for a watch as the last of these runs left them."""
    database = con.execute("select current_database()").fetchall()[0][0]
    if not history.has_log(con, table, database):
        return con.sql(f"from {table} limit 0").pl()
    return con.sql(f"from ({history.answer_of(con, table, database, known)}) where watch = ?", params=[watch]).pl()


def _is_same_model(con: duckdb.DuckDBPyConnection, result: JobResult) -> bool:
    (now,) = result.append["ml.model"].iter_rows(named=True)
    was = con.execute("select parameters from ml.model where model_id = ?", [now["model_id"]]).fetchall()
    return bool(was) and json.loads(was[0][0]) == json.loads(now["parameters"])


def _compare(
    con: duckdb.DuckDBPyConnection,
    result: JobResult,
    prior: Mapping[str, pl.DataFrame],
    said: Mapping[str, pl.DataFrame],
    run_id: str,
) -> dict[str, int]:
    now = {**result.replace, **{table: apply(prior[table], change) for table, change in result.change.items()}}
    log = con.sql("from ml.changepoint_event where run_id = ?", params=[run_id]).pl()
    ours = [*now["ml.changepoint"]["changepoint_id"], *said["ml.changepoint"]["changepoint_id"]]
    pairs = {table: (now[table], said[table]) for table in _TABLES}
    pairs["ml.changepoint_event"] = (
        result.append["ml.changepoint_event"],
        log.filter(pl.col("changepoint_id").is_in(ours)),
    )
    differing = {table: _count_differing(*pair) for table, pair in pairs.items()}
    return {table: count for table, count in differing.items() if count}


def apply(prior: pl.DataFrame, change: Change) -> pl.DataFrame:
    """What a table of fitted months holds after a change."""
    key = ["series_id", "filing_month"]
    standing = prior.join(change.gone, on=key, how="anti").join(change.rows, on=key, how="anti")
    return pl.concat([standing.select(change.rows.columns), change.rows])


def _count_differing(one: pl.DataFrame, other: pl.DataFrame) -> int:
    bags = [Counter(map(repr, frame.select(one.columns).iter_rows())) for frame in (one, other)]
    return ((bags[0] - bags[1]) + (bags[1] - bags[0])).total()
