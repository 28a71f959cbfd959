"""The topics that began to emerge of late, as published: parts, counts, and filings that are typical of each.

Reads the published file. Whether a topic is emerging belongs to `topics.emergence`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

from filingwatch.errors import BadInput
from filingwatch.settings import Settings
from filingwatch.warehouse import reader

QUARTER_DAYS = 92
TYPICAL = 3
CAVEATS = (
    "A filing is not a deployment.",
    "A topic is made by a machine from words and classes; read its typical filings before you cite it.",
    "Counted by month of first publication: what was filed in the last eighteen months is not all published yet.",
)
Row = dict[str, Any]

_EMERGED = """
    select *
    from insight.fct_topic_emergence
    where emerged_on >= $since and ($watch is null or watch = $watch)
    order by emerged_on desc, score desc nulls last, topic_id
"""
_TYPICAL = """
    select invention_id, title, office, filing_month, earliest_publication_date as published_on
    from insight.fct_watch_filing
    inner join ml.filing_topic using (watch, invention_id, topic_id)
    where watch = $watch and topic_id = $topic_id and is_relevant
    order by weight desc, invention_id
    limit $most
"""


def read_emerging(settings: Settings, *, since: dt.date | None = None, watch: str | None = None) -> list[Row]:
    """Topics that were said to be emerging for the first time since a day (by default in the 92 days before the last
    look), the newest first, also those that are not emerging any more; each with typical filings.

    Raises:
        BadInput: the published file knows no emergence yet.
        NothingPublished: there is no published file yet.
    """
    with reader(settings) as con:
        try:
            first = since or _last_look(con) - dt.timedelta(days=QUARTER_DAYS)
            found = _rows(con, _EMERGED, {"since": first, "watch": watch})
            for one in found:
                of_topic = {"watch": one["watch"], "topic_id": one["topic_id"], "most": TYPICAL}
                one["typical"] = _rows(con, _TYPICAL, of_topic)
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise BadInput("The published file is of an older filingwatch; the next night writes it anew.") from error
    return found


def _last_look(con: duckdb.DuckDBPyConnection) -> dt.date:
    [(day,)] = con.execute("select max(as_of) from ops.run").fetchall()
    return day


def _rows(con: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any]) -> list[Row]:
    result = con.execute(sql, values)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
