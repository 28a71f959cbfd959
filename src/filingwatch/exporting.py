"""Exports of the published file: a folder with a file for each table, what they mean, and where they come from.

A folder is there whole or not at all, and all its tables are of one version. What is published is not decided here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Literal

import duckdb

from filingwatch import __version__
from filingwatch.errors import BadInput
from filingwatch.landing import sync_folder
from filingwatch.settings import Settings
from filingwatch.warehouse import reader

Form = Literal["parquet", "csv"]
STABLE = ("v1.*",)
"""What is exported unless told otherwise: the names that stay."""

_OPTIONS = {"parquet": "format parquet, compression zstd", "csv": "format csv, header true"}


@dataclass(frozen=True, slots=True)
class Export:
    """A finished export."""

    folder: Path
    version: str
    files: int
    rows: int
    bytes: int


def export(settings: Settings, folder: Path, *, tables: Sequence[str] = STABLE, form: Form = "parquet") -> Export:
    """Write tables of the published file into a new folder, with a manifest and a README. `tables` are names or
    patterns such as `insight.*`.

    Raises:
        BadInput: the folder is there already, or a name matches no table.
        NothingPublished: there is no published file yet.
    """
    if folder.exists():
        raise BadInput(
            f"{folder} is there already: name a new folder, so that no table of an earlier export stays in it."
        )
    part = folder.with_name(f".{folder.name}.part-{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    with reader(settings) as con:
        chosen = _choose(con, tables)
        folder.parent.mkdir(parents=True, exist_ok=True)
        part.mkdir()
        try:
            manifest = _describe_version(con, form)
            manifest["tables"] = [_export_one(con, part, schema, table, form) for schema, table in chosen]
            _write(part / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=2, default=str) + "\n")
            _write(part / "README.md", _write_readme(manifest))
            sync_folder(part)
            part.rename(folder)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
    sync_folder(folder.parent)
    made = manifest["tables"]
    return Export(
        folder, manifest["version"], len(made), sum(one["rows"] for one in made), sum(one["bytes"] for one in made)
    )


def _choose(con: duckdb.DuckDBPyConnection, patterns: Sequence[str]) -> list[tuple[str, str]]:
    there = con.execute(
        "select schema_name, table_name from duckdb_tables() where not internal "
        "union select schema_name, view_name from duckdb_views() where not internal order by all"
    ).fetchall()
    for pattern in patterns:
        if not any(fnmatch(f"{schema}.{table}", pattern) for schema, table in there):
            raise BadInput(
                f'{pattern!r} matches no table of the published file; `filingwatch sql "show all tables"` lists them.'
            )
    return [names for names in there if any(fnmatch(".".join(names), pattern) for pattern in patterns)]


def _describe_version(con: duckdb.DuckDBPyConnection, form: Form) -> dict[str, Any]:
    version, as_of, run_id = con.execute("select version, as_of, run_id from ops.this_publication").fetchall()[0]
    return {
        "version": version, "as_of": as_of, "run_id": run_id, "format": form, "filingwatch": __version__,
        "exported_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }  # fmt: skip


def _export_one(con: duckdb.DuckDBPyConnection, part: Path, schema: str, table: str, form: Form) -> dict[str, Any]:
    path = part / f"{schema}.{table}.{form}"
    rows = con.execute(
        f'copy (from "{schema}"."{table}") to \'{str(path).replace(chr(39), chr(39) * 2)}\' ({_OPTIONS[form]})'
    ).fetchall()[0][0]
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    comment = con.execute(
        "select comment from duckdb_tables() where schema_name = $1 and table_name = $2 "
        "union all select comment from duckdb_views() where schema_name = $1 and view_name = $2",
        [schema, table],
    ).fetchall()[0][0]
    columns = con.execute(
        "select column_name, data_type, comment from duckdb_columns() where schema_name = ? and table_name = ? "
        "order by column_index",
        [schema, table],
    ).fetchall()
    return {
        "table": f"{schema}.{table}", "file": path.name, "description": comment, "rows": rows,
        "bytes": path.stat().st_size, "sha256": digest,
        "columns": [{"name": name, "type": kind, "description": says} for name, kind, says in columns],
    }  # fmt: skip


def _write_readme(manifest: dict[str, Any]) -> str:
    lines = [
        f"# Filingwatch, version {manifest['version']}",
        f"What was known on {manifest['as_of']}, exported by filingwatch {manifest['filingwatch']}. Cite the version "
        "with every number. `manifest.json` describes every column, and has the SHA-256 of every file.",
        "A filing is not a deployment: it says what somebody wanted to protect. Rows with `is_synthetic` were invented "
        "for demonstration. Times are UTC, a month is its first day.",
        "\n".join(
            ["| file | rows | what |", "|---|---|---|"]
            + [f"| `{one['file']}` | {one['rows']:,} | {one['description']} |" for one in manifest["tables"]]
        ),
    ]
    return "\n\n".join(lines) + "\n"


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
