"""Comments on every table, view and column of a publication: whoever opens the file reads there what it holds.

Here belongs where the words come from and putting them there; the words themselves belong to the dbt project.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from filingwatch.resources import dbt_project_folder, read_yaml

Key = tuple[str, str, str | None]
"""Schema, table, column; without a column it is the table itself."""

RENAMED = {("raw", "reject"): ("ops", "reject"), ("raw", "decision"): ("ops", "landed_decision")}
"""Tables that are published under another name than the one they are described by."""

_THIS_PUBLICATION = {
    None: "Which publication this file is: cite version and as_of with every number. One row per file.",
    "version": "Version of the content: the UTC time at which it was published first.",
    "content_key": "Hash of everything that the content depends on; equal keys are equal content.",
    "action": "published (new content) or refreshed (same content, newer ledger in ops).",
    "as_of": "The day until which the run that wrote this file could know.",
    "run_id": "The run that wrote this file.",
    "written_at": "When this file was written (UTC).",
}


def write_comments(con: duckdb.DuckDBPyConnection) -> None:
    """Describe everything in this file. Creating a table from a query drops its comments, so they are put back: those
    of the attached `working` file, those of dbt's sources, and those of tables that only a publication has."""
    wanted = _working_comments(con) | source_comments()
    wanted |= {("ops", "this_publication", column): text for column, text in _THIS_PUBLICATION.items()}
    for (schema, table), (new_schema, new_table) in RENAMED.items():
        wanted |= {(new_schema, new_table, key[2]): text for key, text in wanted.items() if key[:2] == (schema, table)}
    con.execute("begin")  # hundreds of statements, each a sync of the log otherwise
    for kind, key in _catalogue(con):
        if text := wanted.get(key):
            _comment(con, kind, key, text)
    con.execute("commit")


def comment_on(con: duckdb.DuckDBPyConnection, schema: str, table: str, words: Mapping[str | None, str]) -> None:
    """Describe one table: the words under None are those of the table itself."""
    for column, text in words.items():
        _comment(con, "table" if column is None else "column", (schema, table, column), text)


def _comment(con: duckdb.DuckDBPyConnection, kind: str, key: Key, text: str) -> None:
    schema, table, column = key
    what = f'{kind} "{schema}"."{table}"' + ("" if column is None else f'."{column}"')
    con.execute(f"comment on {what} is '{text.replace(chr(39), chr(39) * 2)}'")


def source_comments() -> dict[Key, str]:
    """Descriptions of the tables that dbt reads but does not build, from its source files."""
    comments: dict[Key, str] = {}
    for path in sorted((dbt_project_folder() / "models").rglob("*.yml")):
        for source in (read_yaml(path) or {}).get("sources", []):
            schema = source.get("schema", source["name"])
            for table in source.get("tables", []):
                comments[schema, table["name"], None] = table.get("description", "")
                for column in table.get("columns", []):
                    comments[schema, table["name"], column["name"]] = column.get("description", "")
    return comments


def _working_comments(con: duckdb.DuckDBPyConnection) -> dict[Key, str]:
    rows = con.execute(
        "select schema_name, table_name, null, comment from duckdb_tables() where database_name = 'working' "
        "union all select schema_name, view_name, null, comment from duckdb_views() where database_name = 'working' "
        "union all select schema_name, table_name, column_name, comment from duckdb_columns() "
        "where database_name = 'working'"
    ).fetchall()
    return {(schema, table, column): text for schema, table, column, text in rows if text}


def _catalogue(con: duckdb.DuckDBPyConnection) -> list[tuple[str, Key]]:
    """What this file holds, each with the kind of thing that a comment is made on."""
    rows = con.execute(
        "select 'table', schema_name, table_name, null from duckdb_tables() "
        "where database_name = current_database() and not internal "
        "union all select 'view', schema_name, view_name, null from duckdb_views() "
        "where database_name = current_database() and not internal "
        "union all select 'column', schema_name, table_name, column_name from duckdb_columns() "
        "where database_name = current_database() and not internal order by all"
    ).fetchall()
    return [(kind, (schema, table, column)) for kind, schema, table, column in rows]
