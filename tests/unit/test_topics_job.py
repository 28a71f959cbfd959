"""The topic job and refits that lose names: held back, shown once, obeyed when a person has said a word."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from invented_filings import invent
from test_text_jobs import INVENTIONS, SUBJECTS, WATCH, add, decide

from filingwatch import ledger
from filingwatch.jobs.base import run_jobs
from filingwatch.jobs.registry import jobs_of
from filingwatch.settings import Settings
from filingwatch.warehouse import writer
from filingwatch.watch import Watch
from tests.topic_nights import find_renamed

FEWER = WATCH.model_copy(update={"topics": WATCH.topics.model_copy(update={"count": 2})})


@pytest.fixture
def con(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A working file after a first night with three topics, the largest named by a person."""
    with writer(settings) as con:
        con.execute("create schema core")
        con.execute(INVENTIONS)
        con.execute("create table core.bridge_invention_classification (invention_id varchar, symbol varchar)")
        con.execute("create table core.dim_publication (publication_id varchar, invention_id varchar)")
        add(con, invent(SUBJECTS))
        night(con, 1)
        for number, (topic,) in enumerate(con.sql("select topic_id from ml.topic order by topic_id").fetchall()):
            decide(con, number + 1, "topic_name", topic, f"name {number}", WATCH.watch)
        night(con, 2)
        yield con


def night(con: duckdb.DuckDBPyConnection, day: int, watch: Watch = WATCH, month: int = 11) -> dict[str, Any]:
    """The figures of the topic job in one night."""
    outcomes = run_jobs(con, jobs_of("text"), [watch], ledger.new_run("nightly", dt.date(2026, month, day)))
    return {outcome.job: dict(outcome.figures) for outcome in outcomes}["topics"]


def say(con: duckdb.DuckDBPyConnection, number: int, candidate: str, value: str) -> None:
    decide(con, number, "topic_refit", candidate, value, WATCH.watch)


def answers(con: duckdb.DuckDBPyConnection) -> list[list[tuple]]:
    shown = (
        "select topic_id, name, state, filing_count from ml.topic order by all",
        "select invention_id, topic_id from ml.filing_topic order by all",
    )
    return [con.sql(sql).fetchall() for sql in shown]


def refits(con: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        decision for (decision,) in con.sql("select decision from ml.topic_refit order by on_date, run_id").fetchall()
    ]


def test_a_refit_that_loses_names_is_held_back_and_told_once(con: duckdb.DuckDBPyConnection) -> None:
    """Ids, names and filings stay as they were; a row, a model with its state and one message to ops say what waits.

    The nights after do not fit the same again.
    """
    before = answers(con)
    figures = night(con, 3, FEWER)
    assert figures["refit"] == "held back" and "names that people gave" in figures["refit_because"]
    assert answers(con) == before
    assert refits(con) == ["first", "held back"]
    row = "select lost_name_share, topics_before, topics_after, candidate_id from ml.topic_refit"
    [(lost, there, after, candidate)] = con.sql(f"{row} where decision = 'held back'").fetchall()
    assert lost >= 1 / 3 and (there, after) == (3, 2)
    kept = "select figures, state is not null from ml.model where model_id = ?"
    [(told, has_state)] = con.execute(kept, [candidate]).fetchall()
    effect = json.loads(told)["effect"]
    assert has_state and {fate["topic_id"] for fate in effect["fates"]} >= {topic for topic, *_ in before[0]}
    assert con.sql("select event from ops.alert where audience = 'ops'").fetchall() == [("refit held back",)]
    add(con, invent({"traffic": 2}, prefix="new"))
    assert night(con, 4, FEWER)["refit"] == "waits for a person"
    assert refits(con) == ["first", "held back"]
    assert con.sql("select count(*) from ml.model where job = 'topics'").fetchall() == [(2,)]
    assert con.sql("select count(*) from ml.filing_topic where invention_id like '%new%'").fetchall() == [(2,)]


