"""Which topic each filing would have, had the topics not been fitted anew.

The topics of the last run before a refit are taken from history; what came since is placed among them by the fit of
then, as the topic job would have done. Which refit begins that and how long it goes on belongs to `pipeline`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import polars as pl

from filingwatch import history
from filingwatch.jobs.corpus import Corpus
from filingwatch.jobs.old_answers import JOB
from filingwatch.ledger import Run

_TABLE = "ml.baseline_topic"


def bring_old_topics(
    con: duckdb.DuckDBPyConnection, run: Run, watch: str, part: Mapping[str, Any] | None, last_run: str | None
) -> dict[str, int]:
    """Bring the old topics to what is kept of them (a part of the old way, None for nothing); says how many filings
    were placed the old way, if any are kept. A part that this run opened begins with the topics of the run before."""
    if part is None:
        if con.execute(f"select 1 from {_TABLE} where watch = ? limit 1", [watch]).fetchall():
            history.replace_rows(con, run, JOB, _TABLE, pl.DataFrame(), watch)
        return {}
    if part["opened_by"] == run.run_id and last_run is not None:
        _take_old_topics(con, run, watch, last_run)
    return {"placed": _continue_old_topics(con, run, watch)}


def _take_old_topics(con: duckdb.DuckDBPyConnection, run: Run, watch: str, last_run: str) -> None:
    """Fill the old topics of a watch with those that filings had at the end of a run, which is in history."""
    database = con.execute("select current_database()").fetchall()[0][0]
    # a run id is made here and never comes from outside
    known = " union ".join(
        f"select run_id from {table} where run_id <= '{last_run}'"
        for table in (history.log_of("ml.filing_topic"), "history.stamp")
    )
    said = con.execute(
        "select watch, invention_id, topic_id "
        f"from ({history.answer_of(con, 'ml.filing_topic', database, known)}) where watch = ?",
        [watch],
    ).pl()
    history.replace_rows(con, run, JOB, _TABLE, said, watch)


def _continue_old_topics(con: duckdb.DuckDBPyConnection, run: Run, watch: str) -> int:
    """Place the old way what came since, and forget what is relevant neither way; returns how many were placed."""
    row = con.execute(
        "select state from ml.series_baseline as kept "
        "inner join ml.model as model on model.model_id = kept.topic_model where kept.watch = ? and part = 'topics'",
        [watch],
    ).fetchone()
    if row is None or row[0] is None:
        return 0
    counted = (
        "(select invention_id from ml.relevance where watch = $watch and is_relevant "
        "union select invention_id from ml.baseline_relevance where watch = $watch and is_relevant)"
    )
    there = f"(select invention_id from {_TABLE} where watch = $watch)"
    missing, gone = (
        con.execute(f"from {one} except from {other} order by invention_id", {"watch": watch}).pl()
        for one, other in ((counted, there), (there, counted))
    )
    if missing.height or gone.height:
        placed = _place(row[0], Corpus(con), missing["invention_id"].to_list())
        keys = gone.select("invention_id", watch=pl.lit(watch))
        history.change_rows(con, run, JOB, _TABLE, placed.with_columns(watch=pl.lit(watch)), keys, watch)
    return missing.height


def _place(state: bytes, corpus: Corpus, ids: list[str]) -> pl.DataFrame:
    schema = {"invention_id": pl.String, "topic_id": pl.String}
    if not ids:
        return pl.DataFrame(schema=schema)
    # scikit-learn takes two seconds to import; a night without news must not pay them
    from filingwatch.topics.placing import Fitted, place_documents

    kept = Fitted.from_bytes(state)
    placed = place_documents(corpus.texts, ids, kept.vectors, kept.weights, kept.rules)
    rows = [
        (name, kept.topic_ids[topic]) for name, topic in zip(ids, placed.topic_of.tolist(), strict=True) if topic >= 0
    ]
    return pl.DataFrame(rows, schema, orient="row")
