"""What changed in how the series of a watch are made, and the parts of the old way that are kept beside the new one.

Model, labels, watch, topics and sources are compared with those of the last run. Here belong the comparison, its log,
and how long an old part is kept; what relevance would be the old way belongs to `old_answers`, which topics there would
be to `old_topics`, counting it to dbt (int_old_series_triangle), telling both apart to `changepoints.apart`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import duckdb
import polars as pl

from filingwatch import history, ledger
from filingwatch.jobs.base import JobOutcome
from filingwatch.jobs.old_answers import JOB as NAME
from filingwatch.jobs.old_answers import continue_old_answers, drop_old_answers, take_old_answers
from filingwatch.jobs.old_topics import bring_old_topics
from filingwatch.watch import Watch

VERSION = 2
SETTLING_DAYS = 45
"""A watch that is so young is still being set up: what changes in it is its beginning and no change."""
LIVED_WITH_DAYS = {"relevance": 365, "technologies": 365, "feeds": 730, "topics": 120}
"""So long a part of the old way is kept. All filings are judged anew at once, so what a new judge does shows at once
but for months that ripen; a kept judge gets blind to new words. A source acts on what is published from then on. Topics
are fitted anew every month: kept are those before the first of the refits, which get blind to new subjects."""
LOST_DAYS = 30
"""A source that was asked on at least three days is lost when it brought and answered nothing for so long while others
did: longer than a weekly file is late, a third of the quarter in which ops should know."""

REGIME = {
    "watch": pl.String, "first_on": pl.Date, "on_date": pl.Date, "last_run": pl.String, "relevance_model": pl.String,
    "label_id": pl.Int64, "watch_version": pl.String, "feeds": pl.List(pl.String), "lost_feeds": pl.List(pl.String),
    "topic_model": pl.String,
}  # fmt: skip
PART = {
    "watch": pl.String, "part": pl.String, "opened_on": pl.Date, "opened_by": pl.String, "relevance_model": pl.String,
    "technologies": pl.String, "old_feeds": pl.List(pl.String), "feeds": pl.List(pl.String), "topic_model": pl.String,
}  # fmt: skip
_ASKED = ("include", "exclude", "classes", "relevance")
"""What of a watch decides about relevance."""


@dataclass(frozen=True, slots=True)
class Regime:
    """How the series of a watch are made: by which models, up to which label, which watch, from which feeds."""

    relevance_model: str | None
    label_id: int
    watch_version: str
    feeds: tuple[str, ...]
    lost_feeds: tuple[str, ...]
    topic_model: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed, with what stood before and after, as words for people."""

    cause: str
    before: str | None
    after: str | None


def follow_changes(con: duckdb.DuckDBPyConnection, run: ledger.Run, watches: Iterable[Watch]) -> list[JobOutcome]:
    """Bring the regime, the log of changes and the old way of each watch up to date; says of each what was done.

    Runs after the jobs that judge texts and before the series are built. Rows and ledger row commit together.
    """
    return [_follow(con, run, watch) for watch in watches]


def _follow(con: duckdb.DuckDBPyConnection, run: ledger.Run, watch: Watch) -> JobOutcome:
    started = time.monotonic()
    now = read_regime(con, run, watch)
    judged = ledger.last_job_run(con, "relevance", watch.watch)
    inputs = {
        "relevance": [judged.key if judged else ""],
        "regime": [json.dumps(asdict(now), sort_keys=True)],
        "ended": [f"{part} {why}" for part, why in _ended_parts(con, run, watch.watch)],
    }
    parameters: dict[str, Any] = {}
    key = hashlib.sha256(json.dumps([NAME, VERSION, parameters, inputs], sort_keys=True).encode()).hexdigest()
    last = ledger.last_job_run(con, NAME, watch.watch)
    with ledger.transaction(con):
        if last is not None and last.key == key:
            outcome = JobOutcome(NAME, watch.watch, "current", "nothing it reads has changed", {}, 0.0)
        else:
            figures = _keep_ways(con, run, watch, now)
            reason = "first run" if last is None else "answers, watch or sources changed, or an old way ended"
            outcome = JobOutcome(NAME, watch.watch, "ran", reason, figures, time.monotonic() - started)
        ledger.record_job_run(con, run, outcome, key=key, version=VERSION, parameters=parameters, inputs=inputs)
    return outcome


