"""Makes the file of a past day: a scratch home, the ordinary stages of a night on it, and one rename.

The working file is read only while it is copied, with the night's lock held; what a night publishes is never touched.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from filingwatch import __version__, ledger, publish, transform
from filingwatch.as_of.answers import borrow_answers, lay_over, take_answers
from filingwatch.as_of.taking import MODES, Question, settle_world, tables_in, take_landed
from filingwatch.comments import comment_on
from filingwatch.errors import BadInput, NothingPublished
from filingwatch.jobs.base import run_jobs
from filingwatch.jobs.counting import count_again
from filingwatch.jobs.registry import jobs_of
from filingwatch.landing import sync_folder
from filingwatch.lock import SHORT_FLOW, hold_night
from filingwatch.settings import Settings
from filingwatch.warehouse import attach_working, existing, fresh, migrate, utc_now, writer
from filingwatch.watch import Watch

_OF_THEN = {
    "ours": "everything: records, decisions, watches and the answers of the jobs as this installation had them",
    "world": "records published by the day, plus the lag of their feed; changepoints, completeness and counts of them",
}
_OF_NOW = {
    "ours": "the software: models and tables of dbt are those of the version that made this file",
    "world": "watches, decisions, links that people made, relevance, topics and names of applicants, laid over the "
    "inventions of the day through their publications",
}
_WORLD_CAVEATS = [
    "A record that was first seen here after the day stands with the first version that was seen: what its office "
    "corrected or deleted between the day and that sight cannot be told.",
    "A record without a day of publication counts from the day it was first seen here.",
    "Families and classes are those of the version used; dates at which they were given are not known.",
]  # fmt: skip
_AS_OF_COLUMNS = {
    None: "What this file is: the tables as of a past day, what in them is of then and what of now. One row per file.",
    "mode": "ours (what this installation had seen) or world (what had been published anywhere).",
    "as_of": "The day, at whose end the knowledge stands.",
    "last_run_as_of": "In mode ours, the day of the last run that counts; in mode world the day itself.",
    "made_at": "When this file was made (UTC).",
    "project_version": "Version of the software that made it.",
    "watches": "The watches that were asked for; empty for all.",
    "what_is_of_then": "What in these tables is as it was on the day.",
    "what_is_of_now": "What in these tables is as it is today.",
    "feed_lags": "Days from publication until a feed carries a record, as used in mode world; null in mode ours.",
    "caveats": "What could not be told.",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was made: where it lies, how large it is, and how much is in it."""

    path: Path
    mode: str
    day: dt.date
    bytes: int
    counts: dict[str, int]
    caveats: tuple[str, ...]


def make_file(
    settings: Settings, day: dt.date, mode: str, out: Path, *, watches: tuple[str, ...] = (), force: bool = False
) -> Made:
    """Build the published tables as of the end of a day into a new DuckDB file.

    Raises:
        BadInput: an unknown mode or watch, a day to come or before the first data, or a file that is there already.
        NightTaken, Transient: a run holds the working file; says which.
        TransformFailed: dbt failed on what was known then.
    """
    _check(settings, day, mode, out, force)
    question = Question(day, "world" if mode == "world" else "ours", watches)
    with _scratch(settings, day) as scratch:
        run = ledger.new_run(SHORT_FLOW, day)
        with hold_night(settings, run), fresh(scratch, scratch.working_file) as con:
            stated = _take(con, settings, question)
        run = replace(run, as_of=stated["last_run_as_of"])
        _build(replace(scratch, today=run.as_of), run, question)
        publish.publish(scratch, run)
        counts = _put_in_place(scratch, out, question, stated)
    return Made(out, mode, day, out.stat().st_size, counts, tuple(stated["caveats"]))


def _check(settings: Settings, day: dt.date, mode: str, out: Path, force: bool) -> None:
    if mode not in MODES:
        raise BadInput(f"There is no mode {mode!r}: ours is what this home had seen, world what had been published.")
    if day > settings.today:
        raise BadInput(f"{day} lies ahead of today ({settings.today}): nobody knows yet what will have been known.")
    if out.exists() and not force:
        raise BadInput(f"{out} is there already: name another file, or add --force to replace it.")
    if out.is_dir() or out.resolve().is_relative_to(settings.published.resolve()) or \
            out.resolve() == settings.working_file.resolve():  # fmt: skip
        raise BadInput(f"{out} is not a place for such a file: name a file outside of {settings.published}.")
    if not out.parent.is_dir():
        raise BadInput(f"There is no folder {out.parent}; make it first.")
    if not settings.working_file.exists():
        raise NothingPublished(f"There is nothing in {settings.home} yet; run `filingwatch nightly` first.")


