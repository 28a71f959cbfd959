"""What the jobs said on any earlier day can be read back exactly, and costs what changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from filingwatch import history, ledger, warehouse

SCHEMA = {"watch": pl.String, "invention_id": pl.String, "topic_id": pl.String, "weight": pl.Float64,
          "model_id": pl.String}  # fmt: skip
DAY = dt.date(2026, 11, 22)
Said = dict[str, tuple[str, str]]
"""Topic and model by invention."""

answers = st.dictionaries(
    st.sampled_from("abcd"), st.tuples(st.sampled_from("tu"), st.sampled_from(["m1", "m2"])), max_size=4
)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        warehouse.migrate(con)
        yield con


def say(con: duckdb.DuckDBPyConnection, said: Said, run_id: str, watch: str = "w") -> None:
    rows = [(watch, name, topic, 0.5, model) for name, (topic, model) in said.items()]
    run = ledger.Run(run_id, "test", DAY)
    frame = pl.DataFrame(rows, SCHEMA, orient="row")
    with ledger.transaction(con):
        history.replace_rows(con, run, "topics", "ml.filing_topic", frame, watch)


def recall(con: duckdb.DuckDBPyConnection, *known: str) -> dict[str, Said]:
    names = ", ".join(f"'{run_id}'" for run_id in known)
    sql = history.answer_of(con, "ml.filing_topic", "memory", f"select unnest([{names}])")
    found: dict[str, Said] = {}
    for watch, name, topic, _, model, *_ in con.execute(sql).fetchall():
        found.setdefault(watch, {})[name] = (topic, model)
    return found


def entries(con: duckdb.DuckDBPyConnection) -> int:
    return con.execute("select count(*) from history.filing_topic_log").fetchall()[0][0]


@given(nights=st.lists(st.tuples(st.sampled_from(["w", "v"]), answers), min_size=1, max_size=6))
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_past_answer_reads_back_exactly(con: duckdb.DuckDBPyConnection, nights: list[tuple[str, Said]]) -> None:
    """Whatever was said in which order, with one model or several: the answer after each run is what it was."""
    con.execute("drop table if exists history.filing_topic_log; delete from history.stamp; delete from ml.filing_topic")
    stood: list[dict[str, Said]] = []
    now: dict[str, Said] = {}
    for place, (watch, said) in enumerate(nights):
        say(con, said, f"r{place}", watch)
        now = {name: rows for name, rows in (now | {watch: said}).items() if rows}
        stood.append(now)
    for place, expected in enumerate(stood):
        assert recall(con, *(f"r{number}" for number in range(place + 1))) == expected


@given(before=answers, after=answers)
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_change_is_the_replacement_that_it_stands_for(
    con: duckdb.DuckDBPyConnection, before: Said, after: Said
) -> None:
    """Told as what differs or as a whole: the same rows in the table, the same answer in the log."""
    con.execute("drop table if exists history.filing_topic_log; delete from history.stamp; delete from ml.filing_topic")
    for watch in ("w", "v"):
        say(con, before, f"before-{watch}", watch)
    say(con, after, "after-w", "w")
    rows = [("v", name, topic, 0.5, model) for name, (topic, model) in after.items() if before.get(name) != after[name]]
    gone = pl.DataFrame([("v", name) for name in before.keys() - after.keys()], list(SCHEMA.items())[:2], orient="row")
    run = ledger.Run("after-v", "test", DAY)
    with ledger.transaction(con):
        changed = pl.DataFrame(rows, SCHEMA, orient="row")
        history.change_rows(con, run, "topics", "ml.filing_topic", changed, gone, "v")
    stands = "select invention_id, topic_id, model_id from ml.filing_topic where watch = ? order by all"
    assert con.execute(stands, ["w"]).fetchall() == con.execute(stands, ["v"]).fetchall()
    for known in (("before",), ("before", "after")):
        said = recall(con, *(f"{name}-{watch}" for name in known for watch in "wv"))
        assert said.get("w", {}) == said.get("v", {}) == (after if "after" in known else before)


def test_a_quiet_night_writes_nothing_also_with_another_model(con: duckdb.DuckDBPyConnection) -> None:
    """A model that says the same of every filing as the one before costs one row for its id, and the id is right."""
    say(con, {"a": ("t", "m1"), "b": ("t", "m1")}, "r1")
    say(con, {"a": ("t", "m2"), "b": ("t", "m2")}, "r2")
    assert entries(con) == 2
    say(con, {"a": ("t", "m3"), "b": ("u", "m3")}, "r3")
    assert entries(con) == 3
    assert recall(con, "r1", "r2") == {"w": {"a": ("t", "m2"), "b": ("t", "m2")}}
    assert con.sql("select distinct model_id from ml.filing_topic").fetchall() == [("m3",)]


def test_what_was_said_before_there_was_a_history_belongs_to_the_run_that_said_it(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """The log of an older installation begins with what stands, under the job's last run for the watch."""
    con.execute("insert into ml.filing_topic values ('w', 'a', 't', 0.5, 'm0', null, null)")
    con.execute(
        "insert into ops.job_run values ('r0', 'topics', 'w', 'ran', 'k', '', 1, '{}', '{}', '{}', "
        "timestamp '2026-01-01', 1.0)"
    )
    say(con, {"a": ("u", "m1")}, "r1")
    assert recall(con, "r0") == {"w": {"a": ("t", "m0")}}
    assert recall(con, "r0", "r1") == {"w": {"a": ("u", "m1")}}


def test_a_failed_answer_leaves_no_history(con: duckdb.DuckDBPyConnection) -> None:
    """History commits with the rows or not at all."""
    say(con, {"a": ("t", "m1")}, "r1")
    with pytest.raises(RuntimeError), ledger.transaction(con):
        frame = pl.DataFrame([("w", "b", "t", 0.5, "m2")], SCHEMA, orient="row")
        history.replace_rows(con, ledger.Run("r2", "test", DAY), "topics", "ml.filing_topic", frame, "w")
        raise RuntimeError
    assert entries(con) == 1
    assert recall(con, "r1", "r2") == {"w": {"a": ("t", "m1")}}
