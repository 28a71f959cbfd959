"""Makes the file of a past day: a scratch home, the ordinary stages of a night on it, and one rename.

The working file is read only while it is copied, with the night's lock held; what a night publishes is never touched.
"""

from __future__ import annotations

import datetime as dt
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from filingwatch import ledger, publish, transform
from filingwatch.as_of.answers import borrow_answers, lay_over, take_answers
from filingwatch.as_of.stating import OF_NOW, OF_THEN, WORLD_CAVEATS, state
from filingwatch.as_of.taking import MODES, Question, settle_world, tables_in, take_landed
from filingwatch.errors import BadInput, FilingwatchError, NothingPublished, Terminal
from filingwatch.jobs.base import run_jobs
from filingwatch.jobs.counting import count_again
from filingwatch.jobs.registry import jobs_of
from filingwatch.landing import sync_folder
from filingwatch.lock import SHORT_FLOW, hold_night
from filingwatch.settings import Settings
from filingwatch.warehouse import attach_working, existing, fresh, migrate, reader, writer
from filingwatch.watch import Watch


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
    _check_place(settings, out, force)
    if not settings.working_file.exists():
        raise NothingPublished(f"There is nothing in {settings.home} yet; run `filingwatch nightly` first.")


def _check_place(settings: Settings, out: Path, force: bool) -> None:
    """Refuse, before any work, what could not be written or would take the place of something else."""
    if out.is_dir() or out.resolve().is_relative_to(settings.published.resolve()) or \
            out.resolve() == settings.working_file.resolve():  # fmt: skip
        raise BadInput(f"{out} is not a place for such a file: name a file outside of {settings.published}.")
    if out.exists() and not force:
        raise BadInput(f"{out} is there already: name another file, or add --force to replace it.")
    if out.exists() and not _is_ours(settings, out):
        raise BadInput(f"{out} was not made by `filingwatch as-of`, so --force does not replace it: name another file.")
    if not out.parent.is_dir():
        raise BadInput(f"There is no folder {out.parent}; make it first.")
    try:
        tempfile.TemporaryFile(dir=out.parent).close()
    except OSError as error:
        raise BadInput(f"Nothing can be written into {out.parent} ({error.strerror}); name another folder.") from error


def _is_ours(settings: Settings, out: Path) -> bool:
    try:
        with reader(settings, out) as con:
            con.execute("select mode from ops.as_of")
    except (FilingwatchError, duckdb.Error):
        return False
    return True


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
    until, lags, caveats = question.day, None, list(WORLD_CAVEATS)
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
        "what_is_of_then": OF_THEN[question.mode], "what_is_of_now": OF_NOW[question.mode], "feed_lags": lags,
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
            con.execute("delete from ops.alert")  # nobody was told, then or now
            count_again(con, run)
    transform.build(scratch, "tag:findings", as_of=run.as_of)


def _landed_watches(con: duckdb.DuckDBPyConnection) -> list[Watch]:
    rows = con.execute(
        "select arg_max(definition, first_seen_at) from raw.watch group by watch order by watch"
    ).fetchall()
    return [Watch.model_validate_json(row[0]) for row in rows]


def _put_in_place(scratch: Settings, out: Path, question: Question, stated: dict[str, Any]) -> dict[str, int]:
    for left in out.parent.glob(f"{glob.escape(out.name)}.*.part"):
        pid = left.name.split(".")[-2]
        if pid.isdecimal() and not _is_alive(pid):
            left.unlink()
    part = out.with_name(f"{out.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(scratch.published_file, part)
        with existing(scratch, part) as con:
            state(con, stated)
            counts = _count(con)
            con.execute("checkpoint")
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(out)
    except (OSError, duckdb.IOException) as error:
        raise Terminal(
            f"{out} could not be written: {error}\nMake room or name another folder, and ask again."
        ) from error
    finally:
        part.unlink(missing_ok=True)
    sync_folder(out.parent)
    return counts


def _count(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    tables = {
        "publications": "core.dim_publication", "inventions": "core.fct_invention", "series": "insight.dim_series",
        "changepoints": "insight.fct_changepoint", "topics": "insight.dim_topic",
    }  # fmt: skip
    return {name: con.execute(f"select count(*) from {table}").fetchall()[0][0] for name, table in tables.items()}
