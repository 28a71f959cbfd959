"""What the jobs said: of that day (`ours`), or of today and laid over the inventions of that day (`world`).

Answers about inventions of today reach those of a past day through the publications that both hold, since an invention
may have another id before its documents were linked. The working file is attached as `working`.
"""

from __future__ import annotations

import duckdb

from filingwatch import history
from filingwatch.as_of.taking import Question, tables_in

_MADE_ANEW = (
    "series_fit", "series_verdict", "changepoint", "changepoint_event", "filing_completeness", "nowcast_score",
    "pipeline_change", "pipeline_finding",
    "series_regime", "series_baseline", "baseline_relevance", "baseline_topic",
)  # fmt: skip
"""Answers about counts: in the world of a day they are computed for it."""
SAID_BY = {
    "baseline_relevance": "pipeline", "baseline_topic": "pipeline", "series_baseline": "pipeline",
    "series_regime": "pipeline",
    "applicant_entity": "applicants", "applicant_link": "applicants", "applicant_review": "applicants",
    "changepoint": "changepoints", "filing_completeness": "completeness", "filing_topic": "topics",
    "legal_entity": "applicants", "nowcast_score": "nowcasts", "pipeline_finding": "changepoints",
    "label_queue": "relevance", "relevance_label": "relevance", "relevance_quality": "relevance",
    "term_hit": "relevance", "term_suggestion": "relevance", "term_yield": "relevance",
    "relevance": "relevance", "series_fit": "changepoints", "series_verdict": "changepoints", "topic": "topics",
    "right_judged": "rights", "right_tag": "rights", "topic_emergence": "emergence",
}  # fmt: skip
"""Which job replaces a table of ml."""
_BEST = ("is_relevant", "probability", "weight")
"""Where several inventions of today were one, the answer that speaks for it most counts."""


def take_answers(con: duckdb.DuckDBPyConnection, question: Question) -> list[str]:
    """Fill ml of the scratch file with what the jobs had said by the day; returns what could not be told, in words."""
    caveats = []
    for table in tables_in(con, "ml"):
        columns = history.columns_of(con, f"ml.{table}")
        scope = _scope(columns, question)
        if f"ml.{table}" not in history.APPEND_ONLY:
            rows = _replaced(con, table, question)
            caveats += _tell_of_begin(con, table, question)
        elif "run_id" in columns:
            rows = f"select * from working.ml.{table} where run_id in (select run_id from known_run)"
        else:
            rows = (
                f"select * from working.ml.{table} as said "
                "where exists (select 1 from known_run where starts_with(said.model_id, known_run.run_id || '-'))"
            )
        con.execute(f"insert into ml.{table} by name select * from ({rows}) where {scope}")
    begin = con.execute("select min(as_of) from working.ops.month_vintage").fetchall()[0][0]
    if begin is None or begin > question.day:
        since = f"before {begin}" if begin else "yet"
        caveats.append(f"What was counted for each month was not kept {since}: insight.fct_revision is empty.")
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
    _forget_later_names(con)


def _forget_later_names(con: duckdb.DuckDBPyConnection) -> None:
    """Leave out names, and who goes by none but them, that were not in print on the day."""
    con.execute("create temp table in_print as select normalised_name from intermediate.int_applicant_name")
    con.execute("delete from ml.applicant_entity where normalised_name not in (from in_print)")
    for table in ("applicant_link", "applicant_review"):
        con.execute(f"delete from ml.{table} where name_a not in (from in_print) or name_b not in (from in_print)")
    con.execute(
        "update ml.legal_entity set name_count = (select count(*) from ml.applicant_entity as named "
        "where named.entity_id = legal_entity.entity_id)"
    )
    con.execute("delete from ml.legal_entity where name_count = 0 and not is_seeded")


def _past(key: str) -> str:
    return ", ".join(
        "invention.invention_id" if name == "invention_id" else f"said.{name}" for name in key.split(", ")
    )  # fmt: skip


def _scope(columns: dict[str, str], question: Question) -> str:
    if not question.watches or "watch" not in columns:
        return "true"
    return "watch in ({})".format(", ".join(f"'{watch}'" for watch in question.watches))


def _replaced(con: duckdb.DuckDBPyConnection, table: str, question: Question) -> str:
    """SQL of a replaced table as of the day. Where it was not replaced since its history is kept, it is that of today
    for whom its job did not run again; of the others nobody knows."""
    if history.has_log(con, f"ml.{table}", "working"):
        return history.answer_of(con, f"ml.{table}", "working", "select run_id from known_run")
    owner = _owner(con, table)
    return (
        f"select * from working.ml.{table} where {owner} in ("
        f"select watch from ({_ran(table)}) group by watch having max(as_of) <= date '{question.day}')"
    )


def _tell_of_begin(con: duckdb.DuckDBPyConnection, table: str, question: Question) -> list[str]:
    """For whom an answer stood on the day and was replaced before there was a history."""
    if history.has_log(con, f"ml.{table}", "working"):
        known = (
            f"select {_owner(con, table)} as watch, min(run.as_of) as first_day "
            f"from working.{history.log_of(f'ml.{table}')} inner join working.ops.run as run using (run_id) group by 1"
        )
    else:
        known = f"select watch, max(as_of) as first_day from ({_ran(table)}) group by watch"
    rows = con.execute(
        f"select ran.watch, known.first_day from ({_ran(table)}) as ran left join ({known}) as known using (watch) "
        "where ran.as_of <= $day and (known.first_day > $day or known.first_day is null) "
        "and ran.decided_at < (select applied_at from working.ops.migration where name like '%_history') "
        "group by all order by all",
        {"day": question.day},
    ).fetchall()
    return [
        f"What stood in ml.{table}{f' for {watch}' if watch else ''} on this day was not kept"
        f"{f' (it is from {first} on)' if first else ''}: it is empty here."
        for watch, first in rows
        if not watch or not question.watches or watch in question.watches
    ]


def _owner(con: duckdb.DuckDBPyConnection, table: str) -> str:
    return "watch" if "watch" in history.columns_of(con, f"ml.{table}") else "''"


def _ran(table: str) -> str:
    return (
        "select coalesce(job_run.watch, '') as watch, run.as_of, job_run.decided_at "
        "from working.ops.job_run as job_run "
        f"inner join working.ops.run as run using (run_id) where job = '{SAID_BY[table]}' and job_run.status = 'ran'"
    )