@contextmanager
def _scratch(settings: Settings, day: dt.date) -> Iterator[Settings]:
    """A home of its own beside the working file, gone at the end however it ends; leftovers of dead ones go too."""
    folder = settings.working_file.parent
    for left in folder.glob(f"{SHORT_FLOW}-*"):
        if not _is_alive(left.name.split("-")[2]):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{SHORT_FLOW}-{os.getpid()}-", dir=folder) as home:
        (Path(home) / "work").mkdir()
        yield replace(settings, home=Path(home), today=day)


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def _take(con: duckdb.DuckDBPyConnection, settings: Settings, question: Question) -> dict[str, Any]:
    """Fill the scratch file, and say what was taken as the row of ops.as_of."""
    attach_working(con, settings)
    migrate(con)
    if not tables_in(con, "core"):
        raise NothingPublished(f"Nothing has been built in {settings.home} yet; run `filingwatch nightly` first.")
    take_landed(con, question)
    until, lags, caveats = question.day, None, list(_WORLD_CAVEATS)
    if question.mode == "world":
        settle_world(con, question.day)
        borrow_answers(con, question)
        lags = con.execute(
            "select list({'feed': feed, 'lag_days': lag_days, 'is_measured': is_measured, 'record_count': "
            "record_count} order by feed) from lag where feed in (select feed from raw.publication)"
        ).fetchall()[0][0]
    else:
        caveats = take_answers(con, question)
        until = con.execute(
            "select max(as_of) from working.ops.run where run_id in (select run_id from known_run)"
        ).fetchall()[0][0] or question.day  # fmt: skip
    con.execute("detach working")
    return {
        "mode": question.mode, "as_of": question.day, "last_run_as_of": until, "watches": list(question.watches),
        "what_is_of_then": _OF_THEN[question.mode], "what_is_of_now": _OF_NOW[question.mode], "feed_lags": lags,
        "caveats": caveats,
    }  # fmt: skip


def _build(scratch: Settings, run: ledger.Run, question: Question) -> None:
    """The stages of a night that follow from what was taken."""
    transform.build(scratch, "tag:core", as_of=run.as_of)
    if question.mode == "world":
        with writer(scratch) as con:
            lay_over(con)
    transform.build(scratch, "tag:series", as_of=run.as_of)
    if question.mode == "world":
        with writer(scratch) as con:
            run_jobs(con, jobs_of("series"), _landed_watches(con), run)
            count_again(con, run)
    transform.build(scratch, "tag:findings", as_of=run.as_of)


def _landed_watches(con: duckdb.DuckDBPyConnection) -> list[Watch]:
    rows = con.execute(
        "select arg_max(definition, first_seen_at) from raw.watch group by watch order by watch"
    ).fetchall()
    return [Watch.model_validate_json(row[0]) for row in rows]


def _put_in_place(scratch: Settings, out: Path, question: Question, stated: dict[str, Any]) -> dict[str, int]:
    part = out.with_name(f"{out.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(scratch.published_file, part)
        with existing(scratch, part) as con:
            _state(con, stated)
            counts = _count(con)
            con.execute("checkpoint")
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(out.parent)
    return counts


def _state(con: duckdb.DuckDBPyConnection, stated: dict[str, Any]) -> None:
    con.execute(
        "create table ops.as_of as select ?::varchar as mode, ?::date as as_of, ?::date as last_run_as_of, "
        "?::timestamp as made_at, ?::varchar as project_version, ?::varchar[] as watches, "
        "?::varchar as what_is_of_then, ?::varchar as what_is_of_now, "
        "?::struct(feed varchar, lag_days integer, is_measured boolean, record_count bigint)[] as feed_lags, "
        "?::varchar[] as caveats",
        [
            stated["mode"], stated["as_of"], stated["last_run_as_of"], utc_now(), __version__, stated["watches"],
            stated["what_is_of_then"], stated["what_is_of_now"], stated["feed_lags"], stated["caveats"],
        ],
    )  # fmt: skip
    comment_on(con, "ops", "as_of", _AS_OF_COLUMNS)


def _count(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    tables = {
        "publications": "core.dim_publication", "inventions": "core.fct_invention", "series": "insight.dim_series",
        "changepoints": "insight.fct_changepoint", "topics": "insight.dim_topic",
    }  # fmt: skip
    return {name: con.execute(f"select count(*) from {table}").fetchall()[0][0] for name, table in tables.items()}
