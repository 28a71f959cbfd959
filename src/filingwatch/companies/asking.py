"""Questions to a published file as rows by name; a table that an older file lacks is no error but said so."""

from __future__ import annotations

from typing import Any

import duckdb

Rows = list[dict[str, Any]]


def ask(con: duckdb.DuckDBPyConnection, sql: str, **values: Any) -> Rows:
    """All rows of a query with its named values, as plain data."""
    result = con.execute(sql, values)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def has_columns(con: duckdb.DuckDBPyConnection, table: str, columns: str) -> bool:
    """Whether the file has the table (`schema.name`) with these columns, separated by spaces."""
    schema, name = table.split(".")
    found = ask(
        con,
        "select column_name from duckdb_columns() where schema_name = $schema and table_name = $name",
        schema=schema,
        name=name,
    )
    return set(columns.split()) <= {row["column_name"] for row in found}
