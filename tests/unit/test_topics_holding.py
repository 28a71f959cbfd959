"""What a refit would do to the topics there are, and when that is too much."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from invented_filings import invent

from filingwatch.topics.holding import Effect, Proposal, compare_refit, explain, is_too_much
from filingwatch.topics.model import TopicSettings
from filingwatch.topics.modelling import FILING_SCHEMA, LINEAGE_SCHEMA, TOPIC_SCHEMA, Known, Topics, model_topics
from filingwatch.topics.placing import keep_fit

DAY = dt.date(2026, 1, 1)


def topics(**said: str) -> pl.DataFrame:
    """Topics by id with their state; an id that begins with p is named by a person."""
    rows = [
        (name, f"name of {name}", "person" if name.startswith("p") else "rule", state, [], [], 1, DAY, [], None)
        for name, state in said.items()
    ]
    return pl.DataFrame(rows, TOPIC_SCHEMA, orient="row")


def filings(**of: str) -> pl.DataFrame:
    """One filing for each letter, by topic."""
    rows = [(letter, topic, 1.0, None, 1.0) for topic, letters in of.items() for letter in letters]
    return pl.DataFrame(rows, FILING_SCHEMA, orient="row")


def refit(after: pl.DataFrame, placed: pl.DataFrame, lineage: list[tuple] | None = None) -> Topics:
    return Topics(after, placed, pl.DataFrame(lineage or [], LINEAGE_SCHEMA, orient="row"), {}, {})


def effect_of(after: Topics, ids: str = "abcdefghij") -> Effect:
    return compare_refit(topics(p1="kept", p2="kept", r1="kept"), filings(p1="abc", p2="de", r1="fghij"), after, ids)


def test_a_refit_that_changes_nothing_loses_nothing() -> None:
    """The same topics and filings: all kept, no name lost, nothing moved, held back under no rule."""
    effect = effect_of(refit(topics(p1="kept", p2="kept", r1="kept"), filings(p1="abc", p2="de", r1="fghij")))
    assert [fate.fate for fate in effect.fates] == ["kept"] * 3
    assert (effect.lost_name_share, effect.moved_filing_share) == (0, 0)
    assert not is_too_much(effect, 0.0)


def test_a_topic_that_is_gone_loses_its_name_and_says_where_its_filings_go() -> None:
    """One of two names that people gave is lost: half of them, more than the share of its filings."""
    after = refit(
        topics(p1="merged", p2="gone", r1="kept"), filings(p1="abcde", r1="fghij"), [("p1", "p2", "merged", 1.0)]
    )
    effect = effect_of(after)
    by_id = {fate.topic_id: fate for fate in effect.fates}
    assert (by_id["p1"].fate, by_id["p1"].comes_from) == ("merged", "p2")
    assert (by_id["p2"].fate, by_id["p2"].goes_to, by_id["p2"].after_count) == ("gone", (("p1", 2),), 0)
    assert effect.people_lost == ("name of p2",)
    assert (effect.lost_name_share, effect.lost_filing_share, effect.moved_filing_share) == (0.5, 0.2, 0.2)
    assert is_too_much(effect, 0.49) and not is_too_much(effect, 0.5)
    assert "1 of 2 names that people gave (“name of p2”)" in explain(effect, 0.2)


def test_names_by_rule_count_by_the_filings_under_them() -> None:
    """No person's name is lost, but half of the filings stand under a topic that is."""
    effect = effect_of(refit(topics(p1="kept", p2="kept", r1="gone", n1="new"), filings(p1="abc", p2="de", n1="fghij")))
    assert (effect.people_lost, effect.lost_name_share) == ((), 0.5)
    assert {fate.topic_id: fate.fate for fate in effect.fates} == {
        "p1": "kept",
        "p2": "kept",
        "r1": "gone",
        "n1": "new",
    }


def test_an_id_that_most_of_its_filings_leave_has_lost_its_name() -> None:
    """The id lives on with other filings: what people named is not there any more."""
    after = refit(topics(p1="kept", p2="kept", r1="kept"), filings(p1="afghij", p2="de", r1="bc"))
    effect = effect_of(after)
    assert effect.people_lost == ("name of p1",)
    assert {fate.topic_id for fate in effect.fates if fate.is_name_lost} == {"p1", "r1"}


def test_what_left_the_question_is_no_loss_of_the_refit() -> None:
    """A topic whose filings are all irrelevant today is not counted, whatever the refit says of it."""
    after = refit(topics(p1="gone", p2="kept", r1="kept"), filings(p2="de", r1="fghij"))
    effect = effect_of(after, ids="defghij")
    assert effect.lost_name_share == 0 and [fate.topic_id for fate in effect.fates] == ["p2", "r1"]


@pytest.mark.parametrize("most_lost", [0.0, 0.2, 1.0])
def test_words_agree_with_the_verdict(most_lost: float) -> None:
    """What a person reads says `more than` exactly when the refit is held back."""
    effect = effect_of(refit(topics(p1="kept", p2="gone", r1="kept"), filings(p1="abcde", r1="fghij")))
    assert (", more than" in explain(effect, most_lost)) == is_too_much(effect, most_lost)


def test_a_proposal_reads_back_what_was_written() -> None:
    """Fit, topics, filings and lineage survive being kept as bytes, and equal proposals are equal bytes."""
    frame = invent({"traffic": 40, "faces": 40})
    nothing = Known(pl.DataFrame(schema=TOPIC_SCHEMA), pl.DataFrame(schema=FILING_SCHEMA), {})
    said = model_topics(frame, nothing, count=2, settings=TopicSettings(), today=DAY, mint_from="test")
    assert said.factors is not None
    fitted = keep_fit(said.factors, said.topic_ids, np.arange(80, dtype=np.uint64), "x", DAY, 0.5)
    kept = Proposal(fitted, said.topics, said.filings, said.lineage)
    back = Proposal.from_bytes(kept.to_bytes())
    assert back.to_bytes() == kept.to_bytes()
    assert back.topics.equals(said.topics) and back.filings.equals(said.filings) and back.lineage.equals(said.lineage)
    assert back.fitted.topic_ids == said.topic_ids and (back.fitted.weights == said.factors.weights).all()
