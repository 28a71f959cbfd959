"""What is published of screening: how good it is, what its query brings, what is to be read next. As plain data.

Here belong questions to the published file. Printing belongs to `cli.screening`, the figures to the relevance job.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from filingwatch.errors import BadInput
from filingwatch.settings import Settings
from filingwatch.warehouse import reader

Row = dict[str, Any]

_EFFECT = """
    select
        office, patent_type, filing_year, before_count, after_count, after_count - before_count as change
    from insight.fct_promotion_effect
    where watch = ? and candidate_id = ? and before_count <> after_count
    order by abs(after_count - before_count) desc, office, patent_type, filing_year
"""


def read_report(settings: Settings, watch: str | None = None) -> list[Row]:
    """For each watch: measures, the last time that a model was learned, and what the last promotion did to the counts.

    Raises:
        NothingPublished: there is no published file yet.
        BadInput: no such watch.
    """
    with reader(settings) as con:
        return [_report(con, name) for name in _watches(con, watch)]


def read_terms(settings: Settings, watch: str | None = None) -> list[Row]:
    """What each term and class of the queries brings; those that bring only rejects first.

    Raises:
        NothingPublished: there is no published file yet.
        BadInput: no such watch.
    """
    first = "verdict <> 'brings only rejects', verdict <> 'keeps out relevant ones', role <> 'include', role"
    return _read(
        settings, watch, f"select * from insight.fct_term_yield where watch = ? order by {first}, hit_count desc, term"
    )


def read_suggestions(settings: Settings, watch: str | None = None) -> list[Row]:
    """Words that the labels suggest for the queries, the strongest first.

    Raises:
        NothingPublished: there is no published file yet.
        BadInput: no such watch.
    """
    sql = "select * from insight.fct_term_suggestion where watch = ? order by kind desc, language, score desc, term"
    return _read(settings, watch, sql)


def read_queue(settings: Settings, watch: str | None = None, *, limit: int = 20) -> list[Row]:
    """The next documents to label of each watch.

    Raises:
        NothingPublished: there is no published file yet.
        BadInput: no such watch.
    """
    sql = (
        "select queue.watch, place, queue.invention_id, chosen_as, probability, why, title "
        "from ml.label_queue as queue left join core.fct_invention using (invention_id) "
        f"where queue.watch = ? order by place limit {int(limit)}"
    )
    return _read(settings, watch, sql)


def _read(settings: Settings, watch: str | None, sql: str) -> list[Row]:
    with reader(settings) as con:
        return [row for name in _watches(con, watch) for row in _rows(con, sql, [name])]


def _report(con: duckdb.DuckDBPyConnection, watch: str) -> Row:
    measures = _rows(
        con,
        "select measure, scope, value, low, high, sample_count, note from insight.fct_relevance_quality "
        "where watch = ? order by measure, scope",
        [watch],
    )
    promotions = (
        "select * exclude (watch) from insight.fct_promotion where watch = ? and {} order by run_id desc limit 1"
    )
    learned = _rows(con, promotions.format("true"), [watch])
    in_force = _rows(con, promotions.format("decision <> 'held back'"), [watch])
    model = _rows(con, "select * from insight.dim_relevance_model where watch = ? and is_in_force", [watch])
    effect = _rows(con, _EFFECT, [watch, in_force[0]["candidate_id"]]) if in_force else []
    return {
        "watch": watch,
        "is_synthetic": con.execute("select coalesce(bool_or(is_synthetic), false) from core.fct_invention").fetchall()[
            0
        ][0],
        "model": model[0] if model else None,
        "measures": measures,
        "last_learned": learned[0] if learned else None,
        "in_force_since": in_force[0] if in_force else None,
        "effect": effect,
    }


def _watches(con: duckdb.DuckDBPyConnection, wanted: str | None) -> list[str]:
    names = [name for (name,) in con.execute("select distinct watch from ml.relevance order by 1").fetchall()]
    if wanted is not None and wanted not in names:
        raise BadInput(f"There is no watch {wanted!r} in the published file; there are: {', '.join(names) or 'none'}.")
    return names if wanted is None else [wanted]


def _rows(con: duckdb.DuckDBPyConnection, sql: str, values: Sequence[Any]) -> list[Row]:
    result = con.execute(sql, list(values))
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
