"""Documents about the warehouse that are made from it: the handbook in `docs/`, and dbt's own page.

Both are made beside the home, in a folder that is gone afterwards, so that they can be made while a night runs.
How the handbook is worded belongs to `handbook`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from filingwatch import publish, transform
from filingwatch.handbook import Types, write_handbook
from filingwatch.settings import Settings
from filingwatch.warehouse import migrate, writer


def generate_handbook(settings: Settings) -> str:
    """The text of `docs/warehouse.md` for the dbt project as it stands now; needs no data."""
    with _scratch(settings) as scratch:
        return write_handbook(transform.read_manifest(scratch, as_of=settings.today), ledger_types())


def ledger_types() -> Types:
    """Data types of the tables that migrations create, as a new working file has them."""
    with duckdb.connect() as con:
        migrate(con)
        rows = con.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() where not internal"
        ).fetchall()
    return {(schema, table, column): kind for schema, table, column, kind in rows}


def write_site(settings: Settings, folder: Path) -> Path:
    """Write dbt's documentation as one HTML page that needs no network; with the types of what is published."""
    with _scratch(settings) as scratch:
        if settings.published_file.exists():
            _copy_structure(settings.published_file, scratch)
        page = transform.generate_site(scratch, as_of=settings.today)
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / "index.html.part"
        shutil.copyfile(page, part)
        return part.replace(folder / "index.html")


@contextmanager
def _scratch(settings: Settings) -> Iterator[Settings]:
    with tempfile.TemporaryDirectory(prefix="filingwatch-docs-") as folder:
        yield replace(settings, home=Path(folder))


def _copy_structure(published: Path, scratch: Settings) -> None:
    """Give the scratch file the tables of the published one without their rows: dbt asks it only for types."""
    with writer(scratch) as con:
        con.execute(f"attach '{str(published).replace(chr(39), chr(39) * 2)}' as published (read_only)")
        tables = con.execute(
            "select schema_name, table_name from duckdb_tables() "
            "where database_name = 'published' and schema_name <> 'ops'"
        ).fetchall()
        for schema, table in tables:
            con.execute(f'create schema if not exists "{schema}"')
            con.execute(
                f'create table if not exists "{schema}"."{table}" as from published."{schema}"."{table}" limit 0'
            )
        con.execute(f"create schema if not exists {publish.STABLE_SCHEMA}")
        views = con.execute(
            "select sql from duckdb_views() where database_name = 'published' and schema_name = ?",
            [publish.STABLE_SCHEMA],
        ).fetchall()
        for (statement,) in views:
            con.execute(statement)
        con.execute("detach published")
