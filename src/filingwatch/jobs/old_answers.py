"""What relevance would be, had watch, labels and model stayed as they were.

The answers of the last run before the change are taken from history; what is new or changed since is judged with the
model, the rule and the labels of then, as the relevance job would have done. Which change begins that and how long it
goes on belongs to `pipeline`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from filingwatch import history
from filingwatch.jobs.corpus import Corpus
from filingwatch.ledger import Run

if TYPE_CHECKING:
    from filingwatch.relevance.rule import Rule
    from filingwatch.relevance.screening import ScreeningSettings

JOB = "pipeline"
_TABLE = "ml.baseline_relevance"


def take_old_answers(con: duckdb.DuckDBPyConnection, run: Run, watch: str, last_run: str) -> None:
    """Fill the old answers of a watch with what was said by the end of a run, which is in history."""
    database = con.execute("select current_database()").fetchall()[0][0]
    # a run id is made here and never comes from outside
    known = " union ".join(
        f"select run_id from {table} where run_id <= '{last_run}'"
        for table in (history.log_of("ml.relevance"), "history.stamp")
    )
    said = con.execute(
        "select watch, invention_id, is_relevant, decided_by, document_hash "
        f"from ({history.answer_of(con, 'ml.relevance', database, known)}) where watch = ?",
        [watch],
    ).pl()
    history.replace_rows(con, run, JOB, _TABLE, said, watch)


def drop_old_answers(con: duckdb.DuckDBPyConnection, run: Run, watch: str) -> None:
    """Forget the old way of relevance."""
    history.replace_rows(con, run, JOB, _TABLE, pl.DataFrame(), watch)


def continue_old_answers(con: duckdb.DuckDBPyConnection, run: Run, watch: str) -> int:
    """Judge the old way what is new or changed, and forget what is gone; returns how many were judged.

    Does nothing while the old way of relevance is not kept.
    """
    row = con.execute(
        "select state, model.parameters from ml.series_baseline as kept "
        "inner join ml.model as model on model.model_id = kept.relevance_model where kept.watch = ?",
        [watch],
    ).fetchone()
    if row is None or row[0] is None:
        return 0
    corpus = Corpus(con)
    said = con.execute(
        f"select invention_id, document_hash, is_relevant, decided_by from {_TABLE} where watch = ?", [watch]
    ).pl()
    missing = corpus.hashes.join(said, on=["invention_id", "document_hash"], how="anti")
    gone = said.join(corpus.hashes, on="invention_id", how="anti").select("invention_id", watch=pl.lit(watch))
    if missing.height or gone.height:
        judged = _judge(row[0], json.loads(row[1]), corpus, missing, said, watch)
        history.change_rows(con, run, JOB, _TABLE, judged, gone, watch)
    return missing.height


def _judge(
    state: bytes, parameters: Mapping[str, Any], corpus: Corpus, missing: pl.DataFrame, said: pl.DataFrame, watch: str
) -> pl.DataFrame:
    # scikit-learn takes two seconds to import; a night without news must not pay them
    from filingwatch.relevance.learned import Learned
    from filingwatch.relevance.screening import judge

    labels = said.filter(pl.col("decided_by") == "person").select("invention_id", "is_relevant")
    rows = judge(
        corpus.texts,
        missing["invention_id"].to_list(),
        Learned.from_bytes(state),
        _rule_of(parameters["rule"]),
        dict(labels.iter_rows()),
        _settings_of(parameters),
    )
    return (
        rows.select("invention_id", "is_relevant", "decided_by")
        .join(missing, on="invention_id")
        .with_columns(watch=pl.lit(watch))
    )


def _rule_of(kept: Mapping[str, Any]) -> Rule:
    from filingwatch.relevance.rule import Rule

    unless = tuple((term, tuple(words)) for term, words in kept["unless"])
    return Rule(tuple(kept["include"]), tuple(kept["exclude"]), tuple(kept["classes"]), unless)


def _settings_of(parameters: Mapping[str, Any]) -> ScreeningSettings:
    from filingwatch.relevance.screening import ScreeningSettings

    names = {field.name for field in fields(ScreeningSettings)}
    return ScreeningSettings(**{name: value for name, value in parameters.items() if name in names})
