"""Publishing: a fresh DuckDB file filled from the working one, synced, and swapped in by a rename.

`published/filingwatch.duckdb` is what analysts open; `published/versions/` keeps the last few, one for each content.
Who has the old file open keeps its consistent view; who opens it anew sees the new one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from filingwatch import ledger
from filingwatch.comments import write_comments
from filingwatch.errors import BadInput, NothingPublished, Terminal
from filingwatch.landing import sync_folder
from filingwatch.settings import Settings
from filingwatch.warehouse import existing, fresh, reader, utc_now, writer

WHOLE_SCHEMAS = ("core", "insight", "ml")
STABLE_SCHEMA = "v1"
LEDGER_TABLES = (
    "run", "outcome", "source_state", "job_run", "quality_result", "alert", "delivery", "publication_log",
    "month_vintage",
)  # fmt: skip
_NOT_PUBLISHED = {("ml", "model"): "* exclude (state)"}
_WRITE_ERRORS = (duckdb.IOException, duckdb.TransactionException, duckdb.FatalException, OSError)
"""What a full disk looks like: on a write, on a commit, on the checkpoint at the end."""
REQUEST_DAYS = 90
"""Requests to offices are published for so long; a large source makes a thousand a night. Pages and ends are whole."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A version of the published file. `action` is published (new content), refreshed (same content, newer ledger)
    or restored; `version` is the UTC time of its content."""

    version: str
    action: str
    path: Path
    content_key: str
    bytes: int


def content_key(con: duckdb.DuckDBPyConnection) -> str:
    """Changes exactly when a transform or a job has run with another input: what is published depends on no more."""
    rows = con.execute(
        "select job, watch, arg_max(key, decided_at), max(decided_at) from ops.job_run where status = 'ran' "
        "group by all order by all"
    ).fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def is_published(settings: Settings, key: str) -> bool:
    """Whether the file that analysts open already holds this content."""
    current = current_version(settings)
    return current is not None and current.content_key == key


def publish(settings: Settings, run: ledger.Run) -> Publication:
    """Publish what the working file holds. Known content only gets the newest ledger, as the same version.

    Raises:
        Terminal: the file could not be written, mostly for want of space; the version that was there stays.
    """
    _remove_parts(settings)
    with writer(settings) as con:
        key = content_key(con)
    current = current_version(settings)
    try:
        if current is not None and current.content_key == key:
            return _refresh(settings, run, current)
        return _publish_new(settings, run, key)
    except _WRITE_ERRORS as error:
        _remove_parts(settings)
        free, needed = shutil.disk_usage(settings.published).free, settings.working_file.stat().st_size
        raise Terminal(
            f"The file for analysts could not be written into {settings.published}: {error}\n"
            f"{free:,} bytes are free there, and it may need up to {needed:,}. Make room, then run "
            f"`filingwatch publish`; until then analysts keep {f'version {current.version}' if current else 'nothing'}."
        ) from error


def _remove_parts(settings: Settings) -> None:
    """Remove what a publication that was cut off left behind; only the holder of the night may."""
    for leftover in _versions(settings).glob("*.part*"):
        leftover.unlink()


def _publish_new(settings: Settings, run: ledger.Run, key: str) -> Publication:
    version = f"{utc_now():%Y%m%dT%H%M%S%f}"
    target = _versions(settings) / f"{version}.duckdb"
    part = _part_beside(target)
    with fresh(settings, part) as con:
        con.execute(f"attach '{_quoted(settings.working_file)}' as working (read_only)")
        _copy_schemas(con)
        _finish(con, run, version, key, "published")
    _swap_in(settings, part, target)
    for old in list_versions(settings)[settings.keep_versions :]:
        old.unlink()
    return _log(settings, run, Publication(version, "published", target, key, target.stat().st_size))


def restore(settings: Settings, run: ledger.Run, version: str | None = None) -> Publication:
    """Make an earlier version (by default the one before the current) the published file again.

    Raises:
        NothingPublished: there is no earlier version.
        BadInput: no such version; the message lists those that are kept.
    """
    kept = list_versions(settings)
    current = current_version(settings)
    if version is None:
        older = [path for path in kept if current is None or path.stem < current.version]
        if not older:
            raise NothingPublished("There is no earlier version to go back to; `filingwatch restore --list` shows all.")
        path = older[0]
    else:
        found = {path.stem: path for path in kept}
        if version not in found:
            raise BadInput(f"There is no version {version!r}; kept are: {', '.join(found) or 'none'}.")
        path = found[version]
    _link(path, settings.published_file)
    restored = current_version(settings)
    assert restored is not None
    return _log(settings, run, Publication(path.stem, "restored", path, restored.content_key, path.stat().st_size))


def list_versions(settings: Settings) -> list[Path]:
    """The kept versions, newest first."""
    return sorted(_versions(settings).glob("*.duckdb"), reverse=True)


def current_version(settings: Settings) -> Publication | None:
    """What analysts see now, or None before the first publication."""
    if not settings.published_file.exists():
        return None
    with reader(settings) as con:
        version, key = con.execute("select version, content_key from ops.this_publication").fetchall()[0]
    return Publication(
        version, "published", _versions(settings) / f"{version}.duckdb", key, settings.published_file.stat().st_size
    )


def _refresh(settings: Settings, run: ledger.Run, current: Publication) -> Publication:
    part = _part_beside(current.path)
    shutil.copyfile(settings.published_file, part)
    part.chmod(0o644)
    with existing(settings, part) as con:
        con.execute(f"attach '{_quoted(settings.working_file)}' as working (read_only)")
        con.execute("drop schema ops cascade")
        _finish(con, run, current.version, current.content_key, "refreshed")
    _swap_in(settings, part, current.path)
    size = current.path.stat().st_size
    return _log(settings, run, Publication(current.version, "refreshed", current.path, current.content_key, size))


def _copy_schemas(con: duckdb.DuckDBPyConnection) -> None:
    for schema in WHOLE_SCHEMAS:
        con.execute(f"create schema {schema}")
        for table in _tables_of(con, schema):
            what = _NOT_PUBLISHED.get((schema, table), "*")
            con.execute(f'create table {schema}."{table}" as select {what} from working.{schema}."{table}"')


def _create_stable_views(con: duckdb.DuckDBPyConnection) -> None:
    """Views stay views here, since they name no database: they cost nothing and follow the ledger's tables."""
    con.execute(f"create schema if not exists {STABLE_SCHEMA}")
    views = con.execute(
        "select sql from duckdb_views() where database_name = 'working' and schema_name = ? order by view_name",
        [STABLE_SCHEMA],
    ).fetchall()
    for (statement,) in views:
        con.execute(statement.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1))


