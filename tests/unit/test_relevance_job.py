"""Relevance with people on a warehouse: labels that are shared, models that are held back, queue, quality, terms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace

import duckdb
import polars as pl
import pytest
from invented_filings import invent
from test_text_jobs import INVENTIONS, SUBJECTS, WATCH, add

from filingwatch import ledger
from filingwatch.jobs.base import JobOutcome, run_jobs
from filingwatch.jobs.relevance import RelevanceJob
from filingwatch.jobs.relevance_queue import order_labels
from filingwatch.relevance import screening
from filingwatch.settings import Settings
from filingwatch.warehouse import writer

RELEVANT = ("traffic", "faces")
LONG = (
    "A roadside unit counts bicycles by radar echoes, stores the echoes for one hour, compares morning and evening "
    "peaks, estimates how many riders turn left, and sends the estimate to a planner who sizes the cycle lane."
)


@pytest.fixture
def con(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with writer(settings) as con:
        con.execute("create schema core")
        con.execute(INVENTIONS)
        con.execute("create table core.bridge_invention_classification (invention_id varchar, symbol varchar)")
        con.execute("create table core.dim_publication (publication_id varchar, invention_id varchar)")
        add(con, invent(SUBJECTS))
        yield con


def night(con: duckdb.DuckDBPyConnection, day: int) -> JobOutcome:
    [outcome] = run_jobs(con, [RelevanceJob()], [WATCH], ledger.new_run("nightly", dt.date(2026, 11, day)))
    return outcome


def say(con: duckdb.DuckDBPyConnection, said: Mapping[str, str], *, by: str = "ann", kind: str = "label") -> None:
    first = con.execute("select coalesce(max(decision_id), 0) + 1 from raw.decision").fetchall()[0][0]
    rows = [
        {"decision_id": first + place, "page_id": "p", "watch": WATCH.watch, "kind": f"relevance_{kind}",
         "subject": subject, "value": value, "decided_by": by, "decided_at": dt.datetime(2026, 1, 1)}
        for place, (subject, value) in enumerate(said.items())
    ]  # fmt: skip
    ledger.insert(con, "raw.decision", pl.DataFrame(rows))


def truth(con: duckdb.DuckDBPyConnection, share: int = 1) -> dict[str, str]:
    ids = [name for (name,) in con.sql("select invention_id from core.fct_invention order by 1").fetchall()][::share]
    return {name: "relevant" if any(held in name for held in RELEVANT) else "irrelevant" for name in ids}


def column(con: duckdb.DuckDBPyConnection, sql: str) -> list:
    return [value for (value,) in con.execute(sql).fetchall()]


def measure(con: duckdb.DuckDBPyConnection, name: str) -> tuple:
    sql = "select value, low, high, sample_count, note from ml.relevance_quality where measure = ?"
    return con.execute(sql, [name]).fetchall()[0]


def test_near_duplicates_share_a_label_and_lose_it_with_it(con: duckdb.DuckDBPyConnection) -> None:
    """A copy takes the label of what was read, also one that comes later; a label taken back is taken from all."""
    texts = [("XXone", LONG), ("XXtwo", LONG.replace("A roadside", "The roadside"))]
    frame = pl.DataFrame(texts, ["invention_id", "text"], orient="row").with_columns(symbols=pl.lit(["A01B 1/00"]))
    add(con, frame[:1])
    night(con, 20)
    say(con, {"XXone": "relevant"})
    night(con, 21)
    add(con, frame[1:])
    assert night(con, 22).figures["inherited"] == 1
    sql = (
        "select invention_id, is_relevant, decided_by, inherited_from from ml.relevance where invention_id like 'XX%' "
        "order by 1"
    )
    assert con.execute(sql).fetchall() == [("XXone", True, "person", None), ("XXtwo", True, "person", "XXone")]
    assert column(con, "select invention_id from ml.label_queue where invention_id like 'XX%'") == []
    say(con, {"XXone": "reset"})
    night(con, 23)
    assert [row[2:] for row in con.execute(sql).fetchall()] == [("model", None)] * 2
    assert len(column(con, "select invention_id from ml.label_queue where invention_id like 'XX%'")) == 1


def test_a_dispute_has_no_label_until_somebody_rules(con: duckdb.DuckDBPyConnection) -> None:
    """Two who differ: the model answers, the document heads the queue, agreement says so; a ruling settles it."""
    said = truth(con, 3) | {"CNtraffic0000": "relevant"}
    say(con, said)
    say(con, said | {"CNtraffic0000": "irrelevant"}, by="ben")
    night(con, 20)
    answer = "select decided_by, is_relevant from ml.relevance where invention_id = 'CNtraffic0000'"
    first = "select invention_id, chosen_as from ml.label_queue where place = 1"
    assert con.sql(answer).fetchall()[0][0] == "model"
    assert con.sql(first).fetchall() == [("CNtraffic0000", "disputed")]
    kappa, low, high, pairs, _ = measure(con, "kappa")
    assert 0.9 < low < kappa < high <= 1 and pairs == len(said)
    say(con, {"CNtraffic0000": "irrelevant"}, by="eve", kind="ruling")
    night(con, 21)
    assert con.sql(answer).fetchall() == [("person", False)]
    assert column(con, "select state from ml.relevance_label where invention_id = 'CNtraffic0000'") == ["ruled"]
    assert "disputed" not in column(con, "select distinct chosen_as from ml.label_queue")


def test_the_queue_has_each_open_document_once_and_no_labelled_one(con: duckdb.DuckDBPyConnection) -> None:
    """Places are 1, 2, 3, ...; what was skipped comes last; the audit waits for its lots."""
    say(con, truth(con, 4) | {"CNfaces0002": "skip"})
    night(con, 20)
    rows = con.sql("select place, invention_id from ml.label_queue order by place").fetchall()
    assert [place for place, _ in rows] == list(range(1, len(rows) + 1))
    named = [name for _, name in rows]
    assert len(set(named)) == len(named) and not set(named) & (truth(con, 4).keys() - {"CNfaces0002"})
    assert named[-1] == "CNfaces0002"
    assert measure(con, "audit_missing")[0] > 0


def test_a_worse_model_is_held_back_and_not_tried_again(
    con: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The one in force goes on, labels stand above it, ops are told, and the same labels lead to no second attempt."""
    say(con, truth(con))
    night(con, 20)
    [in_force] = column(con, "select distinct model_id from ml.relevance")
    learn = screening.screen

    def learn_badly(*given, **more) -> screening.Screening:
        found = learn(*given, **more)
        rows = found.rows.with_columns(model_probability=1 - pl.col("model_probability"))
        return replace(found, rows=rows)

    monkeypatch.setattr(screening, "screen", learn_badly)
    say(con, {"CNtraffic0000": "irrelevant"})
    figures = night(con, 21).figures
    assert figures["promotion"] == "held back" and "worse beyond doubt" in figures["promotion_because"]
    assert column(con, "select distinct model_id from ml.relevance") == [in_force]
    assert column(con, "select is_relevant from ml.relevance where invention_id = 'CNtraffic0000'") == [False]
    decisions = con.sql("select decision, incumbent_id, audit_labels from ml.promotion order by run_id").fetchall()
    assert decisions == [("first", None, 0), ("held back", in_force, 250)]
    assert column(con, "select distinct candidate_id from ml.promotion_effect") == [in_force]
    assert column(con, "select event from ops.alert where audience = 'ops'") == ["model held back"]
    add(con, invent({"animals": 2}, seed=5, prefix="late"))
    later = night(con, 22)
    assert later.figures["retrained_because"] is None and later.figures["scored"] == 2
    assert len(column(con, "select model_id from ml.model")) == 2
    monkeypatch.setattr(screening, "screen", learn)
    say(con, {"CNtraffic0002": "irrelevant"})
    assert night(con, 23).figures["promotion"] == "promoted"
    assert con.sql("select count(distinct model_id) from ml.relevance").fetchall() == [(1,)]


