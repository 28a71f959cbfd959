"""The only module that opens DuckDB: the working file for one writer, the published file for many readers.

Every connection lives for one `with` block, since dbt runs in the same process and needs the file for itself.
What is written belongs to the modules that call; how a publication is made belongs to `publish`.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from filingwatch.errors import NothingPublished, Terminal, Transient
from filingwatch.settings import Settings

PATIENCE_SECONDS = 5.0
"""How long an open waits for another process: looks by day (inbox, doctor) hold the file for a moment only."""
MIGRATIONS = Path(__file__).resolve().parent / "migrations"


@contextmanager
def writer(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The working file, read-write, migrated to the newest schema; closed at the end of the block.

    Raises:
        Transient: another process holds the file.
        Terminal: the file was written by a newer filingwatch, or is not a DuckDB file.
    """
    settings.working_file.parent.mkdir(parents=True, exist_ok=True)
    con = _open(settings.working_file, settings, read_only=False)
    try:
        migrate(con)
        yield con
    finally:
        con.close()


@contextmanager
def reader(settings: Settings, file: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file (or another version of it), read-only: a consistent view until the block ends.

    Raises:
        NothingPublished: there is no such file yet.
    """
    path = file or settings.published_file
    if not path.exists():
        raise NothingPublished(f"There is no published file at {path} yet; run `filingwatch nightly` first.")
    con = _open(path, settings, read_only=True)
    try:
        yield con
    finally:
        con.close()


@contextmanager
def fresh(settings: Settings, path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB file of its own, read-write, for building a publication; whatever was at `path` before is replaced."""
    path.unlink(missing_ok=True)
    con = _open(path, settings, read_only=False)
    try:
        yield con
    finally:
        con.close()


@contextmanager
def existing(settings: Settings, path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An existing DuckDB file that is not the working file, read-write (a copy of a publication being refreshed)."""
    con = _open(path, settings, read_only=False)
    try:
        yield con
    finally:
        con.close()


@contextmanager
def scratch(threads: int = 2) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory, for work on columns that belong to no file yet."""
    con = duckdb.connect(config={"threads": threads})
    try:
        yield con
    finally:
        con.close()


def attach_working(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Attach the working file, read-only, under the name `working`; waits as long as any open does.

    Raises:
        Transient: another process holds the file.
        Terminal: the file was written by another version of the schema.
    """
    path = str(settings.working_file).replace("'", "''")
    _retry(settings.working_file, lambda: con.execute(f"attach '{path}' as working (read_only)"))
    done = {row[0] for row in con.execute("select number from working.ops.migration").fetchall()}
    if done != set(migrations()):
        raise Terminal(
            f"The working file has the schemas {sorted(done)}, this filingwatch knows {sorted(migrations())}: run "
            "`filingwatch nightly` with the newest version once, which brings the file up to date."
        )


def migrate(con: duckdb.DuckDBPyConnection, *, upto: int | None = None) -> list[int]:
    """Bring the schema to the newest version (or to `upto`), each step in a transaction with its own record.

    Raises:
        Terminal: the file is newer than this filingwatch.
    """
    con.execute("create schema if not exists ops")
    con.execute(
        "create table if not exists ops.migration (number integer primary key, name varchar, applied_at timestamp)"
    )
    done = {row[0] for row in con.execute("select number from ops.migration").fetchall()}
    steps = migrations()
    if done and max(done) > max(steps):
        raise Terminal(
            f"The working file has schema {max(done)}, this filingwatch knows {max(steps)}: "
            "install the newer filingwatch again, or restore a backup made before the upgrade."
        )
    applied = []
    for number, path in steps.items():
        if number in done or (upto is not None and number > upto):
            continue
        con.execute("begin")
        try:
            con.execute(path.read_text(encoding="utf-8"))
            con.execute("insert into ops.migration values (?, ?, ?)", [number, path.stem, utc_now()])
            con.execute("commit")
        except Exception:
            con.execute("rollback")
            raise
        applied.append(number)
    return applied


def migrations() -> dict[int, Path]:
    """The migration files by number, in order."""
    found = {int(path.name[:4]): path for path in MIGRATIONS.glob("[0-9][0-9][0-9][0-9]_*.sql")}
    return dict(sorted(found.items()))


def utc_now() -> dt.datetime:
    """Now in UTC without zone, as all `_at` columns are."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def _open(path: Path, settings: Settings, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    config = {
        "threads": settings.threads,
        "memory_limit": settings.memory_limit,
        "temp_directory": str(settings.home / "work" / "tmp"),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        # with the default of 16 MB landing a large file spends most of its time in checkpoints
        "checkpoint_threshold": "256MB",
    }
    return _retry(path, lambda: duckdb.connect(str(path), read_only=read_only, config=config))


def _retry(path: Path, attempt: Callable[[], duckdb.DuckDBPyConnection]) -> duckdb.DuckDBPyConnection:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return attempt()
        except duckdb.IOException as error:
            holder = re.search(r"PID (\d+)", str(error))
            if holder is None:
                raise Terminal(f"{path} could not be opened: {error}") from error
            if time.monotonic() > give_up_at:
                raise Transient(
                    f"{path} is held by process {holder.group(1)}. Wait for that run to end; "
                    "for questions, use the published file (`filingwatch sql`)."
                ) from error
            time.sleep(0.1)