def _finish(con: duckdb.DuckDBPyConnection, run: ledger.Run, version: str, key: str, action: str) -> None:
    con.execute("create schema ops")
    since = utc_now() - dt.timedelta(days=REQUEST_DAYS)
    for table in LEDGER_TABLES:
        which = f"where kind <> 'request' or attempted_at >= timestamp '{since}'" if table == "outcome" else ""
        con.execute(f"create table ops.{table} as from working.ops.{table} {which}")
    # the run that publishes has not ended yet: say so, instead of leaving it to look stuck
    con.execute("update ops.run set message = 'published this file' where run_id = ?", [run.run_id])
    con.execute("create table ops.reject as from working.raw.reject")
    con.execute("create table ops.landed_decision as from working.raw.decision")
    con.execute(
        "create table ops.this_publication as "
        "select ? as version, ? as content_key, ? as action, ?::date as as_of, ? as run_id, ?::timestamp as written_at",
        [version, key, action, run.as_of, run.run_id, utc_now()],
    )
    _create_stable_views(con)
    write_comments(con)
    con.execute("detach working")
    con.execute("checkpoint")


def _tables_of(con: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    rows = con.execute(
        "select table_name from information_schema.tables where table_catalog = 'working' and table_schema = ? "
        "order by table_name",
        [schema],
    ).fetchall()
    return [row[0] for row in rows]


def _swap_in(settings: Settings, part: Path, target: Path) -> None:
    """Sync the finished file and make it, in one rename each, the version and then the published file."""
    if part.with_name(f"{part.name}.wal").exists():
        raise RuntimeError(f"{part} was closed with a write-ahead log beside it; it must not be published")
    part.chmod(0o444)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(target)
    _link(target, settings.published_file)
    sync_folder(target.parent)
    sync_folder(settings.published)


def _link(version: Path, published: Path) -> None:
    part = _part_beside(published)
    part.unlink(missing_ok=True)
    try:
        os.link(version, part)
    except OSError:  # a file system without hard links
        shutil.copyfile(version, part)
        part.chmod(0o444)
    part.replace(published)


def _log(settings: Settings, run: ledger.Run, publication: Publication) -> Publication:
    with writer(settings) as con:
        con.execute(
            "insert into ops.publication_log values (?, ?, ?, ?, ?, ?)",
            [
                publication.version, run.run_id, publication.action, publication.content_key, publication.bytes,
                utc_now(),
            ],
        )  # fmt: skip
    return publication


def _versions(settings: Settings) -> Path:
    folder = settings.published / "versions"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _part_beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