def test_a_promotion_tells_what_it_did_to_the_counts(con: duckdb.DuckDBPyConnection) -> None:
    """Before and after by office, type and year add up to what the answers say; the sides that changed are counted."""
    con.execute("update core.fct_invention set office = left(invention_id, 2), filing_date = date '2021-05-01'")
    night(con, 20)
    before = set(column(con, "select invention_id from ml.relevance where is_relevant"))
    say(con, {name: "irrelevant" if "energy" in name else value for name, value in truth(con, 2).items()})
    night(con, 21)
    after = set(column(con, "select invention_id from ml.relevance where is_relevant"))
    row = con.sql("select became_relevant, became_irrelevant from ml.promotion where decision = 'promoted'").fetchall()
    assert row == [(len(after - before), len(before - after))] and after != before
    cells = (
        "select office, filing_year, before_count, after_count from ml.promotion_effect "
        "where candidate_id = (select max(candidate_id) from ml.promotion) order by 1"
    )
    wanted = [
        (office, 2021, *(sum(name.startswith(office) for name in side) for side in (before, after)))
        for office in ("CN", "US")
    ]
    assert con.sql(cells).fetchall() == wanted


def test_terms_are_counted_the_same_in_one_night_and_in_two(con: duckdb.DuckDBPyConnection) -> None:
    """Hits of new documents only, and of all at once: the same table; a term that brings only rejects is told."""
    say(con, {name: "irrelevant" if "energy" in name else value for name, value in truth(con).items()})
    night(con, 20)
    add(con, invent({"traffic": 3, "animals": 2}, seed=5, prefix="late"))
    con.execute("update core.fct_invention set text = 'nothing of it' where invention_id = 'CNenergy0000'")
    con.execute("delete from core.fct_invention where invention_id = 'USfaces0001'")
    figures = night(con, 21).figures
    assert figures["retrained_because"] is None and figures["scored"] == 6
    assert set(figures["terms_that_bring_only_rejects"]) >= {"智能电网", "power grid"}
    tables = {
        "ml.term_hit": "from ml.term_hit order by all",
        "ml.term_yield": "select * exclude (model_id, expected_relevant) from ml.term_yield order by all",
    }
    piecemeal = {table: con.sql(sql).fetchall() for table, sql in tables.items()}
    for table in tables:
        con.execute(f"delete from {table}")
    con.execute("delete from ops.job_run")
    night(con, 22)
    assert {table: con.sql(sql).fetchall() for table, sql in tables.items()} == piecemeal


