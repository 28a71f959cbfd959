"""A month of nightly runs on the demo office: which topics changed their id, and how far their number drifted.

    python -m tests.benchmarks.topic_month HOME [NIGHTS]

HOME is a home whose demo nights have been run (its working file is only read). On each of the last NIGHTS days (31 by
default) the jobs of relevance and topics see the inventions that were published by then. SYNTHETIC data.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from filingwatch import ledger
from filingwatch.jobs.base import run_jobs
from filingwatch.jobs.registry import jobs_of
from filingwatch.settings import Settings
from filingwatch.warehouse import writer
from filingwatch.watch import read_watches
from tests.topic_nights import find_renamed

_TABLES = {
    "core.fct_invention": "earliest_publication_date <= ?",
    "core.bridge_invention_classification": "invention_id in (select invention_id from core.fct_invention)",
    "core.dim_publication": "invention_id in (select invention_id from core.fct_invention)",
}


def measure(working_file: Path, nights: int, last: dt.date) -> dict[str, Any]:
    """What the nights until `last` did, by watch."""
    rows: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), today=last)
        with writer(settings) as con:
            con.execute(f"attach '{working_file}' as source (read_only)")
            con.execute("create schema core")
            for back in reversed(range(nights)):
                day = last - dt.timedelta(days=back)
                for table, where in _TABLES.items():
                    values = [day] if "?" in where else []
                    con.execute(f"create or replace table {table} as from source.{table} where {where}", values)
                outcomes = run_jobs(con, jobs_of("text"), read_watches(settings), ledger.new_run("month", day))
                for outcome in outcomes:
                    if outcome.job == "topics":
                        rows.setdefault(outcome.watch, []).append(_look(con, outcome.watch, day, outcome.figures))
    return {watch: _compare(of_watch) for watch, of_watch in rows.items()}


def _look(con: duckdb.DuckDBPyConnection, watch: str, day: dt.date, figures: Any) -> dict[str, Any]:
    placed = con.execute("select invention_id, topic_id from ml.filing_topic where watch = ?", [watch]).fetchall()
    return {
        "day": day,
        "placed": dict(placed),
        "refit": figures.get("refitted_because"),
        "decision": figures.get("refit"),
    }


def _compare(nights: list[dict[str, Any]]) -> dict[str, Any]:
    first, last = nights[0]["placed"], nights[-1]["placed"]
    both = first.keys() & last.keys()
    counts = [len(set(night["placed"].values())) for night in nights]
    return {
        "nights": len(nights),
        "filings": [len(first), len(last)],
        "refits": [(str(night["day"]), night["refit"], night["decision"]) for night in nights if night["refit"]],
        "topics": {"first": counts[0], "last": counts[-1], "least": min(counts), "most": max(counts)},
        "renamed_over_the_month": find_renamed(first, last),
        "renamed_in_a_night": sum(
            len(find_renamed(one["placed"], next_one["placed"])) for one, next_one in pairwise(nights)
        ),
        "same_topic_share": sum(first[name] == last[name] for name in both) / max(len(both), 1),
    }


if __name__ == "__main__":
    home = Path(sys.argv[1])
    file = Settings(home=home, today=dt.date(2000, 1, 1)).working_file
    with duckdb.connect(str(file), read_only=True) as con:
        [(last,)] = con.sql("select max(earliest_publication_date) from core.fct_invention").fetchall()
    print(json.dumps(measure(file, int(sys.argv[2]) if len(sys.argv) > 2 else 31, last), indent=2, default=str))
