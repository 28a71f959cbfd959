"""Laws of a refit that goes on: old filings stay, new subjects grow from newcomers alone, ids are never used twice."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from invented_filings import invent

from filingwatch.texts import Texts
from filingwatch.topics.continuing import MOVE_MARGIN, is_near, most_topics, stay_unless_better
from filingwatch.topics.model import Rules, TopicSettings
from filingwatch.topics.modelling import FILING_SCHEMA, TOPIC_SCHEMA, Known, Topics, model_topics
from filingwatch.topics.placing import NEWCOMER, Fitted, apply_rules, keep_fit, place_documents

FIRST, SECOND, THIRD = dt.date(2026, 1, 1), dt.date(2026, 2, 1), dt.date(2026, 3, 1)
NOTHING = Known(pl.DataFrame(schema=TOPIC_SCHEMA), pl.DataFrame(schema=FILING_SCHEMA), {})
OLD = {"traffic": 90, "faces": 70, "energy": 50}


def fit(
    filings: pl.DataFrame, known: Known = NOTHING, today: dt.date = FIRST, count: int | None = None, **more
) -> Topics:
    given = {"settings": TopicSettings(), "today": today, "mint_from": f"test {today}"}
    return model_topics(filings, known, count=count, **given, **more)


def carry(topics: Topics) -> Known:
    return Known(topics.topics, topics.filings, {})


@pytest.fixture(scope="module")
def old() -> pl.DataFrame:
    return invent(OLD)


@pytest.fixture(scope="module")
def first(old: pl.DataFrame) -> Topics:
    return fit(old)


@pytest.fixture(scope="module")
def grown(old: pl.DataFrame, first: Topics) -> Topics:
    """A second fit after 16 filings of a new subject came, among a few of the old ones."""
    return fit(pl.concat([old, invent({"animals": 16, "traffic": 4}, seed=9, prefix="x")]), carry(first), SECOND)


def test_a_small_new_subject_grows_and_no_old_filing_moves(first: Topics, grown: Topics) -> None:
    """16 newcomers beside 210: a topic with exactly these; every old filing has the topic id that it had."""
    born = grown.topics.filter(pl.col("state") == "new")
    assert (born.height, grown.figures["grown"], grown.figures["fit"]) == (1, 1, "carried on")
    members = grown.filings.filter(pl.col("topic_id") == born["topic_id"].item())["invention_id"]
    assert members.len() == 16 and members.str.contains("animals").all()
    assert grown.figures["same_topic_share"] == 1.0


def test_more_of_known_subjects_grow_nothing(old: pl.DataFrame, first: Topics) -> None:
    """A tenth more filings of the same subjects: the same topics, and the newcomers among their like."""
    more = pl.concat([old, invent({"traffic": 9, "faces": 7, "energy": 5}, seed=5, prefix="y")])
    again = fit(more, carry(first), SECOND)
    assert (again.figures["grown"], again.topics["topic_id"].to_list()) == (0, first.topics["topic_id"].to_list())


def test_the_same_refit_twice_is_the_same_to_the_bit(old: pl.DataFrame, first: Topics, grown: Topics) -> None:
    """Frames, and the kept fit as bytes; the order of rows does not matter."""
    more = pl.concat([old, invent({"animals": 16, "traffic": 4}, seed=9, prefix="x")])
    again = fit(more.sample(fraction=1, shuffle=True, seed=3), carry(first), SECOND)
    assert again.topics.equals(grown.topics) and again.filings.equals(grown.filings)
    assert again.lineage.equals(grown.lineage)
    hashes = np.arange(more.height, dtype=np.uint64)
    one, other = (keep_fit(said.factors, said.topic_ids, hashes, "x", SECOND, 0.5) for said in (grown, again))
    assert one.to_bytes() == other.to_bytes()


def test_every_filing_has_at_most_one_topic_and_none_is_lost(old: pl.DataFrame, grown: Topics) -> None:
    """Sizes of topics add up to the filings placed; shares and margins are shares."""
    assert grown.filings["invention_id"].is_unique().all()
    assert grown.topics["filing_count"].sum() == grown.filings.height == old.height + 20
    assert grown.filings["margin"].is_between(0, 1).all() and grown.filings["weight"].is_between(0, 1).all()


def test_ids_are_never_used_twice(old: pl.DataFrame, first: Topics, grown: Topics) -> None:
    """A topic that grew and ended keeps its row; another subject that grows later has an id of its own."""
    without = fit(old, carry(grown), THIRD)
    ended = without.topics.filter(pl.col("state") == "gone")["topic_id"].item()
    assert ended not in set(first.topics["topic_id"])
    later = fit(pl.concat([old, invent({"insurance": 20}, seed=4)]), carry(without), dt.date(2026, 4, 1))
    assert later.topics["topic_id"].is_unique().all() and set(without.topics["topic_id"]) < set(
        later.topics["topic_id"]
    )
    assert later.topics.row(by_predicate=pl.col("topic_id") == ended, named=True)["state"] == "gone"


def test_a_topic_that_grew_takes_later_filings_of_its_subject_by_its_rule(grown: Topics) -> None:
    """Also after the fit was kept as bytes; filings of other subjects go to theirs."""
    assert grown.factors is not None and grown.factors.rules is not None
    kept = keep_fit(grown.factors, grown.topic_ids, np.arange(9, dtype=np.uint64), "x", SECOND, 0.5)
    kept = Fitted.from_bytes(kept.to_bytes())
    born = grown.topics.filter(pl.col("state") == "new")["topic_id"].item()
    assert kept.ruled == {born}
    later = invent({"animals": 8, "faces": 8}, seed=77, prefix="z").sort("invention_id")
    texts, ids = Texts.of_frame(later), later["invention_id"].to_list()
    placed = place_documents(texts, ids, kept.vectors, kept.weights, kept.rules)
    said = [kept.topic_ids[topic] == born for topic in placed.topic_of]
    assert said == ["animals" in name for name in ids]


def test_newcomers_are_told_by_the_caller(old: pl.DataFrame, first: Topics, grown: Topics) -> None:
    """Where none of the new filings is a newcomer, nothing grows."""
    more = pl.concat([old, invent({"animals": 16, "traffic": 4}, seed=9, prefix="x")])
    assert fit(more, carry(first), SECOND, newcomers=[]).figures["grown"] == 0


def test_since_when_filings_are_there_outlives_refits(first: Topics) -> None:
    """Those of the first fit are old, later ones are newcomers for NEWCOMER, then old."""
    assert first.factors is not None

    def keep(hashes: list[int], day: dt.date, before: Fitted | None = None) -> Fitted:
        held = np.array(hashes, dtype=np.uint64)
        kept = keep_fit(first.factors, first.topic_ids, held, "x", day, 0.5, before)
        return Fitted.from_bytes(kept.to_bytes())

    one = keep([3, 1], FIRST)
    two = keep([1, 2, 3], SECOND, one)
    asked = np.array([1, 2, 3, 4], dtype=np.uint64)
    assert two.are_newcomers(asked, THIRD).tolist() == [False, True, False, True]
    assert two.are_newcomers(asked, SECOND + NEWCOMER).tolist() == [False, False, False, True]


@pytest.mark.parametrize(("living", "wanted", "near"), [(3, 2, False), (12, 12, True), (14, 12, True), (15, 12, False)])
def test_topics_go_on_where_nearly_as_many_are_wanted(living: int, wanted: int, near: bool) -> None:
    """A fifth more may have grown; a person who asks for fewer gets fewer."""
    assert is_near(living, wanted) is near
    assert most_topics(living, wanted) == int(1.2 * wanted) and most_topics(4, None) == 5


SHARES = arrays.arrays(float, (6, 4), elements=st.floats(0, 1)).map(
    lambda rows: rows / np.maximum(rows.sum(axis=1, keepdims=True), 1e-9)
)


@given(SHARES, st.lists(st.integers(-1, 3), min_size=6, max_size=6))
@hypothesis_settings(max_examples=60, deadline=None)
def test_a_filing_moves_only_to_a_topic_that_has_clearly_more_of_it(shares: np.ndarray, known: list[int]) -> None:
    """Every filing with a known topic stays, or the topic that it goes to has at least the margin more."""
    placed = stay_unless_better(shares, np.array(known))
    for row, was in enumerate(known):
        now = placed.topic_of[row]
        if was >= 0 and now != was:
            assert shares[row, now] - shares[row, was] >= MOVE_MARGIN
        elif was < 0 and shares[row].sum() > 0:
            assert shares[row, now] == shares[row].max()
        assert placed.second_of[row] != now or now == -1


@given(SHARES, arrays.arrays(float, (6, 2), elements=st.floats(-9, 9)))
@hypothesis_settings(max_examples=60, deadline=None)
def test_rules_alone_decide_over_topics_that_have_one(loads: np.ndarray, odds: np.ndarray) -> None:
    """Shares add up to 1 or 0; the heaviest topic has a rule exactly where a rule says so, or nothing else explains."""
    rules = Rules(np.array([1, 3]), np.zeros((2, 5)), np.zeros(2))
    shares = apply_rules(loads, rules, odds)
    total = shares.sum(axis=1)
    assert (np.isclose(total, 1) | (total == 0)).all()
    for row in np.flatnonzero((total > 0) & (loads[:, [0, 2]].sum(axis=1) > 1e-6)):
        assert (shares[row].argmax() in (1, 3)) == (odds[row].max() > 0)
