"""The emergence job on a warehouse: found after its tenth filing, rerun exactly when there is something to see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import polars as pl
import pytest

from filingwatch import ledger
from filingwatch.jobs.base import JobOutcome, run_jobs
from filingwatch.jobs.emergence import EmergenceJob
from filingwatch.settings import Settings
from filingwatch.sources.demo import truth
from filingwatch.sources.demo.compose import describe_act
from filingwatch.sources.demo.world import World, list_acts
from filingwatch.warehouse import writer
from filingwatch.watch import Watch

WATCH = Watch.model_validate(
    {
        "watch": "w",
        "title": "Test",
        "question": "What begins?",
        "include": [{"term": "sensor", "language": "en", "reason": "planted"}],
        "series": [{"by": ["topic"]}],
    }
)
BEGIN = dt.date(2026, 2, 3)


@pytest.fixture
def con(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A working file with five quiet topics of 300 filings, and one that begins in February 2026, twice a month."""
    with writer(settings) as con:
        con.execute("create schema intermediate")
        con.execute(
            "create table intermediate.int_topic_filing (watch varchar, invention_id varchar, topic_id varchar, "
            "office varchar, patent_type varchar, publication_date date, applicant_groups varchar[])"
        )
        for topic in range(5):
            add(con, f"quiet{topic}", dt.date(2010, 1, 1), 300, 20)
        add(con, "new", BEGIN, 20, 15)
        yield con


def add(con: duckdb.DuckDBPyConnection, topic: str, first: dt.date, count: int, every: int) -> None:
    rows = [
        ("w", f"{topic}{place}", topic, "CN", "invention", first + dt.timedelta(days=every * place), [f"g{place % 9}"])
        for place in range(count)
    ]
    names = ["watch", "invention_id", "topic_id", "office", "patent_type", "publication_date", "applicant_groups"]
    ledger.insert(con, "intermediate.int_topic_filing", pl.DataFrame(rows, names, orient="row"))
    stand(con, topic, "kept")


def stand(con: duckdb.DuckDBPyConnection, topic: str, state: str) -> None:
    con.execute("delete from ml.topic where topic_id = ?", [topic])
    con.execute(
        "insert into ml.topic by name select 'w' as watch, ? as topic_id, ? as name, 'rule' as named_by, ? as state, "
        "[] as terms_en, [] as terms_zh, 0 as filing_count, 'm' as model_id, current_date as first_seen_on",
        [topic, topic, state],
    )


def run(con: duckdb.DuckDBPyConnection, day: dt.date) -> JobOutcome:
    [outcome] = run_jobs(con, [EmergenceJob()], [WATCH], ledger.new_run("nightly", day))
    return outcome


def said_of_new(con: duckdb.DuckDBPyConnection) -> tuple[bool, dt.date | None, dt.date | None]:
    sql = "select is_emerging, emerged_on, tenth_published_on from ml.topic_emergence where topic_id = 'new'"
    return con.execute(sql).fetchall()[0]


def shorten(con: duckdb.DuckDBPyConnection, day: dt.date) -> None:
    """Leave what is published by a day, as that night sees it."""
    con.execute("create or replace table all_of_it as from intermediate.int_topic_filing")
    con.execute("delete from intermediate.int_topic_filing where publication_date > ?", [day])


