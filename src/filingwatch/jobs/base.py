"""The protocol of a job, and the one place that decides whether it has to run.

A job runs when the key of (name, version, parameters, watch version, fingerprints of what it reads) differs from the
key that was committed last for that job and watch. Its rows, its key and its alerts commit in one transaction.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import duckdb
import polars as pl

from filingwatch import history, ledger
from filingwatch.alerts import Alert
from filingwatch.jobs.corpus import Corpus
from filingwatch.watch import Watch

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Read:
    """A table that a job reads: only these columns count when it is decided whether the input changed.

    `per_watch` restricts rows to `watch = <the watch>`; `where` is fixed SQL of the job, without values from outside.
    A table with `is_large` is not handed over: the job asks the corpus for what it needs of it. One that does not
    `decide` is read, but what changes in it is told by another that does.
    """

    table: str
    columns: tuple[str, ...]
    per_watch: bool = False
    where: str = "true"
    is_large: bool = False
    decides: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """Rows to put in the place of those with the same key, and keys (columns of the primary key) of rows to drop."""

    rows: pl.DataFrame
    gone: pl.DataFrame


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a job says. `replace` takes the place of all rows of this watch in a table; `append` is added to it.

    Of a job that is not per watch, `replace` takes the place of all rows. `change` leaves rows standing that it does
    not name.
    """

    replace: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    change: Mapping[str, Change] = field(default_factory=dict)
    append: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    alerts: Sequence[Alert] = ()


class Job(Protocol):
    """An analysis. `reads` equals the dbt exposure of the same name; `prior` lists what the job said before.

    A job runs once for each watch, unless it says `is_per_watch = False`: then it runs once, its watch is None, and its
    tables have no column of that name. A job that says `reads_corpus = True` is handed the corpus after the run.
    """

    name: str
    version: int
    reads: tuple[Read, ...]
    prior: tuple[str | Read, ...]

    def parameters(self, watch: Watch, as_of: dt.date) -> Mapping[str, Any]:
        """What else the answer depends on, as plain JSON data; belongs to the key."""
        ...

    def run(self, tables: Tables, prior: Tables, watch: Watch, run: ledger.Run) -> JobResult:
        """The answer for these tables (polars in, polars out); pure given its seed."""
        ...


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """What became of one job in one run, as written to ops.job_run."""

    job: str
    watch: str
    status: str
    reason: str
    figures: Mapping[str, Any]
    seconds: float


class WholeJob(Protocol):
    """An analysis of all filings, whatever the watches ask: as `Job`, but run once."""

    name: str
    version: int
    is_per_watch: bool
    reads: tuple[Read, ...]
    prior: tuple[str | Read, ...]

    def parameters(self, watch: None, as_of: dt.date) -> Mapping[str, Any]:
        """What else the answer depends on, as plain JSON data; belongs to the key."""
        ...

    def run(self, tables: Tables, prior: Tables, watch: None, run: ledger.Run) -> JobResult:
        """The answer for these tables (polars in, polars out); pure given its seed."""
        ...


def fingerprint(con: duckdb.DuckDBPyConnection, read: Read, watch: Watch | None) -> list[str]:
    """Count, xor and sum of row hashes over the contracted columns: equal exactly when the rows are equal as a bag."""
    source, parameters = _select(read, watch)
    row = con.execute(
        f"select count(*), bit_xor(hash(t)), sum(hash(t)::hugeint) from ({source}) as t", parameters
    ).fetchall()[0]
    return [str(value) for value in row]


def run_jobs(
    con: duckdb.DuckDBPyConnection,
    jobs: Iterable[Job | WholeJob],
    watches: Iterable[Watch],
    run: ledger.Run,
    qualify: Callable[[Alert], Alert] = lambda alert: alert,
) -> list[JobOutcome]:
    """Run each job for each watch where its input changed, jobs for all watches once and first; says for every one what
    was done and why.

    `qualify` adds to an alert what its job cannot know, such as that a source is out of date.
    """
    chosen = list(jobs)
    whole = [job for job in chosen if not getattr(job, "is_per_watch", True)]
    per_watch = [job for job in chosen if getattr(job, "is_per_watch", True)]
    shared = _Shared(con)
    return [
        *(_run_one(con, job, None, run, qualify, shared) for job in whole),
        *(_run_one(con, job, watch, run, qualify, shared) for watch in watches for job in per_watch),
    ]


