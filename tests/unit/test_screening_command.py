"""`filingwatch relevance report, terms, queue`: what the job said, as a person and as a program read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from invented_filings import invent
from test_relevance_job import night, say, truth
from test_text_jobs import INVENTIONS, SUBJECTS, WATCH, add

from filingwatch.cli import main
from filingwatch.settings import Settings
from filingwatch.warehouse import writer

_MARTS = ("relevance_quality", "term_yield", "term_suggestion", "promotion", "promotion_effect")


@pytest.fixture
def published(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A published file with the answers of one night after labels of two people; marts are the tables themselves."""
    with writer(settings) as con:
        con.execute("create schema core; create schema insight")
        con.execute(INVENTIONS)
        con.execute("alter table core.fct_invention add column title varchar default 'A title'")
        con.execute("create table core.bridge_invention_classification (invention_id varchar, symbol varchar)")
        con.execute("create table core.dim_publication (publication_id varchar, invention_id varchar)")
        add(con, invent(SUBJECTS))
        labels = {name: "irrelevant" if "energy" in name else value for name, value in truth(con, 2).items()}
        night(con, 20)
        say(con, labels)
        say(con, dict(list(labels.items())[::5]), by="ben")
        night(con, 21)
        for mart in _MARTS:
            con.execute(f"create table insight.fct_{mart} as from ml.{mart}")
        con.execute(
            "create table insight.dim_relevance_model as select model_id, watch, true as is_in_force from ml.model "
            "where model_id = (select max(model_id) from ml.model)"
        )
    settings.published_file.parent.mkdir(parents=True, exist_ok=True)
    Path(settings.working_file).rename(settings.published_file)
    monkeypatch.setenv("FILINGWATCH_HOME", str(settings.home))
    return settings


def test_the_report_says_how_good_and_whether_to_stop(published: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Recall with limits, advice in words, agreement, and what the promotion changed."""
    main_quietly("relevance", "report")
    said = capsys.readouterr().out
    assert f"Screening of {WATCH.watch} - SYNTHETIC" in said and "recall" in said and "kappa, ann and ben" in said
    assert "Go on labelling: " in said or "Time to stop: " in said
    assert "Last learned 2026-11-21: promoted" in said and "What that did to the counts" in said
    main_quietly("relevance", "report", "--json")
    [one] = json.loads(capsys.readouterr().out)
    measures = {held["measure"]: held for held in one["measures"] if held["scope"] == "all"}
    assert 0 <= measures["recall"]["low"] <= measures["recall"]["high"] <= 1
    assert {"stop", "upper_missed", "audit_missing", "calibration_error", "elusion"} <= measures.keys()


def test_terms_that_bring_only_rejects_stand_first(published: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """They are named in words as well; suggestions are another table."""
    main_quietly("relevance", "terms", "--json")
    rows = json.loads(capsys.readouterr().out)
    rejects = [row["term"] for row in rows if row["verdict"] == "brings only rejects"]
    assert rejects and [row["term"] for row in rows[: len(rejects)]] == rejects
    main_quietly("relevance", "terms")
    assert f"Only rejects so far: {rejects[0]}" in capsys.readouterr().out
    main_quietly("relevance", "terms", "--suggest")
    assert "Words that the labels suggest" in capsys.readouterr().out


def test_the_queue_is_told_in_its_order(published: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """So many as were asked for, each with its reason and title."""
    main_quietly("relevance", "queue", "--limit", "3", "--json")
    rows = json.loads(capsys.readouterr().out)
    assert [row["place"] for row in rows] == [1, 2, 3] and all(row["why"] and row["title"] for row in rows)
    main_quietly("relevance", "queue", "--limit", "3")
    assert rows[2]["invention_id"] in capsys.readouterr().out


def test_an_unknown_watch_is_told_with_those_there_are(published: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Bad input, exit code 2, and the names."""
    with pytest.raises(SystemExit) as end:
        main(["relevance", "report", "--watch", "towns"])
    assert end.value.code == 2 and WATCH.watch in capsys.readouterr().err


def main_quietly(*arguments: str) -> None:
    with pytest.raises(SystemExit) as end:
        main(list(arguments))
    assert not end.value.code
