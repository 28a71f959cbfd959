"""`filingwatch topics fit` on invented documents (SYNTHETIC): what it tells, going on with a model, wrong files."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from invented_filings import invent

from filingwatch.cli import main
from filingwatch.errors import BadInput
from filingwatch.topics.shown_words import measure_words
from filingwatch.topics_file import read_documents, read_model

SUBJECTS = {"traffic": 60, "faces": 60, "energy": 60}
AS_FILE = {"title": pl.lit(""), "abstract": "text", "lang": "language", "label": "subject"}


def documents(subjects: dict[str, int] = SUBJECTS, prefix: str = "") -> pl.DataFrame:
    return invent(subjects, prefix=prefix).select("invention_id", **AS_FILE).rename({"invention_id": "id"})


def fit(path: Path, capsys: pytest.CaptureFixture[str], *options: object) -> dict:
    try:
        main(["topics", "fit", str(path), "--json", *map(str, options)])
    except SystemExit as end:
        assert not end.code
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "given.parquet"
    documents().write_parquet(path)
    return path


def test_topics_are_told_with_words_places_and_figures(given: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Words in both languages, a place for each document in the file's order, coherence, diversity, agreement."""
    told = fit(given, capsys, "--k", 6)
    assert len(told["topics"]) == 6 and told["topics_wanted"] == 6
    assert any(one["words_en"] for one in told["topics"]) and any(one["words_zh"] for one in told["topics"])
    assert [place["id"] for place in told["assignments"]] == documents()["id"].to_list()
    placed = [place["topic_id"] for place in told["assignments"] if place["topic_id"]]
    assert {one["topic_id"]: one["documents"] for one in told["topics"]} == {
        topic: placed.count(topic) for topic in set(placed)
    }
    assert told["coherence"] > 0.5 and 0.9 <= told["diversity"] <= 1 and told["labelled"] == 180
    # six topics of three subjects, each in one language: all of the labels' information, twice their number
    assert 0.7 < told["agreement"] <= 1 and told["seconds"] > 0 and told["matching"] is None
    assert all(sum(one["languages"].values()) == one["documents"] for one in told["topics"])


def test_without_k_the_number_is_chosen_and_the_choice_told(given: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was measured at each candidate stands beside the number."""
    told = fit(given, capsys)
    choice = told["count_choice"]
    assert told["topics_wanted"] is None and choice["count"] in [row["count"] for row in choice["rows"]]


def test_a_later_file_goes_on_with_the_model(given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Topics keep their ids over new documents, and what became of each is told."""
    model, later = tmp_path / "topics.model", tmp_path / "later.parquet"
    first = fit(given, capsys, "--k", 6, "--save", model)
    pl.concat([documents(), documents({"traffic": 6}, prefix="n")]).write_parquet(later)
    told = fit(later, capsys, "--k", 6, "--previous", model)
    matching = told["matching"]
    assert {one["topic_id"] for one in told["topics"]} == {one["topic_id"] for one in first["topics"]}
    assert matching["states"] == {"kept": 6} and matching["same_topic_share"] == 1.0
    assert matching["documents_in_both"] == sum(one["documents"] for one in first["topics"])
    assert all(0 < step["similarity"] <= 1 for step in matching["steps"])


def test_the_same_file_gives_the_same_model(given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Byte for byte, whatever the order of its rows."""
    one, other, turned = tmp_path / "one", tmp_path / "other", tmp_path / "turned.parquet"
    pl.read_parquet(given).reverse().write_parquet(turned)
    fit(given, capsys, "--k", 6, "--save", one)
    fit(turned, capsys, "--k", 6, "--save", other)
    assert one.read_bytes() == other.read_bytes()


def test_a_table_for_people(given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Words, figures, the matching, and columns that were not used."""
    model, wider = tmp_path / "topics.model", tmp_path / "wider.csv"
    documents().with_columns(colour=pl.lit("red")).write_csv(wider)
    fit(given, capsys, "--k", 6, "--save", model)
    with pytest.raises(SystemExit) as end:
        main(["topics", "fit", str(wider), "--k", "6", "--previous", str(model)])
    said = capsys.readouterr().out
    assert not end.value.code and "Topics of wider.csv" in said and "diversity" in said
    assert "What became of the topics before" in said and "Columns that are not used: colour" in said


def test_more_topics_than_documents_bear_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A small file has fewer topics than wanted, with the reason."""
    path = tmp_path / "small.parquet"
    documents({"traffic": 20, "faces": 20}).write_parquet(path)
    told = fit(path, capsys, "--k", 20)
    assert "20 topics were wanted; 40 documents bear 4" in told["notes"] and len(told["topics"]) <= 4


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (documents().drop("abstract"), "no column abstract"),
        (documents().head(0), "no rows"),
        (pl.concat([documents(), documents().head(2)]), "2 ids stand in more than one row"),
        (documents().with_columns(id=pl.when(pl.col("id") != "CNfaces0000").then("id")), "id is empty in row 61"),
        (documents().with_columns(title=pl.lit(3)), "title is Int32, not text"),
        (documents().with_columns(label=pl.concat_list("label")), "label is List"),
        (documents().with_columns(abstract=pl.lit(None, pl.String)), "empty in every row"),
    ],
)
def test_a_wrong_file_is_refused_in_words(broken: pl.DataFrame, words: str, tmp_path: Path) -> None:
    """The message names the column or the row."""
    path = tmp_path / "broken.parquet"
    broken.write_parquet(path)
    with pytest.raises(BadInput, match=words):
        read_documents(path)


def test_one_document_has_no_topics(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """How many are needed is said, and the command ends as for any bad input."""
    path = tmp_path / "one.parquet"
    documents().head(1).write_parquet(path)
    with pytest.raises(SystemExit) as end:
        main(["topics", "fit", str(path)])
    assert (
        end.value.code == BadInput.exit_code and "the file holds 1, at least 30 are needed" in capsys.readouterr().err
    )


def test_what_is_no_file_and_no_model_is_refused(given: Path, tmp_path: Path) -> None:
    """Missing files, text for Parquet, and a Parquet file where a model should be."""
    text = tmp_path / "text.parquet"
    text.write_text("id,title\n")
    for path, words in ((tmp_path / "none.parquet", "is not a file"), (text, "cannot be read as a Parquet file")):
        with pytest.raises(BadInput, match=words):
            read_documents(path)
    for path, words in ((tmp_path / "none.model", "is not a file"), (given, "is not a model of topics")):
        with pytest.raises(BadInput, match=words):
            read_model(path)


def test_words_are_measured_on_documents_of_their_script() -> None:
    """Chinese words are not judged as the rarer words of an English corpus."""
    texts = ["路口信号", "路口信号", "人脸识别", "人脸识别", *["street lamp glows"] * 6, *["green paint dries"] * 2]
    found = measure_words([["路口", "信号"], ["street", "lamp"], ["路口", "lamp"]], texts)
    assert found.of_topics[0] == pytest.approx(1.0) and found.of_topics[1] == pytest.approx(1.0)
    # a word of each script makes no pair
    assert found.of_topics[2] is None and found.diversity == pytest.approx(4 / 6)
    apart = measure_words([["路口", "识别"]], texts)
    assert apart.coherence_cjk == apart.coherence == -1.0 and apart.coherence_spaced is None
