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

APPEND_ONLY = (
    "ml.model", "ml.topic_lineage", "ml.changepoint_event", "ml.pipeline_change", "ml.promotion", "ml.promotion_effect",
    "ml.topic_refit",
)  # fmt: skip
"""Never replaced: each row tells the run that said it, in a column or as the beginning of its model's id."""


def replace_rows(
    con: duckdb.DuckDBPyConnection, run: Run, job: str, table: str, frame: pl.DataFrame, watch: str | None
) -> None:
    """Put the rows of a watch (None: all rows) in the place of those that a table holds; remember what differs.

    Belongs into the transaction of the caller. Where there is a primary key, rows that are the same are not written
    again. Tables outside of `ml` are replaced without being remembered.

    Raises:
        ValueError: the table is append-only.
    """
    _refuse_append_only(table)
    _fill(con, table, "answer_now", frame)
    _put_answer(con, run, job, table, watch)


def change_rows(
    con: duckdb.DuckDBPyConnection,
    run: Run,
    job: str,
    table: str,
    rows: pl.DataFrame,
    gone: pl.DataFrame,
    watch: str | None,
) -> None:
    """Put these rows of a watch in the place of those with the same key, drop those whose keys are `gone`; remember it.

    Belongs into the transaction of the caller; the table has a primary key. Costs what changes, unless the answers come
    to be of several models, or no longer are: then the log needs all of them.

    Raises:
        ValueError: the table is append-only.
    """
    _refuse_append_only(table)
    key = ", ".join(f'"{name}"' for name in key_of(con, table))
    _fill(con, table, "answer_new", rows)
    _fill(con, table, "answer_gone", gone)
    con.execute(f"create temp table answer_old as select {key} from answer_gone union select {key} from answer_new")
    con.execute("drop table answer_gone")
    standing = f"(from (from {table} {_scope(watch)}) anti join answer_old using ({key}))"
    after = f"(from {standing} union all by name from answer_new)"
    if table.startswith("ml."):
        _begin_log(con, job, table)
        stamp = _stamp_of(con, columns_of(con, table), after, watch)
        if (stamp is None) != (_last_stamp(con, table, watch) is None):
            con.execute(f"create temp table answer_now as from {after}", _values(watch))
            con.execute("drop table answer_new; drop table answer_old")
            return _put_answer(con, run, job, table, watch)
        before = f"(from (from {table} {_scope(watch)}) semi join answer_old using ({key}))"
        _remember(con, run, table, watch, before, "answer_new", stamp)
    return _write(con, table, watch, key)


def _refuse_append_only(table: str) -> None:
    if table in APPEND_ONLY:
        raise ValueError(f"{table} is append-only: nothing in it is ever replaced.")


def _put_answer(con: duckdb.DuckDBPyConnection, run: Run, job: str, table: str, watch: str | None) -> None:
    """Replace all by the rows of the temporary `answer_now`."""
    before = f"(from {table} {_scope(watch)})"
    if table.startswith("ml."):
        _begin_log(con, job, table)
        stamp = _stamp_of(con, columns_of(con, table), "answer_now")
        _remember(con, run, table, watch, before, "answer_now", stamp)
    if _primary_key(con, table):
        key = ", ".join(f'"{name}"' for name in key_of(con, table))
        con.execute(
            f"create temp table answer_old as select {key} from (from {before} except from answer_now)", _values(watch)
        )
        con.execute(f"create temp table answer_new as from answer_now except from {before}", _values(watch))
        _write(con, table, watch, key)
    else:
        con.execute(f"delete from {table} {_scope(watch)}", _values(watch))
        con.execute(f"insert into {table} from answer_now")
    con.execute("drop table answer_now")


def _write(con: duckdb.DuckDBPyConnection, table: str, watch: str | None, key: str) -> None:
    same = " and ".join(f"{table}.{name} = answer_old.{name}" for name in key.split(", "))
    scope = "" if watch is None else f"and {table}.watch = ?"
    con.execute(f"delete from {table} using answer_old where {same} {scope}", _values(watch))
    con.execute(f"insert into {table} from answer_new")
    con.execute("drop table answer_old; drop table answer_new")


def _fill(con: duckdb.DuckDBPyConnection, table: str, name: str, frame: pl.DataFrame) -> None:
    columns = ", ".join(f'null::{kind} as "{column}"' for column, kind in columns_of(con, table).items())
    con.execute(f"create temp table {name} as select {columns} limit 0")
    if not frame.is_empty():
        con.register("incoming", frame)
        con.execute(f"insert into {name} by name from incoming")
        con.unregister("incoming")


def log_of(table: str) -> str:
    """The log of a table of ml."""
    return f'history."{table.removeprefix("ml.")}_log"'


def columns_of(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Names and types of the columns of a table, in order."""
    return {name: kind for name, kind, *_ in con.execute(f"describe {table}").fetchall()}


def key_of(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """The primary key of a table; all its columns but the model's id where it has none."""
    return _primary_key(con, table) or [name for name in columns_of(con, table) if name != "model_id"]


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


def _primary_key(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    if "." not in table:
        return []
    schema, name = table.split(".")
    row = con.execute(
        "select constraint_column_names from duckdb_constraints() where schema_name = ? and table_name = ? "
        "and database_name = current_database() and constraint_type = 'PRIMARY KEY'",
        [schema, name],
    ).fetchone()
    return list(row[0]) if row else []


def _begin_log(con: duckdb.DuckDBPyConnection, job: str, table: str) -> None:
    if not has_log(con, table, con.execute("select current_database()").fetchall()[0][0]):
        _open_log(con, job, table)
    _widen_log(con, table, columns_of(con, table))


def _remember(
    con: duckdb.DuckDBPyConnection, run: Run, table: str, watch: str | None, before: str, now: str, stamp: str | None
) -> None:
    """Log how the rows of `now` differ from those of `before`, both SQL; `stamp` is the model of all answers."""
    columns = columns_of(con, table)
    old, new = _form(columns, _last_stamp(con, table, watch) is not None), _form(columns, stamp is not None)
    said_at, key = utc_now(), ", ".join(f'"{name}"' for name in key_of(con, table))
    con.execute(
        f"insert into {log_of(table)} by name "
        f"select *, ? as run_id, ?::timestamp as said_at, false as is_gone from "
        f"(select {new} from {now} except select {old} from {before})",
        [run.run_id, said_at, *_values(watch)],
    )
    con.execute(
        f"insert into {log_of(table)} by name "
        f"select {key}, ? as run_id, ?::timestamp as said_at, true as is_gone from {before} as old "
        f"anti join {now} as new on {_same(key, 'old', 'new')}",
        [run.run_id, said_at, *_values(watch)],
    )
    if "model_id" in columns and (stamp is not None or _count(con, now)):
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


def _stamp_of(
    con: duckdb.DuckDBPyConnection, columns: dict[str, str], source: str, watch: str | None = None
) -> str | None:
    if "model_id" not in columns:
        return None
    low, high = con.execute(f"select min(model_id), max(model_id) from {source}", _values(watch)).fetchall()[0]
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
