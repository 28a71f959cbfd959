"""What was knowable on a day, copied from the working file into a scratch one.

`ours` goes by the day of the run that landed a page; `world` by the day of publication and the lag of the feed. Here
belong landed rows and the ledger; what the jobs said belongs to `answers`. The working file is attached as `working`.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from typing import Literal, get_args

import duckdb
import polars as pl

from filingwatch.errors import BadInput
from filingwatch.history import columns_of
from filingwatch.resources import dbt_project_folder

Mode = Literal["ours", "world"]
MODES: tuple[str, ...] = get_args(Mode)
LEAST_MEASURED = 100
"""A feed's own lag is believed from so many records on; below, the constant of the seed feed_order counts."""
_UNKNOWN_LAG = 14
_LEFT_OUT = ("cursor", "migration")
_LEDGER_OF_WORLD = ("run", "outcome")
"""What this home analysed and counted is no part of the world; left in, it would stand for work that is still to do."""

_KNOWN_WATCH = "coalesce(run_id in (select run_id from known_run), first_seen_at::date <= date '{day}')"


@dataclass(frozen=True, slots=True)
class Question:
    """The day whose knowledge is asked for, in which mode, and for which watches (none named: all)."""

    day: dt.date
    mode: Mode
    watches: tuple[str, ...] = ()


