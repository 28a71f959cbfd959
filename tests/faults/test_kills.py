"""Power failures: a run is killed between any two steps, and the next one loses and doubles nothing."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.commands import run, run_python

LANDING = [
    ("filingwatch.landing:keep_payload", 1, "before"),
    ("filingwatch.landing:keep_payload", 2, "after"),
    ("filingwatch.landing:_insert_publications", 2, "before"),
    ("filingwatch.landing:_insert_publications", 3, "after"),
    ("filingwatch.ledger:write_cursor", 3, "after"),
    ("filingwatch.ingest:land_page", 4, "after"),
]
NIGHT = [
    ("filingwatch.night:ingest_source", 1, "after"),
    ("filingwatch.transform:build", 1, "before"),
    ("filingwatch.transform:build", 1, "after"),
    ("filingwatch.quality:record", 1, "after"),
    ("filingwatch.jobs.base:_run_one", 1, "after"),
    ("filingwatch.ledger:put_alert", 1, "after"),
    ("filingwatch.publish:_copy_schemas", 1, "after"),
    ("filingwatch.publish:_swap_in", 1, "before"),
    ("filingwatch.publish:_link", 1, "before"),
    ("filingwatch.publish:_log", 1, "before"),
    ("filingwatch.alerts.outbox:_attempt", 1, "after"),
]

RAW = {
    "raw.publication": "source, feed, publication_id, version, content_hash",
    "raw.sighting": "record_index, publication_id, outcome",
    "raw.reject": "record_index, code, original",
    "raw.page": "source, feed, request::varchar, payload_sha256, record_count, new_count, changed_count",
}
RESULTS = {
    "core.fct_invention": "* exclude (first_seen_at)",
    "insight.fct_series_month": "*",
    "insight.fct_watch_filing": "watch, invention_id, is_relevant, title",
    "ml.changepoint": "series_id, mode, state, month, direction, round(rate_ratio, 6), is_news, first_announced_on",
    "ml.changepoint_event": "event, on_date, month, is_news",
    "ops.alert": "audience, event, subject",
}


def contents(home: Path, tables: dict[str, str]) -> dict[str, list[tuple]]:
    with duckdb.connect(str(home / "work" / "filingwatch.duckdb"), read_only=True) as con:
        return {
            table: con.sql(f"select {columns} from {table} order by all").fetchall()
            for table, columns in tables.items()
        }


def play(home: Path, what: str, kill: tuple[str, int, str] | None = None) -> int:
    """One process that plays stages of a night; with `kill` it kills itself there. Returns its exit code."""
    arguments = [] if kill is None else [kill[0], str(kill[1]), kill[2]]
    done = run_python(home, "-m", "tests.faults.chain", what, *arguments)
    if kill is None:
        assert done.returncode == 0, done.stderr
    return done.returncode


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("undisturbed") / "home"
    play(home, "night")
    return home


@pytest.mark.parametrize("kill", LANDING, ids=lambda kill: f"{kill[2]}-{kill[0].partition(':')[2]}-{kill[1]}")
def test_a_kill_while_landing_loses_and_doubles_nothing(
    tmp_path: Path, undisturbed: Path, kill: tuple[str, int, str]
) -> None:
    """Killed at this step and run again: the raw tables hold exactly what they hold without the kill."""
    assert play(tmp_path / "home", "ingest", kill) == -9
    play(tmp_path / "home", "ingest")
    assert contents(tmp_path / "home", RAW) == contents(undisturbed, RAW)


@pytest.mark.parametrize(
    "kills", [pytest.param(NIGHT[1::2], id="some"), pytest.param(NIGHT, id="all", marks=pytest.mark.slow)]
)
def test_kills_through_a_whole_night_change_nothing_of_its_result(
    tmp_path: Path, undisturbed: Path, kills: list[tuple[str, int, str]]
) -> None:
    """One home is killed at one step after the other; the run that is left in peace ends where the undisturbed did."""
    home = tmp_path / "home"
    for kill in kills:
        assert play(home, "night", kill) == -9, f"the night never reached {kill}"
    play(home, "night")
    assert contents(home, RAW) == contents(undisturbed, RAW)
    assert contents(home, RESULTS) == contents(undisturbed, RESULTS)
    with duckdb.connect(str(home / "work" / "filingwatch.duckdb"), read_only=True) as con:
        runs = con.sql("select status, count(*) from ops.run group by all order by all").fetchall()
    assert runs == [("interrupted", len(kills)), ("succeeded", 1)]
    told = sorted(path.name for path in (home / "alerts" / "monitor").glob("*.txt"))
    assert told == sorted(path.name for path in (undisturbed / "alerts" / "monitor").glob("*.txt"))
    assert run(home, "sql", "select count(*) as n from core.fct_invention").stdout == (
        run(undisturbed, "sql", "select count(*) as n from core.fct_invention").stdout
    )
