"""The relevance and topic jobs on a warehouse: rows as the tables want them, reruns when their input changed."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator

import duckdb
import polars as pl
import pytest
from invented_filings import invent

from filingwatch import ledger
from filingwatch.jobs.base import JobOutcome, run_jobs
from filingwatch.jobs.registry import jobs_of
from filingwatch.settings import Settings
from filingwatch.warehouse import writer
from filingwatch.watch import Watch

WATCH = Watch.model_validate(
    {
        "watch": "test_watch",
        "title": "Test",
        "question": "What is found?",
        "include": [
            {"term": term, "language": "zh", "reason": "planted"} for term in ("交通信号", "人脸识别", "智能电网")
        ]
        + [
            {"term": term, "language": "en", "reason": "planted"}
            for term in ("traffic signal", "face recognition", "power grid")
        ],
        "exclude": [{"term": "平安保险", "language": "zh", "reason": "an insurer"}],
        "classes": ["G08G", "G06V", "H02J"],
        "series": [{"by": ["office"]}],
        "topics": {"count": 3},
    }
)
SUBJECTS = {"traffic": 50, "faces": 50, "energy": 40, "animals": 80, "insurance": 30}
INVENTIONS = """
    create table core.fct_invention (
        invention_id varchar, text varchar, office varchar default 'CN', patent_type varchar default 'invention',
        filing_date date default date '2020-03-01', is_synthetic boolean default true
    )
"""


@pytest.fixture
def con(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A migrated working file with the tables of core that the jobs read."""
    with writer(settings) as con:
        con.execute("create schema core")
        con.execute(INVENTIONS)
        con.execute("create table core.bridge_invention_classification (invention_id varchar, symbol varchar)")
        con.execute("create table core.dim_publication (publication_id varchar, invention_id varchar)")
        add(con, invent(SUBJECTS))
        yield con


def add(con: duckdb.DuckDBPyConnection, filings: pl.DataFrame) -> None:
    ledger.insert(con, "core.fct_invention", filings.select("invention_id", "text"))
    ledger.insert(
        con,
        "core.bridge_invention_classification",
        filings.select("invention_id", pl.col("symbols").alias("symbol")).explode("symbol"),
    )
    publications = filings.select((pl.col("invention_id") + "A").alias("publication_id"), "invention_id")
    ledger.insert(con, "core.dim_publication", publications)


def decide(con: duckdb.DuckDBPyConnection, number: int, kind: str, subject: str, value: str, watch: str) -> None:
    con.execute(
        "insert into raw.decision values (?, 'p', ?, ?, ?, ?, 'ann', ?, null, null, null)",
        [number, watch, kind, subject, value, dt.datetime(2026, 1, 1) + dt.timedelta(minutes=number)],
    )


def run(con: duckdb.DuckDBPyConnection, day: int = 22) -> dict[str, JobOutcome]:
    outcomes = run_jobs(con, jobs_of("text"), [WATCH], ledger.new_run("nightly", dt.date(2026, 11, day)))
    return {outcome.job: outcome for outcome in outcomes}