def test_an_accepted_refit_takes_over_the_next_night(con: duckdb.DuckDBPyConnection) -> None:
    """Its topics place what is there by now, people's names stay with the ids that live, and lineage is written."""
    candidate = night(con, 3, FEWER)["refit_candidate"]
    add(con, invent({"traffic": 2}, prefix="new"))
    say(con, 10, candidate, "accepted")
    assert night(con, 4, FEWER)["refit"] == "accepted"
    assert refits(con) == ["first", "held back", "accepted"]
    living = con.sql("select topic_id, name, named_by from ml.topic where state <> 'gone'").fetchall()
    assert len(living) == 2
    assert con.sql("select count(*) from ml.filing_topic where invention_id like '%new%'").fetchall() == [(2,)]
    given = dict(con.sql("select subject, value from raw.decision where kind = 'topic_name'").fetchall())
    assert {topic: name for topic, name, by in living if by == "person"} == {
        topic: given[topic] for topic, *_ in living if topic in given
    }
    models = con.sql("select distinct model_id from ml.topic union select distinct model_id from ml.filing_topic")
    [(model,)] = models.fetchall()
    steps = "select count(*) from ml.topic_lineage where model_id = ? and state = 'gone'"
    assert con.execute(steps, [model]).fetchall() == [(1,)]
    add(con, invent({"faces": 1}, prefix="late"))
    night(con, 5, FEWER)
    assert {topic for topic, _, state, _ in answers(con)[0] if state != "gone"} == {topic for topic, *_ in living}
    assert refits(con)[:3] == ["first", "held back", "accepted"] and "held back" not in refits(con)[3:]


def test_a_refused_refit_is_written_down_once_and_not_tried_again(con: duckdb.DuckDBPyConnection) -> None:
    """The topics stay; only when a month is over (or much has changed) is another one fitted."""
    candidate, before = night(con, 3, FEWER)["refit_candidate"], answers(con)
    say(con, 10, candidate, "refused")
    assert night(con, 4, FEWER)["refit"] == "refused"
    add(con, invent({"traffic": 1}, prefix="new"))
    assert night(con, 5, FEWER)["refit"] == "refused"
    assert refits(con) == ["first", "held back", "refused"]
    assert [row[:3] for row in answers(con)[0]] == [row[:3] for row in before[0]]
    add(con, invent({"traffic": 1}, prefix="later"))
    assert night(con, 20, FEWER, month=12)["refit"] == "held back"
    assert refits(con) == ["first", "held back", "refused", "held back"]


def test_a_word_that_was_taken_back_changes_nothing(con: duckdb.DuckDBPyConnection) -> None:
    """Accepted and reset before the night: the refit goes on waiting."""
    candidate, before = night(con, 3, FEWER)["refit_candidate"], answers(con)
    say(con, 10, candidate, "accepted")
    say(con, 11, candidate, "reset")
    assert night(con, 4, FEWER)["refit"] == "waits for a person"
    assert answers(con) == before and refits(con) == ["first", "held back"]


def test_a_watch_may_allow_the_loss(con: duckdb.DuckDBPyConnection) -> None:
    """With `most_lost_share: 1` the same refit takes over at once, and the row says what it lost."""
    lenient = FEWER.model_copy(update={"topics": FEWER.topics.model_copy(update={"most_lost_share": 1.0})})
    assert night(con, 3, lenient)["refit"] == "taken"
    assert con.sql("select count(*) from ml.topic where state <> 'gone'").fetchall() == [(2,)]
    assert refits(con) == ["first", "taken"]


def test_nights_do_not_rename_topics_of_unchanged_meaning(con: duckdb.DuckDBPyConnection) -> None:
    """Nights with a few new filings and a refit by age: what is the same by its filings has the same id, and every
    living topic has a coherence between -1 and 1."""
    read = "select invention_id, topic_id from ml.filing_topic"
    first, because = dict(con.sql(read).fetchall()), []
    for number, (month, day) in enumerate([(11, 3), (11, 9), (12, 9), (12, 10)]):
        add(con, invent({"traffic": 2, "faces": 1, "energy": 1}, seed=number + 5, prefix=f"n{number}"))
        because.append(night(con, day, month=month)["refitted_because"])
        assert find_renamed(first, dict(con.sql(read).fetchall())) == []
    assert any(because), "no refit: the nights prove nothing"
    [(measured, least, most)] = con.sql(
        "select bool_and(coherence is not null), min(coherence), max(coherence) from ml.topic where state <> 'gone'"
    ).fetchall()
    assert measured and -1 <= least <= most <= 1


def test_a_topic_under_another_id_is_found() -> None:
    """The measure of the test above: the same filings under another id are told, those that split in half are not."""
    before = dict.fromkeys("abcd", "t1") | dict.fromkeys("efgh", "t2")
    assert find_renamed(before, dict.fromkeys("abc", "t9") | {"d": "t1"} | dict.fromkeys("efgh", "t2")) == [
        ("t1", "t9", 0.75)
    ]
    assert find_renamed(before, dict.fromkeys("ab", "t9") | dict.fromkeys("cd", "t1")) == []