def restore(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("delete from intermediate.int_topic_filing")
    con.execute("insert into intermediate.int_topic_filing from all_of_it")


def test_it_is_told_within_three_months_of_the_tenth_filing_and_not_before(con: duckdb.DuckDBPyConnection) -> None:
    """Nights at the end of each month: silent before the tenth filing, announced soon after, and the night is kept."""
    tenth = BEGIN + dt.timedelta(days=15 * 9)
    first = None
    for month in range(3, 12):
        day = dt.date(2026, month, 1) - dt.timedelta(days=1)
        shorten(con, day)
        run(con, day)
        is_emerging, emerged_on, tenth_on = said_of_new(con)
        assert tenth_on == (tenth if day >= tenth else None)
        assert not is_emerging or day >= tenth
        first = first or (day if is_emerging else None)
        assert emerged_on == first
        restore(con)
    assert first is not None and first - tenth <= dt.timedelta(days=92)
    others = "select count(*) from ml.topic_emergence where is_emerging or emerged_on is not null"
    assert con.execute(others).fetchall() == [(1,)]


def test_it_runs_when_there_is_something_to_see_and_not_otherwise(con: duckdb.DuckDBPyConnection) -> None:
    """Nights of a month see the same; another month, another filing, another topic of a filing are news."""
    assert run(con, dt.date(2026, 10, 5)).status == "ran"
    assert run(con, dt.date(2026, 10, 6)).status == "current"
    assert run(con, dt.date(2026, 10, 31)).reason == "parameters changed"
    assert run(con, dt.date(2026, 11, 2)).status == "current"
    con.execute("update intermediate.int_topic_filing set topic_id = 'quiet0' where invention_id = 'quiet10'")
    assert run(con, dt.date(2026, 11, 3)).reason == "changed: intermediate.int_topic_filing"
    stand(con, "quiet1", "gone")
    assert run(con, dt.date(2026, 11, 3)).reason == "changed: ml.topic"


def test_a_topic_that_is_gone_keeps_the_night_it_emerged_and_has_it_again(con: duckdb.DuckDBPyConnection) -> None:
    """What is gone is not emerging; an id that comes back is the same topic and no second piece of news."""
    day = dt.date(2026, 10, 5)
    run(con, day)
    assert said_of_new(con)[:2] == (True, day)
    stand(con, "new", "gone")
    stand(con, "quiet1", "gone")
    run(con, dt.date(2026, 10, 6))
    assert said_of_new(con)[:2] == (False, day)
    assert con.execute("select count(*) from ml.topic_emergence").fetchall() == [(5,)]
    stand(con, "new", "kept")
    run(con, dt.date(2026, 10, 7))
    assert said_of_new(con)[:2] == (True, day)


def test_every_row_names_a_model_and_every_night_is_remembered(con: duckdb.DuckDBPyConnection) -> None:
    """What was said on an earlier night is in the log of the table; the model holds windows and bars."""
    run(con, dt.date(2026, 3, 5))
    run(con, dt.date(2026, 10, 5))
    orphans = "select model_id from ml.topic_emergence except select model_id from ml.model where job = 'emergence'"
    assert con.execute(orphans).fetchall() == []
    assert con.execute("select parameters ->> 'recent_months' from ml.model").fetchall() == [("12",), ("12",)]
    told = "select is_emerging from history.topic_emergence_log where topic_id = 'new' order by said_at"
    assert con.execute(told).fetchall() == [(False,), (True,)]


def test_without_topics_there_is_nothing_to_say(con: duckdb.DuckDBPyConnection) -> None:
    """A watch with too few filings for topics has no rows, and the job says so in figures."""
    con.execute("delete from ml.topic; delete from intermediate.int_topic_filing")
    outcome = run(con, dt.date(2026, 10, 5))
    assert (outcome.status, outcome.figures["topics"], outcome.figures["filings"]) == ("ran", 0, 0)
    assert con.execute("select count(*) from ml.topic_emergence").fetchall() == [(0,)]


def demo_filings(begins: dt.date, until: dt.date) -> pl.DataFrame:
    """What a demo world tells of subjects of interest, with their true fields as topics; SYNTHETIC."""
    rows = {}
    for act in list_acts(World(2015, until, 1.0, begins), dt.date(2017, 1, 1), until):
        if act.what == "published" and act.invention.field.is_of_interest and act.invention.draw not in rows:
            groups = [party.name for party in describe_act(act).parties]
            field = act.invention.field.name
            rows[act.invention.draw] = ("w", f"i{len(rows)}", field, act.publication.office, "x", act.told_on, groups)
    names = ["watch", "invention_id", "topic_id", "office", "patent_type", "publication_date", "applicant_groups"]
    return pl.DataFrame(list(rows.values()), names, orient="row")


def test_the_planted_subject_of_the_demo_is_found_and_nothing_else(con: duckdb.DuckDBPyConnection) -> None:
    """Nights before and after the tenth filing of a world with a beginning: silent, then found within three months;
    the surge of an old subject is never called emerging. Topics are those of the truth: this is about the score."""
    begins, last = dt.date(2025, 1, 1), dt.date(2026, 2, 28)
    filings = demo_filings(begins, last)
    tenth = filings.filter(topic_id=truth.BEGINNING_FIELD)["publication_date"].sort()[9]
    con.execute("delete from ml.topic")
    for topic in filings["topic_id"].unique().sort():
        stand(con, topic, "kept")
    announced = {}
    for month in range(24301, 24314):
        night = dt.date(month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
        con.execute("delete from intermediate.int_topic_filing")
        ledger.insert(con, "intermediate.int_topic_filing", filings.filter(pl.col("publication_date") <= night))
        run(con, night)
        found = con.execute("select topic_id, emerged_on from ml.topic_emergence where is_emerging").fetchall()
        announced |= {topic: emerged_on for topic, emerged_on in found}
        assert night >= tenth or not found
    assert set(announced) == {truth.BEGINNING_FIELD}
    assert announced[truth.BEGINNING_FIELD] - tenth <= dt.timedelta(days=92)
