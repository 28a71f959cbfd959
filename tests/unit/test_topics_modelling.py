"""Topics of invented filings: planted subjects, ids that stay, names that people gave, corpora that are too small."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from invented_filings import invent
from sklearn.metrics import normalized_mutual_info_score

from filingwatch.texts import Texts
from filingwatch.topics.model import TopicSettings, topic_count
from filingwatch.topics.modelling import (
    FILING_SCHEMA,
    LINEAGE_SCHEMA,
    TOPIC_SCHEMA,
    Known,
    Topics,
    model_topics,
)
from filingwatch.topics.placing import Fitted, are_strange, keep_fit, place_documents, why_refit
from filingwatch.topics.settling import settle

SETTINGS = TopicSettings()
NOTHING = Known(pl.DataFrame(schema=TOPIC_SCHEMA), pl.DataFrame(schema=FILING_SCHEMA), {})
FIRST, SECOND = dt.date(2026, 1, 1), dt.date(2026, 2, 1)
TWO = ("CNtraffic", "USfaces")
SUBJECTS = {"traffic": 90, "faces": 70, "energy": 50}


def fit(filings: pl.DataFrame, known: Known = NOTHING, *, count: int = 3, today: dt.date = FIRST) -> Topics:
    return model_topics(filings, known, count=count, settings=SETTINGS, today=today, mint_from=f"test {today}")


def carry(topics: Topics, names: dict[str, str] | None = None) -> Known:
    return Known(topics.topics, topics.filings, names or {})


def living(topics: Topics) -> pl.DataFrame:
    return topics.topics.filter(pl.col("state") != "gone")


@pytest.fixture(scope="module")
def filings() -> pl.DataFrame:
    return invent(SUBJECTS)


@pytest.fixture(scope="module")
def first(filings: pl.DataFrame) -> Topics:
    return fit(filings)


def test_planted_subjects_are_recovered_across_languages(first: Topics, filings: pl.DataFrame) -> None:
    """Three topics, each with the filings of one subject in both languages (NMI at least 0.95)."""
    placed = first.filings.join(filings, on="invention_id")
    assert placed.height == filings.height
    assert normalized_mutual_info_score(placed["subject"], placed["topic_id"]) >= 0.95
    by_language = placed.group_by("topic_id").agg(pl.col("language").n_unique())
    assert by_language["language"].to_list() == [2, 2, 2]


def test_terms_are_readable_in_both_languages(first: Topics, filings: pl.DataFrame) -> None:
    """The planted phrases themselves head the lists, whole; the name holds an English and a Chinese part."""
    faces = first.topics.row(by_predicate=pl.col("terms_zh").list.contains("人脸识别"), named=True)
    assert "face recognition" in faces["terms_en"] and "监控摄像头" in faces["terms_zh"]
    assert "face" not in faces["terms_en"] and not {"人脸", "脸识别"} & set(faces["terms_zh"])
    english, chinese = faces["name"].split(" · ")
    assert english.split(", ") == faces["terms_en"][:2] and chinese == faces["terms_zh"][0]
    assert faces["named_by"] == "rule" and first.topics["name"].is_unique().all()


def test_frames_have_their_shape(first: Topics) -> None:
    """Schemas as declared; weights are shares; counts add up to the filings placed; every first topic is new."""
    assert dict(first.topics.schema) == TOPIC_SCHEMA
    assert dict(first.filings.schema) == FILING_SCHEMA
    assert dict(first.lineage.schema) == LINEAGE_SCHEMA
    assert first.filings["weight"].is_between(0, 1).all()
    assert first.topics["filing_count"].sum() == first.filings.height
    assert set(first.topics["state"]) == {"new"} == set(first.lineage["state"])
    assert first.lineage["previous_topic_id"].null_count() == 3
    assert first.topics["topic_id"].str.contains(r"^t-[0-9a-f]{8}$").all()


def test_ids_stay_when_a_twentieth_of_the_filings_is_new(first: Topics, filings: pl.DataFrame) -> None:
    """All topics are kept with their day of birth, and at least 95 of 100 old filings stay where they were."""
    more = pl.concat([filings, invent({"traffic": 4, "faces": 4, "energy": 3}, seed=9, prefix="x")])
    second = fit(more, carry(first), today=SECOND)
    assert set(second.topics["topic_id"]) == set(first.topics["topic_id"])
    assert set(second.topics["state"]) == {"kept"}
    assert set(second.topics["first_seen_on"]) == {FIRST}
    assert second.figures["same_topic_share"] >= 0.95
    assert second.figures["fit"] == "carried on"
    assert set(second.lineage["state"]) == {"kept"}
    assert (second.lineage["topic_id"] == second.lineage["previous_topic_id"]).all()


def test_the_same_filings_again_change_nothing(first: Topics, filings: pl.DataFrame) -> None:
    """A rerun keeps every id, name and placing."""
    again = fit(filings, carry(first), today=SECOND)
    assert again.figures["same_topic_share"] == 1.0
    columns = ["topic_id", "name", "first_seen_on"]
    assert again.topics.select(columns).equals(first.topics.select(columns))


def test_a_new_subject_gets_a_topic_of_its_own(first: Topics, filings: pl.DataFrame) -> None:
    """With room for one topic more the newcomers make it up, and the old ones keep their ids."""
    second = fit(pl.concat([filings, invent({"animals": 40})]), carry(first), count=4, today=SECOND)
    born = second.topics.filter(pl.col("state") == "new")
    assert born.height == 1 and born["first_seen_on"].item() == SECOND
    members = second.filings.filter(pl.col("topic_id") == born["topic_id"].item())["invention_id"]
    assert members.str.contains("animals").mean() > 0.95 and members.len() >= 38
    assert set(first.topics["topic_id"]) < set(second.topics["topic_id"])


def test_known_topics_that_explain_too_little_are_fitted_afresh(filings: pl.DataFrame) -> None:
    """Where the fit that starts from known topics falls short of the share asked for, the fresh one is taken."""
    mixed = filings.select("invention_id", pl.Series("topic_id", [f"t-{n % 3}" for n in range(filings.height)]))
    topics = [(f"t-{n}", "x", "rule", "kept", [], [], 70, FIRST, [], None) for n in range(3)]
    known = Known(
        pl.DataFrame(topics, TOPIC_SCHEMA, orient="row"),
        mixed.with_columns(pl.lit(1.0).alias("weight"), runner_up=None, margin=pl.lit(1.0)).select(list(FILING_SCHEMA)),
        {},
    )
    strict = TopicSettings(least_as_good=1.01)
    second = model_topics(filings, known, count=3, settings=strict, today=SECOND, mint_from="test")
    assert second.figures["fit"] == "fresh"


def test_a_subject_that_vanishes_leaves_a_row_and_can_come_back(first: Topics, filings: pl.DataFrame) -> None:
    """Its row stays as 'gone' with name and terms; when its filings return, so does its id."""
    lost = first.topics.row(by_predicate=pl.col("terms_zh").list.contains("智能电网"), named=True)
    without = fit(filings.filter(pl.col("subject") != "energy"), carry(first), count=2, today=SECOND)
    row = without.topics.row(by_predicate=pl.col("topic_id") == lost["topic_id"], named=True)
    assert (row["state"], row["filing_count"], row["name"]) == ("gone", 0, lost["name"])
    assert (lost["topic_id"], "gone") in without.lineage.select("topic_id", "state").rows()
    back = fit(filings, carry(without), today=dt.date(2026, 3, 1))
    row = back.topics.row(by_predicate=pl.col("topic_id") == lost["topic_id"], named=True)
    assert (row["state"], row["first_seen_on"]) == ("kept", FIRST)


def test_a_name_that_a_person_gave_stays(first: Topics, filings: pl.DataFrame) -> None:
    """Through refits and without the decision being told again; an empty name gives the naming back to the rule."""
    topic = first.topics["topic_id"][0]
    named = fit(filings, carry(first, {topic: "Green waves"}), today=SECOND)
    later = fit(filings.head(-5), carry(named), today=SECOND)
    undone = fit(filings, carry(later, {topic: " "}), today=SECOND)
    chosen = pl.col("topic_id") == topic
    for said in (named, later):
        assert said.topics.filter(chosen).select("name", "named_by").rows() == [("Green waves", "person")]
    assert undone.topics.filter(chosen)["named_by"].to_list() == ["rule"]


def test_the_order_of_rows_does_not_matter(first: Topics, filings: pl.DataFrame) -> None:
    """Shuffled rows give equal frames, ids included."""
    again = fit(filings.sample(fraction=1, shuffle=True, seed=4))
    assert again.topics.equals(first.topics) and again.filings.equals(first.filings)
    assert again.lineage.equals(first.lineage) and again.parameters == first.parameters


@pytest.mark.parametrize(("subject", "is_strange"), [("animals", True), ("traffic", False)])
def test_what_the_known_topics_do_not_explain_is_a_reason_to_fit_anew(
    first: Topics, filings: pl.DataFrame, subject: str, is_strange: bool
) -> None:
    """15 newcomers to 210, one in fifteen: a new subject is noticed, more of a known one is placed with its like."""
    more = pl.concat([filings, invent({subject: 15}, seed=9, prefix="x")])
    assert first.factors is not None
    texts, ids = Texts.of_frame(more), filings["invention_id"].to_list()
    left = place_documents(texts, ids, first.factors.vectors, first.factors.weights).unexplained
    assert left is not None
    kept = keep_fit(first.factors, first.topic_ids, np.arange(210, dtype=np.uint64), "", FIRST, left)
    kept = Fitted.from_bytes(kept.to_bytes())
    new = more["invention_id"].tail(15)
    settled, placed = settle(texts, carry(first), kept, more["invention_id"], new)
    assert are_strange(kept, placed) is is_strange
    assert settled.filings.filter(~pl.col("invention_id").is_in(new.implode())).equals(first.filings)
    if not is_strange:
        like = first.filings.filter(pl.col("invention_id").str.contains(subject))["topic_id"].mode().item()
        assert set(settled.filings.filter(pl.col("invention_id").is_in(new.implode()))["topic_id"]) == {like}


def test_filings_that_were_in_the_fit_are_no_strangers(first: Topics, filings: pl.DataFrame) -> None:
    """Twelve that no topic explains, there since the fit, are no reason to fit anew, night after night."""
    more = pl.concat([filings, invent({"animals": 12}, seed=9, prefix="x")])
    assert first.factors is not None
    kept = keep_fit(first.factors, first.topic_ids, np.arange(222, dtype=np.uint64), "", FIRST, 0.3)
    new = more["invention_id"].head(0)
    settled, placed = settle(Texts.of_frame(more), carry(first), kept, more["invention_id"], new)
    assert settled.figures["placed"] == 12
    assert not are_strange(kept, placed)
    new = more["invention_id"].tail(12)
    assert are_strange(kept, settle(Texts.of_frame(more), carry(first), kept, more["invention_id"], new)[1])


def test_a_large_corpus_is_fitted_on_a_sample_and_placed_as_a_whole(first: Topics, filings: pl.DataFrame) -> None:
    """Topics of half of the filings hold nearly the same filings as topics of all."""
    half = replace(SETTINGS, most_fitted=105)
    sampled = model_topics(filings, NOTHING, count=3, settings=half, today=FIRST, mint_from="test")
    both = sampled.filings.join(first.filings, on="invention_id", suffix="_all")
    assert (sampled.figures["fitted"], both.height) == (105, filings.height)
    assert normalized_mutual_info_score(both["topic_id"], both["topic_id_all"]) >= 0.95


@pytest.mark.parametrize(
    ("new", "gone", "days", "word"),
    [(21, 0, 0, None), (22, 0, 0, "22 are new"), (0, 22, 0, "22 are gone"), (0, 0, 30, None), (0, 0, 31, "are from")],
)
def test_topics_are_fitted_anew_for_a_reason_that_is_told(
    first: Topics, new: int, gone: int, days: int, word: str | None
) -> None:
    """More than a tenth new or gone, or a month, each alone."""
    assert first.factors is not None
    kept = keep_fit(first.factors, first.topic_ids, np.arange(210, dtype=np.uint64), "same", FIRST, 0.5)
    because = why_refit(kept, "same", FIRST + dt.timedelta(days=days), new=new, gone=gone)
    assert because is None if word is None else word in (because or "")


@pytest.mark.parametrize(
    ("documents", "wanted", "count"),
    [(0, 12, 0), (29, 12, 0), (30, 12, 3), (119, 12, 11), (120, 12, 12), (9999, 12, 12), (30, 2, 2)],
)
def test_small_corpora_bear_fewer_topics(documents: int, wanted: int, count: int) -> None:
    """Ten filings per topic, none below thirty filings."""
    assert topic_count(documents, wanted, SETTINGS) == count


@pytest.mark.parametrize("size", [0, 1, 29])
def test_too_few_filings_give_no_topics_and_say_so(size: int, first: Topics) -> None:
    """Empty frames with the right columns; topics known before are gone, not forgotten."""
    few = fit(invent({"traffic": size}), carry(first), today=SECOND)
    assert few.filings.is_empty() and dict(few.filings.schema) == FILING_SCHEMA
    assert set(few.topics["state"]) == {"gone"} and few.topics.height == 3
    assert f"too few filings for topics: {size}" in few.figures["note"]


def test_filings_without_words_belong_to_no_topic(filings: pl.DataFrame) -> None:
    """They are counted, not pressed into a topic; a corpus without any word has no topics."""
    schema = {"invention_id": pl.String, "text": pl.String, "symbols": pl.List(pl.String)}
    mute = pl.DataFrame([(f"M{n}", None, None) for n in range(35)], schema, orient="row")
    mixed = fit(pl.concat([filings.select(list(schema)), mute.head(2)]))
    assert mixed.figures["documents_without_topic"] == 2
    assert mixed.filings.height == filings.height
    assert "share too few words" in fit(mute).figures["note"]


def test_a_filing_between_two_topics_names_both_and_has_a_small_margin(first: Topics, filings: pl.DataFrame) -> None:
    """Margins lie between 0 and 1, a runner-up is another topic, and words of two subjects give a smaller margin."""
    margins = first.filings["margin"]
    assert margins.null_count() == 0 and margins.min() >= 0 and margins.max() <= 1
    assert first.filings.filter(pl.col("runner_up") == pl.col("topic_id")).is_empty()
    assert set(first.filings["runner_up"].drop_nulls()) <= set(first.topics["topic_id"])
    assert first.factors is not None
    one, other = (filings.filter(pl.col("invention_id").str.contains(name)).row(0, named=True) for name in TWO)
    both = {"invention_id": "X", "text": f"{one['text']} {other['text']}", "symbols": one["symbols"] + other["symbols"]}
    frame = pl.DataFrame([both | {"invention_id": "Between"}, one], schema=filings.select(list(both)).schema)
    texts = Texts.of_frame(frame)
    placed = place_documents(texts, sorted(frame["invention_id"]), first.factors.vectors, first.factors.weights)
    between, clear = placed.share - placed.second_share
    assert 0 <= between < clear <= 1
    assert placed.second_of[0] >= 0 and placed.second_of[0] != placed.topic_of[0]