def test_a_first_run_fills_the_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Every invention is judged, every relevant one has a topic, and each row names a model that is there."""
    outcomes = run(con)
    assert [outcome.status for outcome in outcomes.values()] == ["ran", "ran"]
    assert con.sql("select count(*) from ml.relevance").fetchone() == (250,)
    relevant = con.sql("select invention_id from ml.relevance where is_relevant order by 1").fetchall()
    assert con.sql("select invention_id from ml.filing_topic order by 1").fetchall() == relevant
    assert con.sql("select count(*), count(distinct topic_id) from ml.topic").fetchone() == (3, 3)
    assert con.sql("select count(*) from ml.topic_lineage where state = 'new'").fetchone() == (3,)
    orphans = (
        "select model_id from ml.relevance union select model_id from ml.topic union select model_id from "
        "ml.filing_topic union select model_id from ml.topic_lineage except select model_id from ml.model"
    )
    assert con.sql(orphans).fetchall() == []
    assert con.sql("select parameters ->> 'seed' from ml.model").fetchall() == [("2015",), ("2015",)]


def test_a_night_without_news_runs_nothing(con: duckdb.DuckDBPyConnection) -> None:
    """Another day, the same input: both jobs are current and no model is added."""
    run(con)
    assert [outcome.status for outcome in run(con, day=23).values()] == ["current", "current"]
    assert con.sql("select count(*) from ml.model").fetchone() == (2,)


def test_a_human_label_overrides_and_comes_by_publication(con: duckdb.DuckDBPyConnection) -> None:
    """Labels of this watch count, those of another change nothing at all; strangers are counted."""
    run(con)
    decide(con, 1, "relevance_label", "CNtraffic0000A", "irrelevant", "another_watch")
    assert run(con)["relevance"].status == "current"
    decide(con, 2, "relevance_label", "CNtraffic0000A", "irrelevant", WATCH.watch)
    decide(con, 3, "relevance_label", "CN0A", "relevant", WATCH.watch)
    outcomes = run(con)
    assert outcomes["relevance"].reason == "changed: raw.decision"
    assert outcomes["relevance"].figures["labels_of_unknown_filings"] == 1
    judged = "select is_relevant, decided_by, probability from ml.relevance where invention_id = 'CNtraffic0000'"
    assert con.sql(judged).fetchone() == (False, "person", 0.0)
    assert con.sql("select count(*) from ml.filing_topic where invention_id = 'CNtraffic0000'").fetchone() == (0,)


def test_two_watches_share_documents_and_keep_their_answers_apart(con: duckdb.DuckDBPyConnection) -> None:
    """Both judge the same filings in one night; a label or a topic name in one changes no row of the other."""
    include = tuple(term for term in WATCH.include if term.term in ("智能电网", "power grid"))
    second = WATCH.model_copy(update={"watch": "second_watch", "include": include, "classes": ("H02J",)})

    def night(day: int) -> dict[tuple[str, str], JobOutcome]:
        outcomes = run_jobs(con, jobs_of("text"), [WATCH, second], ledger.new_run("nightly", dt.date(2026, 11, day)))
        return {(outcome.watch, outcome.job): outcome for outcome in outcomes}

    def answers(watch: str) -> list[list[tuple]]:
        tables = ("ml.relevance", "ml.topic", "ml.filing_topic", "ml.topic_lineage")
        return [con.sql(f"from {table} where watch = '{watch}' order by all").fetchall() for table in tables]

    assert {outcome.status for outcome in night(22).values()} == {"ran"}
    judged = "select watch, count(*), count(*) filter (where is_relevant) from ml.relevance group by all order by all"
    (one, one_all, one_relevant), (other, other_all, other_relevant) = con.sql(judged).fetchall()
    assert (one, other, one_all, other_all) == ("second_watch", "test_watch", 250, 250)
    assert 0 < one_relevant < other_relevant
    before, topic = (
        answers("second_watch"),
        con.sql("select topic_id from ml.topic where watch = 'test_watch'").fetchone(),
    )
    assert topic is not None
    decide(con, 1, "relevance_label", "CNenergy0000A", "irrelevant", WATCH.watch)
    decide(con, 2, "topic_name", topic[0], "Eyes", WATCH.watch)
    outcomes = night(23)
    assert {outcomes[WATCH.watch, job].status for job in ("relevance", "topics")} == {"ran"}
    assert {outcomes["second_watch", job].status for job in ("relevance", "topics")} == {"current"}
    assert answers("second_watch") == before


def test_a_watch_with_next_to_nothing_says_so_and_ends(con: duckdb.DuckDBPyConnection) -> None:
    """Beside a large watch: no model and no topics, each with the reason."""
    include = (WATCH.include[0].model_copy(update={"term": "熊胆"}),)
    small = WATCH.model_copy(update={"watch": "small_watch", "include": include, "classes": ()})
    outcomes = run_jobs(con, jobs_of("text"), [small], ledger.new_run("nightly", dt.date(2026, 11, 22)))
    relevance, topics = outcomes
    assert relevance.figures["why_rule"].startswith("only 0 labels say relevant")
    assert topics.figures["topics"] == 0 and "too few filings" in topics.figures["note"]


def test_probabilities_alone_do_not_wake_the_topics(con: duckdb.DuckDBPyConnection) -> None:
    """Only who is relevant counts for the topic job."""
    run(con)
    con.execute("update ml.relevance set probability = probability * 0.99, model_id = 'another'")
    assert run(con)["topics"].status == "current"


def test_topics_keep_ids_and_human_names_over_nights(con: duckdb.DuckDBPyConnection) -> None:
    """A name given by day is there after the next run and stays when filings arrive; neither is a reason to refit."""
    run(con)
    before = con.sql("select topic_id from ml.topic order by 1").fetchall()
    decide(con, 1, "topic_name", before[0][0], "Eyes", WATCH.watch)
    assert run(con)["relevance"].status == "current"
    add(con, invent({"traffic": 3, "faces": 3, "energy": 2}, seed=5, prefix="late"))
    assert run(con, day=23)["topics"].figures["same_topic_share"] >= 0.95
    assert con.sql("select topic_id from ml.topic order by 1").fetchall() == before
    assert con.sql("select name, topic_id from ml.topic where named_by = 'person'").fetchall() == [("Eyes", *before[0])]
    lineage = con.sql("select on_date, state, count(*) from ml.topic_lineage group by all order by all").fetchall()
    assert lineage == [(dt.date(2026, 11, 22), "new", 3)]


def test_a_small_night_judges_and_places_only_what_is_new_or_changed(con: duckdb.DuckDBPyConnection) -> None:
    """Every other row is not even written again; the model and the topics are those of the first night."""
    run(con)
    models = con.sql("select model_id from ml.model order by 1").fetchall()
    tables = ("ml.relevance", "ml.filing_topic")
    before = {table: con.sql(f"select rowid, * from {table}").fetchall() for table in tables}
    add(con, invent({"traffic": 2, "animals": 2}, seed=5, prefix="late"))
    con.execute("update core.fct_invention set text = text || ' 路口' where invention_id = 'CNtraffic0000'")
    con.execute("delete from core.fct_invention where invention_id = 'USfaces0001'")
    outcomes = run(con, day=23)
    judged, placed = outcomes["relevance"].figures, outcomes["topics"].figures
    assert (judged["scored"], judged["gone"], judged["documents"]) == (5, 1, 253)
    assert (placed["placed"], placed["refitted_because"]) == (3, None)
    assert judged["retrained_because"] is None
    assert con.sql("select model_id from ml.model order by 1").fetchall() == models
    touched = {"CNtraffic0000", "USfaces0001"}
    for table in tables:
        stood = {row for row in map(str, before[table]) if not any(name in row for name in touched)}
        now = {str(row) for row in con.sql(f"select rowid, * from {table}").fetchall()}
        assert len(stood) > 100 and stood <= now
    assert con.sql("select count(*) from ml.relevance where invention_id = 'USfaces0001'").fetchone() == (0,)


def test_it_is_learned_anew_for_a_reason_that_is_told(con: duckdb.DuckDBPyConnection) -> None:
    """A tenth more filings, a month, a label: each alone, and each named."""
    assert run(con)["relevance"].figures["retrained_because"] == "nothing was learned before"
    add(con, invent({"animals": 26}, seed=5, prefix="late"))
    assert "26 of them new or changed" in run(con)["relevance"].figures["retrained_because"]
    add(con, invent({"animals": 1}, seed=6, prefix="later"))
    [month_later] = run_jobs(con, jobs_of("text")[:1], [WATCH], ledger.new_run("nightly", dt.date(2026, 12, 23)))
    assert month_later.figures["retrained_because"] == "the model is from 2026-11-22"
    decide(con, 1, "relevance_label", "CNtraffic0000A", "irrelevant", WATCH.watch)
    assert run(con, day=24)["relevance"].figures["retrained_because"] == "people's labels changed"


def test_the_same_night_in_two_homes_gives_the_same_rows(con: duckdb.DuckDBPyConnection) -> None:
    """Trained anew, every number of every row and the kept state are equal to the bit."""

    def answers() -> list[list[tuple]]:
        tables = ("ml.relevance", "ml.topic", "ml.filing_topic")
        rows = [con.sql(f"select * exclude (model_id) from {table} order by all").fetchall() for table in tables]
        return [*rows, con.sql("select job, md5(state) from ml.model order by all").fetchall()]

    run(con)
    first = answers()
    for table in ("relevance", "topic", "filing_topic", "model", "topic_lineage"):
        con.execute(f"delete from ml.{table}")
    con.execute("delete from ops.job_run")
    run(con)
    assert answers() == first


def test_an_empty_warehouse_is_not_an_error(con: duckdb.DuckDBPyConnection) -> None:
    """No invention: no rows, and figures that say why."""
    for table in ("fct_invention", "bridge_invention_classification", "dim_publication"):
        con.execute(f"delete from core.{table}")
    outcomes = run(con)
    assert outcomes["relevance"].figures["documents"] == 0
    assert "too few filings" in outcomes["topics"].figures["note"]
    assert con.sql("select count(*) from ml.relevance").fetchone() == (0,)


def test_the_registry_brings_no_heavy_library_with_it() -> None:
    """Deciding that nothing has to run must not pay for scikit-learn; the order is that of reading."""
    code = (
        "import sys; from filingwatch.jobs.registry import jobs_of; jobs = jobs_of('text');"
        "print([job.name for job in jobs], [name for name in ('sklearn', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['relevance', 'topics'] []"
