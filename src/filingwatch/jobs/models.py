"""What the jobs that learn have in common: the model's row, and a document as their cores take it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from filingwatch.jobs.base import Read
from filingwatch.ledger import Run

SCHEMA = {
    "model_id": pl.String,
    "watch": pl.String,
    "job": pl.String,
    "version": pl.Int32,
    "parameters": pl.String,
    "figures": pl.String,
    "state": pl.Binary,
    "trained_at": pl.Datetime("us"),
}


def name_model(run: Run, job: str, watch: str) -> str:
    """The id of the model that a job makes in this run; ids sort by time, since run ids do."""
    return f"{run.run_id}-{job}-{watch}"


def last_model(job: str) -> Read:
    """How a job reads the model that it made last for the watch: one row or none."""
    latest = f"select arg_max(model_id, trained_at) from ml.model where job = '{job}' group by watch"
    return Read("ml.model", ("model_id", "state"), per_watch=True, where=f"job = '{job}' and model_id in ({latest})")


def standing_models(job: str, held_in: str = "ml.promotion") -> Read:
    """How a job that may hold a model back reads those that matter for the watch: the newest that was not held back,
    and the newest of all; ids say which came later. `held_in` is the table that tells which were."""
    mine = f"select arg_max(model_id, trained_at) from ml.model where job = '{job}' and {{}} group by watch"
    held_back = f"select candidate_id from {held_in} where decision = 'held back'"
    any_of = " or ".join(f"model_id in ({mine.format(rule)})" for rule in ("true", f"model_id not in ({held_back})"))
    return Read("ml.model", ("model_id", "state"), per_watch=True, where=f"job = '{job}' and ({any_of})")


def model_row(
    run: Run,
    job: str,
    version: int,
    watch: str,
    parameters: Mapping[str, Any],
    figures: Mapping[str, Any],
    state: bytes | None = None,
) -> pl.DataFrame:
    """One row of ml.model. Parameters and the same input rebuild the model bit for bit; `state` saves doing so."""
    plain = [json.dumps(part, ensure_ascii=False, default=str) for part in (parameters, figures)]
    row = (name_model(run, job, watch), watch, job, version, *plain, state, run.started_at)
    return pl.DataFrame([row], SCHEMA, orient="row")


def with_symbols(inventions: pl.DataFrame, classes: pl.DataFrame) -> pl.DataFrame:
    """Inventions with their class symbols (of all schemes, each once, sorted) as the list column `symbols`."""
    symbols = classes.group_by("invention_id").agg(pl.col("symbol").unique().sort().alias("symbols"))
    return inventions.join(symbols, on="invention_id", how="left").with_columns(
        pl.col("symbols").fill_null(pl.lit([], dtype=pl.List(pl.String)))
    )
