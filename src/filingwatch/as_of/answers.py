"""What the jobs said: of that day (`ours`), or of today and laid over the inventions of that day (`world`).

Answers about inventions of today reach those of a past day through the publications that both hold, since an invention
may have another id before its documents were linked. The working file is attached as `working`.
"""

from __future__ import annotations

import duckdb

from filingwatch import history
from filingwatch.as_of.taking import Question, tables_in

_MADE_ANEW = ("series_fit", "series_verdict", "changepoint", "changepoint_event", "filing_completeness")
"""Answers about counts: in the world of a day they are computed for it."""
_BEST = ("is_relevant", "probability", "weight")
"""Where several inventions of today were one, the answer that speaks for it most counts."""


def take_answers(con: duckdb.DuckDBPyConnection, question: Question) -> list[str]:
    """Fill ml of the scratch file with what the jobs had said by the day; returns what could not be told, in words."""
    caveats = []
    for table in (f"ml.{name}" for name in tables_in(con, "ml")):
        columns = history.columns_of(con, table)
        scope = _scope(columns, question)
        if history.has_log(con, table, "working"):
            rows = history.answer_of(con, table, "working", "select run_id from known_run")
            caveats += _tell_of_begin(con, table, question)
        elif "run_id" in columns:
            rows = f"select * from working.{table} where run_id in (select run_id from known_run)"
        elif "model_id" in columns:
            rows = (
                f"select * from working.{table} as said "
                "where exists (select 1 from known_run where starts_with(said.model_id, known_run.run_id || '-'))"
            )
        else:
            rows = f"select * from working.{table}"
            caveats.append(f"{table} is that of today: it has not changed since its history is kept.")
        con.execute(f"insert into {table} by name select * from ({rows}) where {scope}")
    return caveats


def borrow_answers(con: duckdb.DuckDBPyConnection, question: Question) -> None:
    """Copy what the jobs say today. Answers about inventions wait in the schema `borrowed` for the core of that day."""
    con.execute("create schema borrowed")
    con.execute(
        "create table borrowed.publication as select publication_id, invention_id from working.core.dim_publication"
    )
    for table in tables_in(con, "ml"):
        columns = history.columns_of(con, f"ml.{table}")
        scope = _scope(columns, question)
        if table in _MADE_ANEW:
            continue
        if "invention_id" in columns:
            con.execute(f"create table borrowed.{table} as from working.ml.{table} where {scope}")
        else:
            con.execute(f"insert into ml.{table} by name select * from working.ml.{table} where {scope}")


def lay_over(con: duckdb.DuckDBPyConnection) -> None:
    """Bring the borrowed answers to the inventions of the day, once these are built."""
    con.execute(
        "create table borrowed.invention as select distinct past.invention_id, now.invention_id as now_id "
        "from core.dim_publication as past inner join borrowed.publication as now using (publication_id) "
        "where past.invention_id is not null and now.invention_id is not null"
    )
    names = con.execute(
        "select table_name from duckdb_tables() where schema_name = 'borrowed' "
        "and table_name not in ('publication', 'invention') order by 1"
    ).fetchall()
    for (table,) in names:
        columns = history.columns_of(con, f"ml.{table}")
        key = ", ".join(history.key_of(con, f"ml.{table}"))
        best = ", ".join([*(f"{name} desc" for name in _BEST if name in columns), "now_id"])
        con.execute(
            f"insert into ml.{table} by name "
            f"select said.* replace (invention.invention_id as invention_id) from borrowed.{table} as said "
            "inner join borrowed.invention as invention on invention.now_id = said.invention_id "
            f"qualify row_number() over (partition by {_past(key)} order by {best}) = 1"
        )
    con.execute("drop schema borrowed cascade")


def _past(key: str) -> str:
    return ", ".join(
        "invention.invention_id" if name == "invention_id" else f"said.{name}" for name in key.split(", ")
    )  # fmt: skip


def _scope(columns: dict[str, str], question: Question) -> str:
    if not question.watches or "watch" not in columns:
        return "true"
    return "watch in ({})".format(", ".join(f"'{watch}'" for watch in question.watches))


def _tell_of_begin(con: duckdb.DuckDBPyConnection, table: str, question: Question) -> list[str]:
    row = con.execute(
        f"select min(run.as_of) from working.{history.log_of(table)} inner join working.ops.run as run using (run_id)"
    ).fetchone()
    if row is None or row[0] is None or row[0] <= question.day:
        return []
    return [f"What stood in {table} before {row[0]} was not kept: it is empty here."]