def tables_in(con: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    """Tables of a schema of the working file."""
    rows = con.execute(
        "select table_name from duckdb_tables() where database_name = 'working' and schema_name = ? order by 1",
        [schema],
    ).fetchall()
    return [row[0] for row in rows]


def take_landed(con: duckdb.DuckDBPyConnection, question: Question) -> None:
    """Fill raw and ops of the scratch file with what was knowable.

    Raises:
        BadInput: the day lies before everything, or a watch is not there; says from when on there is something.
    """
    _find_known(con, question)
    _require_watches(con, question)
    if question.mode == "world":
        _choose_published(con, question.day)
    _require_something(con, question)
    for table in tables_in(con, "raw"):
        _copy(con, f"raw.{table}", _raw_filter(con, table, question))
    wanted = _LEDGER_OF_WORLD if question.mode == "world" else [t for t in tables_in(con, "ops") if t not in _LEFT_OUT]
    for table in wanted:
        columns = columns_of(con, f"working.ops.{table}")
        if "run_id" in columns:
            ours = _of_watches(question, "''") if "watch" in columns else "true"
            _copy(con, f"ops.{table}", f"run_id in (select run_id from known_run) and {ours}")


def _find_known(con: duckdb.DuckDBPyConnection, question: Question) -> None:
    """Runs and pages that count as known: of the day or before, in both modes."""
    con.execute(
        "create temp table known_run as select run_id from working.ops.run where as_of <= ?::date", [question.day]
    )
    # pages of before the ledger knew its runs count from when they were fetched
    con.execute(
        "create temp table seen_page as select page.page_id, page.source, run.flow, "
        "coalesce(run.as_of, page.fetched_at::date) as seen_on "
        "from working.raw.page as page left join working.ops.run as run using (run_id)"
    )


def _require_watches(con: duckdb.DuckDBPyConnection, question: Question) -> None:
    known = _KNOWN_WATCH.format(day=question.day) if question.mode == "ours" else "true"
    rows = con.execute(
        f"select watch, bool_or({known}) from working.raw.watch group by watch order by watch"
    ).fetchall()
    there = dict(rows)
    for watch in question.watches:
        if watch not in there:
            names = ", ".join(there) or "none yet"
            raise BadInput(f"There is no watch {watch!r} in this home; use one of: {names}.")
        if not there[watch]:
            raise BadInput(f"The watch {watch!r} was not here yet on {question.day}; ask for a later day.")


def _require_something(con: duckdb.DuckDBPyConnection, question: Question) -> None:
    if question.mode == "world":
        count, what = "select count(*) from chosen", "published"
        first = "select min(publication_date) from working.raw.publication"
    else:
        count, what = "select count(*) from seen_page where seen_on <= ?::date and source <> 'decisions'", "seen here"
        first = "select min(seen_on) from seen_page where source <> 'decisions'"
    values = [] if question.mode == "world" else [question.day]
    if not con.execute(count, values).fetchall()[0][0]:
        begin = con.execute(first).fetchall()[0][0]
        since = f"the first is of {begin}; ask for a later day" if begin else "run `filingwatch nightly` first"
        raise BadInput(f"Nothing had been {what} by {question.day}: {since}.")


def _choose_published(con: duckdb.DuckDBPyConnection, day: dt.date) -> None:
    """The version of each record that counts as published by the day: the newest that was seen by then, else the
    first that ever was. A record without a date has that of its publication in another feed, else the day it was seen.
    """
    _measure_lags(con, day)
    con.execute(
        """
        create temp table chosen as
        with version as (
            select
                record.source, record.feed, record.publication_id, record.version, record.publication_date,
                record.page_id, record.record_index, seen_page.seen_on
            from working.raw.publication as record
            inner join seen_page using (page_id)
            where not record.is_synthetic
                or not exists (select 1 from working.raw.publication where not is_synthetic)
        ),
        pick as (
            select
                source, feed, publication_id, min(seen_on) as first_seen_on,
                coalesce(max(version) filter (where seen_on <= $day), min(version)) as version
            from version
            group by source, feed, publication_id
        ),
        dated as (
            select publication_id, min(publication_date) as publication_date from version group by publication_id
        )
        select version.source, version.feed, version.publication_id, version.version, version.page_id,
            version.record_index
        from version
        inner join pick using (source, feed, publication_id, version)
        inner join dated using (publication_id)
        left join lag using (feed)
        where coalesce(
            coalesce(version.publication_date, dated.publication_date) + coalesce(lag.lag_days, $unknown)::integer,
            pick.first_seen_on
        ) <= $day
        """,
        {"day": day, "unknown": _UNKNOWN_LAG},
    )


def _measure_lags(con: duckdb.DuckDBPyConnection, day: dt.date) -> None:
    """Median days from publication to first sight, of records published after the feed was first asked and not brought
    by an import or a backfill; the seed's constant where there are too few."""
    with (dbt_project_folder() / "seeds" / "feed_order.csv").open(encoding="utf-8") as file:
        constants = pl.DataFrame([(row["feed"], int(row["lag_days"]), False, 0) for row in csv.DictReader(file)],
                                 {"feed": pl.String, "lag_days": pl.Int32, "is_measured": pl.Boolean,
                                  "record_count": pl.Int64}, orient="row")  # fmt: skip
    con.register("constant", constants)
    con.execute("create temp table lag as from constant")
    con.unregister("constant")
    con.execute(
        """
        create temp table measured as
        with begun as (
            select feed, min(seen_on) as first_day
            from working.raw.publication inner join seen_page using (page_id)
            group by feed
        )
        select record.feed, median(seen_page.seen_on - record.publication_date)::integer as lag_days,
            count(*) as record_count
        from working.raw.publication as record
        inner join seen_page using (page_id)
        inner join begun using (feed)
        where record.version = 1
            and seen_page.flow not in ('import', 'backfill')
            and record.publication_date > begun.first_day
            and record.publication_date <= seen_page.seen_on
        group by record.feed
        having count(*) >= ?
        """,
        [LEAST_MEASURED],
    )
    con.execute("delete from lag where feed in (select feed from measured)")
    con.execute("insert into lag select feed, lag_days, true, record_count from measured")


def _raw_filter(con: duckdb.DuckDBPyConnection, table: str, question: Question) -> str:
    day, columns = f"date '{question.day}'", columns_of(con, f"working.raw.{table}")
    seen = f"page_id in (select page_id from seen_page where seen_on <= {day})"
    ours = _of_watches(question)
    if table == "watch":
        return ours if question.mode == "world" else f"{_KNOWN_WATCH.format(day=question.day)} and {ours}"
    if table == "decision":
        return ours if question.mode == "world" else f"{seen} and {ours}"
    decided = f"select page_id from working.raw.decision where {_raw_filter(con, 'decision', question)}" \
        if table == "page" else ""  # fmt: skip
    if question.mode == "world":
        return _world_filter(table, columns, seen, decided)
    if table == "page":
        return f"{seen} and (source <> 'decisions' or page_id in ({decided}))"
    return seen if "page_id" in columns else "true"


def _of_watches(question: Question, *more: str) -> str:
    """SQL that keeps what belongs to the watches of the question, to none, or to `more` (quoted)."""
    chosen = ", ".join([*(f"'{watch}'" for watch in question.watches), *more])
    return f"(watch is null or watch in ({chosen}))" if question.watches else "true"


def _world_filter(table: str, columns: dict[str, str], seen: str, decided: str) -> str:
    if table == "publication":
        return "(source, feed, publication_id, version) in (select (source, feed, publication_id, version) from chosen)"
    if table == "sighting":
        return "(page_id, record_index) in (select (page_id, record_index) from chosen)"
    if table == "reject":
        return "false"
    if table == "page":
        return (
            f"page_id in (select page_id from chosen) or page_id in ({decided}) or ({seen} and source <> 'decisions')"
        )
    return seen if "page_id" in columns else "true"


def settle_world(con: duckdb.DuckDBPyConnection, day: dt.date) -> None:
    """Make the copy agree with itself: pages count what is left of them, and no fact is later than the day."""
    con.execute("update raw.publication set grant_date = null where grant_date > ?::date", [day])
    con.execute("update raw.sighting set outcome = 'new'")
    con.execute(
        """
        update raw.page set record_count = kept.row_count, new_count = kept.row_count,
            reject_count = 0, changed_count = 0, unchanged_count = 0
        from (
            select page.page_id, count(sighting.page_id)::integer as row_count
            from raw.page as page left join raw.sighting as sighting using (page_id)
            group by page.page_id
        ) as kept
        where kept.page_id = page.page_id and page.source <> 'decisions'
        """
    )


def _copy(con: duckdb.DuckDBPyConnection, table: str, where: str) -> None:
    con.execute(f"insert into {table} by name select * from working.{table} where {where}")