def _keep_ways(con: duckdb.DuckDBPyConnection, run: ledger.Run, watch: Watch, now: Regime) -> dict[str, Any]:
    name = watch.watch
    row = con.execute("select first_on, last_run from ml.series_regime where watch = ?", [name]).fetchone()
    before, first_on = _last_regime(con, name), row[0] if row else run.as_of
    changes: list[Change] = []
    if before is None or row is None or (now.feeds and not set(now.feeds) & set(before.feeds)):
        # nothing that was known can be compared: a beginning
        first_on, parts = run.as_of, {}
    else:
        ended = dict(_ended_parts(con, run, name))
        changes += [Change(why, part, None) for part, why in ended.items()]
        parts = {part: kept for part, kept in _read_parts(con, name).items() if part not in ended}
        if (run.as_of - first_on).days > SETTLING_DAYS:
            asked = (_definition(con, name, before.watch_version), watch.model_dump(mode="json"))
            changes += find_changes(before, now, asked)
            opened = {"opened_on": run.as_of, "opened_by": run.run_id}
            parts = {part: opened | kept for part, kept in _parts_of(before, now, asked).items()} | parts
        _settle_feeds(parts, now)
    last = None if row is None else row[1]
    judged = _write_ways(con, run, name, parts, last)
    placed = bring_old_topics(con, run, name, parts.get("topics"), last)
    _log(con, run, name, changes)
    regime = {"watch": name, "first_on": first_on, "on_date": run.as_of, "last_run": run.run_id, **asdict(now)}
    history.replace_rows(con, run, NAME, "ml.series_regime", pl.DataFrame([regime], REGIME, strict=False), name)
    return {"changes": [change.cause for change in changes], "kept": sorted(parts), "judged": judged} | placed


def _write_ways(
    con: duckdb.DuckDBPyConnection,
    run: ledger.Run,
    watch: str,
    parts: Mapping[str, Mapping[str, Any]],
    last: str | None,
) -> int:
    """Write which parts are kept, and bring the old answers to them; returns how many were judged the old way."""
    had_relevance = "relevance" in _read_parts(con, watch)
    rows = [{"watch": watch, "part": part, **kept} for part, kept in sorted(parts.items())]
    history.replace_rows(con, run, NAME, "ml.series_baseline", pl.DataFrame(rows, PART), watch)
    if "relevance" not in parts:
        if had_relevance:
            drop_old_answers(con, run, watch)
        return 0
    if parts["relevance"]["opened_by"] == run.run_id and last is not None:
        take_old_answers(con, run, watch, last)
    return continue_old_answers(con, run, watch)


def read_regime(con: duckdb.DuckDBPyConnection, run: ledger.Run, watch: Watch) -> Regime:
    """How the series of a watch are made tonight. Invented filings are no feed once there are real ones."""
    model = con.execute(
        "select arg_max(model_id, trained_at) from ml.model where job = 'relevance' and watch = ? "
        "and model_id not in (select candidate_id from ml.promotion where decision = 'held back')",
        [watch.watch],
    ).fetchall()[0][0]
    label = con.execute(
        "select coalesce(max(decision_id), 0) from raw.decision where kind like 'relevance_%' and watch = ?",
        [watch.watch],
    ).fetchall()[0][0]
    pairs = con.execute(
        "select distinct source, feed from raw.publication where is_synthetic = "
        "(select bool_and(is_synthetic) from raw.publication)"
    ).fetchall()
    silent = _silent_sources(con, run.as_of)
    lost = {feed for _, feed in pairs} - {feed for source, feed in pairs if source not in silent}
    # all topics of a watch are said by one model: that of the fit in force
    topics = con.execute("select max(model_id) from ml.topic where watch = ?", [watch.watch]).fetchall()[0][0]
    feeds = tuple(sorted({feed for _, feed in pairs}))
    return Regime(model, label, watch.version, feeds, tuple(sorted(lost)), topics)


def _silent_sources(con: duckdb.DuckDBPyConnection, on: dt.date) -> set[str]:
    rows = con.execute(
        """
        with live as (
            select
                source,
                max(as_of) filter (
                    where record_count > 0 or ended in ('ok', 'nothing_new', 'already_landed')
                ) as answered_on
            from ops.night_volume
            where as_of <= ?
            group by source
            having count(distinct as_of) filter (where record_count > 0) >= 3
        )
        select source from live where answered_on < (select max(answered_on) from live) - ?::integer
        """,
        [on, LOST_DAYS],
    ).fetchall()
    return {source for (source,) in rows}