class _Shared:
    """What all jobs and watches of one call need of the large tables, which no job writes: found out once."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con, self._prints = con, dict[Read, list[str]]()
        self.corpus = Corpus(con)

    def fingerprint(self, read: Read, watch: Watch | None) -> list[str]:
        if not read.is_large:
            return fingerprint(self._con, read, watch)
        if read not in self._prints:
            self._prints[read] = fingerprint(self._con, read, watch)
        return self._prints[read]


def _run_one(
    con: duckdb.DuckDBPyConnection,
    job: Any,
    watch: Watch | None,
    run: ledger.Run,
    qualify: Callable[[Alert], Alert],
    shared: _Shared,
) -> JobOutcome:
    started = time.monotonic()
    its_watch = watch.watch if watch is not None else ""
    parameters = dict(job.parameters(watch, run.as_of))
    inputs = {read.table: shared.fingerprint(read, watch) for read in job.reads if read.decides}
    key = job_key(job, parameters, watch, inputs)
    last = ledger.last_job_run(con, job.name, its_watch)
    if last is not None and last.key == key:
        outcome = JobOutcome(job.name, its_watch, "current", "nothing it reads has changed", {}, 0.0)
        ledger.record_job_run(con, run, outcome, key=key, version=job.version, parameters=parameters, inputs=inputs)
        return outcome
    reason = _why(last, job, parameters, inputs)
    tables = {read.table: read_frame(con, read, watch) for read in job.reads if not read.is_large}
    prior = dict(_prior(con, said, watch) for said in job.prior)
    more = (shared.corpus,) if getattr(job, "reads_corpus", False) else ()
    try:
        result = job.run(tables, prior, watch, run, *more)
    except Exception as error:
        error.add_note(f"in job {job.name} of watch {its_watch}" if its_watch else f"in job {job.name}")
        raise
    outcome = JobOutcome(job.name, its_watch, "ran", reason, result.figures, time.monotonic() - started)
    owner = watch.watch if watch is not None else None
    with ledger.transaction(con):
        for table, frame in result.replace.items():
            history.replace_rows(con, run, job.name, table, frame, owner)
        for table, change in result.change.items():
            history.change_rows(con, run, job.name, table, change.rows, change.gone, owner)
        for table, frame in result.append.items():
            ledger.insert(con, table, frame)
        for alert in result.alerts:
            ledger.put_alert(con, run, qualify(alert))
        ledger.record_job_run(con, run, outcome, key=key, version=job.version, parameters=parameters, inputs=inputs)
    return outcome


def job_key(job: Any, parameters: Mapping[str, Any], watch: Watch | None, inputs: Mapping[str, list[str]]) -> str:
    """The key that decides whether a job runs again; `inputs` are fingerprints by table."""
    version = watch.version if watch is not None else None
    plain = json.dumps([job.name, job.version, parameters, version, inputs], sort_keys=True, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()


def _why(
    last: ledger.LastJobRun | None, job: Any, parameters: Mapping[str, Any], inputs: Mapping[str, list[str]]
) -> str:
    if last is None:
        return "first run"
    changed = [table for table, value in inputs.items() if last.inputs.get(table) != value]
    if changed:
        return "changed: " + ", ".join(changed)
    if last.version != job.version:
        return f"version {last.version} -> {job.version}"
    if last.parameters != json.loads(json.dumps(parameters, default=str)):
        return "parameters changed"
    return "watch changed"


def _select(read: Read, watch: Watch | None) -> tuple[str, list[str]]:
    where, parameters = read.where, []
    if read.per_watch and watch is not None:
        where, parameters = f"({where}) and watch = ?", [watch.watch]
    return f"select {', '.join(read.columns)} from {read.table} where {where}", parameters


def read_frame(con: duckdb.DuckDBPyConnection, read: Read, watch: Watch | None) -> pl.DataFrame:
    """What a job is handed of a table, in a fixed order."""
    source, parameters = _select(read, watch)
    return con.sql(f"{source} order by all", params=parameters).pl()


def _prior(con: duckdb.DuckDBPyConnection, said: str | Read, watch: Watch | None) -> tuple[str, pl.DataFrame]:
    read = said if isinstance(said, Read) else Read(said, ("*",), per_watch=True)
    source, parameters = _select(read, watch)
    return read.table, con.sql(source, params=parameters).pl()