def test_labels_suggest_words_that_the_query_lacks(con: duckdb.DuckDBPyConnection) -> None:
    """Planted words of the relevant subjects are suggested with how many filings hold them, none of the query."""
    say(con, truth(con, 3))
    night(con, 20)
    found = con.sql("select term, document_count from ml.term_suggestion where kind = 'include'").fetchall()
    assert found and not {term for term, _ in found} & {term.term for term in WATCH.include}
    for term, count in found:
        [held] = column(con, f"select count(*) from core.fct_invention where contains(lower(text), '{term}')")
        assert 3 <= count <= held


def test_drift_is_told_of_the_newest_filings(con: duckdb.DuckDBPyConnection) -> None:
    """Filings of another kind in the last ninety days stand out; before there are enough of them nothing is said."""
    night(con, 20)
    assert measure(con, "drift")[0] is None and "has a date" not in measure(con, "drift")[4]
    add(con, invent({"traffic": 40}, seed=5, prefix="late"))
    con.execute("update core.fct_invention set filing_date = date '2021-01-01' where invention_id like '%late%'")
    night(con, 21)
    assert measure(con, "drift")[0] > 0.25


def test_a_word_of_a_person_does_not_hide_what_was_believed(con: duckdb.DuckDBPyConnection) -> None:
    """Beside the label stands a probability from a model that did not learn it: neither 0 nor 1."""
    say(con, truth(con))
    night(con, 20)
    beliefs = column(con, "select model_probability from ml.relevance where decided_by = 'person'")
    assert len(beliefs) == 250 and all(0 < belief < 1 for belief in beliefs)


def test_labels_stand_in_the_order_of_reading() -> None:
    """Where a document was first labelled: a skip, a second reader, a ruling and a seed do not move it. What the queue
    did not choose by its rank is marked, and so is a row of a sheet whose probability got lost."""
    rows = [
        ("a", "skip", "ann", "label", None),
        ("b", "relevant", "ann", "label", '{"chosen_as": "likely", "probability": 0.9}'),
        ("c", "irrelevant", "ann", "label", '{"chosen_as": "audit", "probability": 0.1}'),
        ("a", "irrelevant", "ann", "label", '{"chosen_as": "uncertain", "probability": 0.5}'),
        ("d", "irrelevant", "seeds", "seed", None),
        ("b", "relevant", "ben", "label", '{"chosen_as": "audit", "probability": 0.9}'),
        ("e", "irrelevant", "ann", "label", '{"chosen_as": "likely", "sheet": true}'),
        ("c", "relevant", "eve", "ruling", None),
        ("d", "irrelevant", "ann", "label", None),
    ]
    decisions = pl.DataFrame(
        [(place, *row[:3], f"relevance_{row[3]}", row[4]) for place, row in enumerate(rows)],
        ["decision_id", "subject", "value", "decided_by", "kind", "context"], orient="row",
    )  # fmt: skip
    home = pl.DataFrame({"publication_id": list("abcde"), "invention_id": list("abcde")})
    human = {"a": False, "b": True, "c": True, "d": False, "e": False}
    found = order_labels(decisions.sample(fraction=1.0, shuffle=True, seed=1), home, human)
    assert found.labels == [True, True, False, False, False]
    assert found.is_ranked == [True, False, True, False, False]