def find_changes(before: Regime, now: Regime, asked: tuple[Mapping[str, Any], Mapping[str, Any]]) -> list[Change]:
    """What differs between two regimes; `asked` are the definitions of the watch, before and now.

    A model that was learned anew because watch or labels changed is no cause of its own.
    """
    changes = []
    is_asked_anew = any(asked[0].get(name) != asked[1].get(name) for name in (*_ASKED, "technologies"))
    if is_asked_anew:
        changes.append(Change("watch", before.watch_version, now.watch_version))
    if now.relevance_model != before.relevance_model and before.relevance_model is not None:
        if now.label_id != before.label_id:
            changes.append(Change("labels", str(before.label_id), str(now.label_id)))
        elif all(asked[0].get(name) == asked[1].get(name) for name in _ASKED):
            changes.append(Change("model", before.relevance_model, now.relevance_model))
    if _is_fitted_anew(before, now):
        changes.append(Change("topics", before.topic_model, now.topic_model))
    changes += [Change("source gained", None, feed) for feed in now.feeds if feed not in before.feeds]
    lost, returned = set(now.lost_feeds) - set(before.lost_feeds), set(before.lost_feeds) - set(now.lost_feeds)
    changes += [Change("source lost", feed, None) for feed in sorted(lost & set(before.feeds))]
    return changes + [Change("source returned", None, feed) for feed in sorted(returned & set(now.feeds))]


def _parts_of(
    before: Regime, now: Regime, asked: tuple[Mapping[str, Any], Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The parts of the old way that a change makes worth keeping."""
    parts: dict[str, dict[str, Any]] = {}
    if now.relevance_model != before.relevance_model and before.relevance_model is not None:
        parts["relevance"] = {"relevance_model": before.relevance_model}
    if asked[0].get("technologies", []) != asked[1].get("technologies", []):
        parts["technologies"] = {"technologies": json.dumps(asked[0].get("technologies", []), ensure_ascii=False)}
    if _is_fitted_anew(before, now):
        parts["topics"] = {"topic_model": before.topic_model}
    if set(now.feeds) - set(before.feeds) or set(now.lost_feeds) - set(before.lost_feeds):
        parts["feeds"] = {"old_feeds": list(before.feeds), "feeds": list(before.feeds)}
    return parts


def _is_fitted_anew(before: Regime, now: Regime) -> bool:
    return before.topic_model is not None and now.topic_model != before.topic_model


def _settle_feeds(parts: dict[str, dict[str, Any]], now: Regime) -> None:
    """The feeds that both ways may count: those of before that still tell. A way without any, or with all, is none."""
    if "feeds" not in parts:
        return
    shared = sorted(set(parts["feeds"]["old_feeds"]) - set(now.lost_feeds))
    if not shared or set(shared) == set(now.feeds):
        del parts["feeds"]
    else:
        parts["feeds"] = parts["feeds"] | {"feeds": shared}


def _read_parts(con: duckdb.DuckDBPyConnection, watch: str) -> dict[str, dict[str, Any]]:
    rows = con.execute("select * exclude (watch) from ml.series_baseline where watch = ?", [watch]).pl()
    return {row.pop("part"): row for row in rows.iter_rows(named=True)}


def _ended_parts(con: duckdb.DuckDBPyConnection, run: ledger.Run, watch: str) -> list[tuple[str, str]]:
    """Parts of the old way that end tonight, with why. A decision counts that was landed after the change was met: ids
    of runs sort by time."""
    rows = con.execute(
        "select part, opened_on, exists (select 1 from raw.decision inner join raw.page using (page_id) "
        "where kind = 'new_way' and value = 'accepted' and decision.watch = kept.watch "
        "and page.run_id > kept.opened_by) "
        "from ml.series_baseline as kept where watch = ? order by part",
        [watch],
    ).fetchall()
    return [
        (part, "accepted" if is_accepted else "lived with")
        for part, opened_on, is_accepted in rows
        if is_accepted or (run.as_of - opened_on).days >= LIVED_WITH_DAYS[part]
    ]


def _last_regime(con: duckdb.DuckDBPyConnection, watch: str) -> Regime | None:
    row = con.execute(
        "select relevance_model, label_id, watch_version, feeds, lost_feeds, topic_model "
        "from ml.series_regime where watch = ?",
        [watch],
    ).fetchone()
    return None if row is None else replace(Regime(*row), feeds=tuple(row[3]), lost_feeds=tuple(row[4]))


def _definition(con: duckdb.DuckDBPyConnection, watch: str, version: str) -> dict[str, Any]:
    row = con.execute(
        "select arg_max(definition, first_seen_at) from raw.watch where watch = ? and version = ?", [watch, version]
    ).fetchone()
    return json.loads(row[0]) if row and row[0] else {}


def _log(con: duckdb.DuckDBPyConnection, run: ledger.Run, watch: str, changes: Iterable[Change]) -> None:
    rows = [{"watch": watch, **asdict(change), "on_date": run.as_of, "run_id": run.run_id} for change in changes]
    ledger.insert(con, "ml.pipeline_change", pl.DataFrame(rows))
