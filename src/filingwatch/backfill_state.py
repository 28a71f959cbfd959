"""What the ledger knows of a backfill's windows: begun, how far, done, and whether something of them is missing.

Everything stands in ops.cursor under the question that was asked: another question asks for all windows anew. What
there is to do belongs to `backfill_plan`, doing it to `backfill`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from filingwatch import ledger
from filingwatch.journal import LOST_FEW, LOST_SHARE
from filingwatch.sources.base import Query, Window
from filingwatch.warehouse import utc_now

FLOW = "backfill"


@dataclass(frozen=True, slots=True)
class Found:
    """What the ledger says of a window since it was begun. `lacking` is a reason to ask again; `remark` (a limit of
    the office that another try would meet again) is none."""

    lacking: str | None = None
    remark: str | None = None


def cursor_key(query: Query, window: Window) -> str:
    return _key("", query, window)


def begun_key(query: Query, window: Window) -> str:
    return _key("-begun", query, window)


def done_key(query: Query, window: Window) -> str:
    return _key("-done", query, window)


def begin_window(
    con: duckdb.DuckDBPyConnection, run: ledger.Run, source: str, query: Query, window: Window
) -> dt.datetime:
    """When this window was begun: now, unless an earlier run did and was cut off."""
    key = begun_key(query, window)
    begun = ledger.read_cursor(con, source, key)
    if begun is not None:
        return dt.datetime.fromisoformat(begun["at"])
    now = utc_now()
    ledger.write_cursor(con, run, source, {"at": now.isoformat()}, key)
    return now


def forget_window(con: duckdb.DuckDBPyConnection, source: str, query: Query, window: Window) -> None:
    """Let this window count as never begun."""
    for key in (cursor_key(query, window), begun_key(query, window)):
        ledger.forget_cursor(con, source, key)


def is_again(con: duckdb.DuckDBPyConnection, source: str, query: Query, span: Window) -> bool:
    """Whether this span is being asked for again, and the command that began it has not come to its end."""
    return ledger.read_cursor(con, source, _key("-again", query, span)) is not None


def begin_again(
    con: duckdb.DuckDBPyConnection, run: ledger.Run, source: str, query: Query, span: Window, windows: Sequence[Window]
) -> None:
    """Let nothing of the span count as done, unless that was begun already: then what was done since counts."""
    if is_again(con, source, query, span):
        return
    with ledger.transaction(con):
        for window in windows:
            forget_window(con, source, query, window)
        for done in _done_windows(con, source, query):
            if done.start < span.end and span.start < done.end:
                ledger.forget_cursor(con, source, done_key(query, done))
        ledger.write_cursor(con, run, source, {"at": utc_now().isoformat()}, _key("-again", query, span))


def end_again(con: duckdb.DuckDBPyConnection, query: Query, span: Window) -> None:
    """The span is done by every source: the next time that it is asked for again begins anew."""
    for source, inside in _spans(con, "-again", query):
        if span.start <= inside.start and inside.end <= span.end:
            ledger.forget_cursor(con, source, _key("-again", query, inside))


def is_walked(con: duckdb.DuckDBPyConnection, source: str, query: Query, window: Window) -> bool:
    """Whether the window's cursor is one behind its last page (see `sources.windows`)."""
    cursor = ledger.read_cursor(con, source, cursor_key(query, window))
    return cursor is not None and "through" in cursor and "walk" not in cursor


def undone_windows(
    con: duckdb.DuckDBPyConnection, source: str, query: Query, windows: Sequence[Window]
) -> list[Window]:
    """The windows that no done one covers, oldest first."""
    done = _done_windows(con, source, query)
    return [one for one in windows if not any(it.start <= one.start and one.end <= it.end for it in done)]


def judge_window(con: duckdb.DuckDBPyConnection, source: str, since: dt.datetime) -> Found:
    """What came damaged, was never answered or was cut short by backfills of this source since then.

    It is read from the ledger since a window may be brought in by several runs, each of which knows its own part.
    """
    ours = (
        "from ops.outcome as o join ops.run as r using (run_id) "
        "where o.source = ? and o.attempted_at >= ? and r.flow = ? and o.kind = ?"
    )
    told = con.execute(f"select o.message {ours} and o.message is not null", [source, since, FLOW, "page"]).fetchall()
    notes = [json.loads(message) for (message,) in told]
    remarks = dict.fromkeys(str(one["truncated"]) for one in notes if one.get("truncated"))
    damaged = sum(bool(one.get("damaged")) for one in notes)
    lost, asked = con.execute(
        "select count(*) filter (status <> 'answered'), count(*) from "
        f"(select arg_max(o.status, o.attempted_at) as status {ours} group by o.request)",
        [source, since, FLOW, "request"],
    ).fetchall()[0]
    lacking = []
    if damaged:
        lacking.append(f"{damaged} pages came damaged")
    if lost > max(LOST_FEW, LOST_SHARE * asked):
        lacking.append(f"{lost} of {asked} requests were never answered")
    ending = "; ops.outcome says which. The same command asks for the window again."
    return Found(" and ".join(lacking) + ending if lacking else None, "; ".join(remarks) or None)


def _key(what: str, query: Query, window: Window) -> str:
    return f"{FLOW}{what}:{query.question}:{window.start}/{window.end}"


def _done_windows(con: duckdb.DuckDBPyConnection, source: str, query: Query) -> list[Window]:
    return [window for name, window in _spans(con, "-done", query) if name == source]


def _spans(con: duckdb.DuckDBPyConnection, what: str, query: Query) -> list[tuple[str, Window]]:
    """Sources and spans of all keys of a kind."""
    prefix = f"{FLOW}{what}:{query.question}:"
    rows = con.execute("select source, key from ops.cursor where starts_with(key, ?)", [prefix]).fetchall()
    return [(source, Window(*map(dt.date.fromisoformat, key.removeprefix(prefix).split("/")))) for source, key in rows]
