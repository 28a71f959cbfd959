"""What the jobs said on earlier days: a log of the differences for every table of `ml` that is replaced.

An entry of a log is a row as it was said from then on, or (`is_gone`) the key of one that was no longer said; the
answer of a day is the newest entry of each key. So a log costs what changes. What a past day is put together from
belongs to `as_of`.
"""

from __future__ import annotations

import duckdb
import polars as pl

from filingwatch.ledger import Run
from filingwatch.warehouse import utc_now


def replace_rows(
    con: duckdb.DuckDBPyConnection, run: Run, job: str, table: str, frame: pl.DataFrame, watch: str | None
) -> None:
    """Put the rows of a watch (None: all rows) in the place of those that a table holds; remember what differs.

    Belongs into the transaction of the caller. Tables outside of `ml` are replaced without being remembered.
    """
    con.execute(f"create or replace temp table answer_now as from {table} limit 0")
    if not frame.is_empty():
        con.register("incoming", frame)
        con.execute("insert into answer_now by name from incoming")
        con.unregister("incoming")
    if table.startswith("ml."):
        _remember(con, run, job, table, watch)
    con.execute(f"delete from {table} {_scope(watch)}", _values(watch))
    con.execute(f"insert into {table} from answer_now")
    con.execute("drop table answer_now")


def log_of(table: str) -> str:
    """The log of a table of ml."""
    return f'history."{table.removeprefix("ml.")}_log"'


