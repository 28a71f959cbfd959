"""What a file of a past day says about itself: the table ops.as_of, and the limits of each mode in words."""

from __future__ import annotations

from typing import Any

import duckdb

from filingwatch import __version__
from filingwatch.comments import comment_on
from filingwatch.warehouse import utc_now

OF_THEN = {
    "ours": "everything: records, decisions, watches and the answers of the jobs as this installation had them",
    "world": "records published by the day, plus the lag of their feed; changepoints, completeness and counts of them",
}
OF_NOW = {
    "ours": "the software: models and tables of dbt are those of the version that made this file. "
    "ops.source_state holds only sources that were not asked since",
    "world": "watches, decisions, links that people made, relevance, topics and names of applicants, laid over the "
    "inventions of the day through their publications; dated events, companies and other tables of the software",
}
WORLD_CAVEATS = [
    "A record that was first seen here after the day stands with the first version that was seen: what its office "
    "corrected or deleted between the day and that sight cannot be told.",
    "A record without a day of publication counts from the day it was first seen here.",
    "What this home counted earlier is not in it: insight.fct_revision and ops.month_vintage begin anew, and ops "
    "holds of the ledger only runs and what they landed.",
    "Background and export cases are those that had been imported here by the day; their sources may be older.",
    "Families and classes are those of the version used; dates at which they were given are not known.",
]  # fmt: skip
_AS_OF_COLUMNS = {
    None: "What this file is: the tables as of a past day, what in them is of then and what of now. One row per file.",
    "mode": "ours (what this installation had seen) or world (what had been published anywhere).",
    "as_of": "The day, at whose end the knowledge stands.",
    "last_run_as_of": "In mode ours, the day of the last run that counts; in mode world the day itself.",
    "made_at": "When this file was made (UTC).",
    "project_version": "Version of the software that made it.",
    "watches": "The watches that were asked for; empty for all.",
    "what_is_of_then": "What in these tables is as it was on the day.",
    "what_is_of_now": "What in these tables is as it is today.",
    "feed_lags": "Days from publication until a feed carries a record, as used in mode world; null in mode ours.",
    "caveats": "What could not be told.",
}


def state(con: duckdb.DuckDBPyConnection, stated: dict[str, Any]) -> None:
    """Write ops.as_of, with a comment on every column."""
    con.execute(
        "create table ops.as_of as select ?::varchar as mode, ?::date as as_of, ?::date as last_run_as_of, "
        "?::timestamp as made_at, ?::varchar as project_version, ?::varchar[] as watches, "
        "?::varchar as what_is_of_then, ?::varchar as what_is_of_now, "
        "?::struct(feed varchar, lag_days integer, is_measured boolean, record_count bigint)[] as feed_lags, "
        "?::varchar[] as caveats",
        [
            stated["mode"], stated["as_of"], stated["last_run_as_of"], utc_now(), __version__, stated["watches"],
            stated["what_is_of_then"], stated["what_is_of_now"], stated["feed_lags"], stated["caveats"],
        ],
    )  # fmt: skip
    comment_on(con, "ops", "as_of", _AS_OF_COLUMNS)