def columns_of(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Names and types of the columns of a table, in order."""
    return {name: kind for name, kind, *_ in con.execute(f"describe {table}").fetchall()}


def key_of(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """The primary key of a table; all its columns but the model's id where it has none."""
    schema, name = table.split(".")
    row = con.execute(
        "select constraint_column_names from duckdb_constraints() where schema_name = ? and table_name = ? "
        "and database_name = current_database() and constraint_type = 'PRIMARY KEY'",
        [schema, name],
    ).fetchone()
    return list(row[0]) if row else [name for name in columns_of(con, table) if name != "model_id"]


def has_log(con: duckdb.DuckDBPyConnection, table: str, database: str) -> bool:
    """Whether anything of a table was ever remembered in a database (its name as attached)."""
    name = log_of(table).split(".")[1].strip('"')
    return bool(
        con.execute(
            "select 1 from duckdb_tables() where database_name = ? and schema_name = 'history' and table_name = ?",
            [database, name],
        ).fetchall()
    )


def answer_of(con: duckdb.DuckDBPyConnection, table: str, database: str, known: str) -> str:
    """SQL of the rows of a table as they were said last by the runs in `known` (SQL of run ids), read from the log."""
    columns, key = columns_of(con, table), ", ".join(f'"{name}"' for name in key_of(con, table))
    logged = columns_of(con, f"{database}.{log_of(table)}")
    chosen = [f'entry."{name}"' if name in logged else f'null as "{name}"' for name in columns]
    stamps = ""
    if "model_id" in columns:
        chosen[list(columns).index("model_id")] = "coalesce(entry.model_id, stamp.model_id) as model_id"
        owner = "entry.watch" if "watch" in columns else "''"
        stamps = f"left join stamp on stamp.watch = {owner}"
    return f"""
        with entry as (
            from {database}.{log_of(table)} where run_id in ({known})
        ),
        newest as (
            select {key}, max(said_at) as said_at from entry group by {key}
        ),
        stamp as (
            select watch, arg_max(model_id, said_at) filter (where model_id is not null) as model_id
            from {database}.history.stamp
            where table_name = '{table}' and run_id in ({known})
            group by watch
        )
        select {", ".join(chosen)}
        from entry
        semi join newest on {_same(key, "entry", "newest")} and entry.said_at = newest.said_at
        {stamps}
        where not entry.is_gone
    """


def _remember(con: duckdb.DuckDBPyConnection, run: Run, job: str, table: str, watch: str | None) -> None:
    if not has_log(con, table, con.execute("select current_database()").fetchall()[0][0]):
        _open_log(con, job, table)
    columns = columns_of(con, table)
    _widen_log(con, table, columns)
    stamped = _last_stamp(con, table, watch) is not None
    stamp = _stamp_of(con, columns, "answer_now")
    before, now = _form(columns, stamped), _form(columns, stamp is not None)
    said_at, key = utc_now(), ", ".join(f'"{name}"' for name in key_of(con, table))
    con.execute(
        f"insert into {log_of(table)} by name "
        f"select *, ? as run_id, ?::timestamp as said_at, false as is_gone from "
        f"(select {now} from answer_now except select {before} from {table} {_scope(watch)})",
        [run.run_id, said_at, *_values(watch)],
    )
    con.execute(
        f"insert into {log_of(table)} by name "
        f"select {key}, ? as run_id, ?::timestamp as said_at, true as is_gone from {table} as old "
        f"anti join answer_now on {_same(key, 'old', 'answer_now')} {_scope(watch)}",
        [run.run_id, said_at, *_values(watch)],
    )
    if "model_id" in columns and _count(con, "answer_now"):
        con.execute(
            "insert into history.stamp values (?, ?, ?, ?, ?)", [table, watch or "", run.run_id, said_at, stamp]
        )


def _open_log(con: duckdb.DuckDBPyConnection, job: str, table: str) -> None:
    """The log begins with what the table holds: it was said by the last run that the job made for the watch."""
    columns = columns_of(con, table)
    described = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    con.execute(
        f"create table {log_of(table)} "
        f"({described}, run_id varchar not null, said_at timestamp not null, is_gone boolean not null)"
    )
    owner = "watch" if "watch" in columns else "''"
    for watch, run_id, said_at in con.execute(
        "select watch, arg_max(run_id, decided_at), max(decided_at) from ops.job_run "
        "where job = ? and status = 'ran' group by watch",
        [job],
    ).fetchall():
        stamp = _stamp_of(con, columns, f"{table} where {owner} = '{watch}'")
        con.execute(
            f"insert into {log_of(table)} by name select {_form(columns, stamp is not None)}, ? as run_id, "
            f"?::timestamp as said_at, false as is_gone from {table} where {owner} = ?",
            [run_id, said_at, watch],
        )
        con.execute("insert into history.stamp values (?, ?, ?, ?, ?)", [table, watch, run_id, said_at, stamp])


def _widen_log(con: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str]) -> None:
    logged = columns_of(con, log_of(table))
    for name, kind in columns.items():
        if name not in logged:
            con.execute(f'alter table {log_of(table)} add column "{name}" {kind}')


def _last_stamp(con: duckdb.DuckDBPyConnection, table: str, watch: str | None) -> str | None:
    row = con.execute(
        "select model_id from history.stamp where table_name = ? and watch = ? order by said_at desc limit 1",
        [table, watch or ""],
    ).fetchone()
    return None if row is None else row[0]


def _stamp_of(con: duckdb.DuckDBPyConnection, columns: dict[str, str], source: str) -> str | None:
    if "model_id" not in columns:
        return None
    low, high = con.execute(f"select min(model_id), max(model_id) from {source}").fetchall()[0]
    return low if low == high else None


def _form(columns: dict[str, str], is_stamped: bool) -> str:
    """A row as the log holds it: without the model's id where that is stamped."""
    return ", ".join(
        "null::varchar as model_id" if name == "model_id" and is_stamped else f'"{name}"' for name in columns
    )


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    return con.execute(f"select count(*) from {table}").fetchall()[0][0]


def _same(key: str, left: str, right: str) -> str:
    return " and ".join(f"{left}.{name} is not distinct from {right}.{name}" for name in key.split(", "))


def _scope(watch: str | None) -> str:
    return "" if watch is None else "where watch = ?"


def _values(watch: str | None) -> list[str]:
    return [] if watch is None else [watch]
