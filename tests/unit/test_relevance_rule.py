"""What the watch's own terms and classes say about a document."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filingwatch.relevance.rule import Hits, Rule, find_hits, is_within, rule_probability, weak_label

RULE = Rule(("smart city", "平安", "camera"), ("平安保险", "camera lens"), ("G08G", "G06V 20", "H02J 13/0"))


@pytest.mark.parametrize(
    ("text", "include", "exclude"),
    [
        ("A Smart-City platform", ("smart city",), ()),
        ("smart citys and ｃａｍｅｒａ", ("smart city", "camera"), ()),
        ("smartcity, cameraman", (), ()),
        ("基于camera的平安城市", ("平安", "camera"), ()),
        ("平安保险的核保", (), ("平安保险",)),
        ("平安保险与平安城市", ("平安",), ("平安保险",)),
        ("a camera lens", (), ("camera lens",)),
        ("a camera with a camera lens", ("camera",), ("camera lens",)),
        ("", (), ()),
    ],
)
def test_terms_are_found_as_words_and_not_inside_colliding_ones(
    text: str, include: tuple[str, ...], exclude: tuple[str, ...]
) -> None:
    """Hyphen, case, width and plural do not matter; an include term inside an exclude term is no hit."""
    hits = find_hits(RULE, text, [])
    assert (hits.include, hits.exclude) == (include, exclude)


@pytest.mark.parametrize(
    ("text", "include"),
    [
        ("pangolin scales and bear bile", ("pangolin", "bear bile")),
        ("the Pangolin gene of Drosophila, and bear bile", ("bear bile",)),
        ("bear-grass soup with bear bile; pangolin", ("pangolin",)),
        ("果蝇 pangolin", ()),
        ("a pangolin of Drosophilists", ("pangolin",)),
    ],
)
def test_a_word_beside_a_term_voids_that_term_alone(text: str, include: tuple[str, ...]) -> None:
    """What a taxon's list keeps out says nothing about the other taxa, and is no collision of the whole filing."""
    rule = Rule(
        ("pangolin", "bear bile"), unless=(("pangolin", ("drosophila", "果蝇")), ("bear bile", ("bear grass",)))
    )
    hits = find_hits(rule, text, [])
    assert (hits.include, hits.exclude) == (include, ())


@pytest.mark.parametrize(
    ("symbol", "wanted", "inside"),
    [
        ("G08G 1/07", "G08G", True),
        ("G08G1/07", "g08g 1/07", True),
        ("G06V 20/52", "G06V 20", True),
        ("G06V 20/52", "G06V 2", False),
        ("G06V 201/52", "G06V 20", False),
        ("H02J 13/00", "H02J 13/0", True),
        ("H02J 3/14", "H02J 13/0", False),
        ("G08G 1/07", "G", True),
    ],
)
def test_a_class_is_inside_its_wider_classes_only(symbol: str, wanted: str, inside: bool) -> None:
    """`G06V 2` is a main group of its own, not the beginning of `G06V 20`."""
    assert is_within(symbol, wanted) is inside


def test_the_only_hit_being_a_collision_is_recognised() -> None:
    """A class or a free term besides it makes it an open case."""
    assert find_hits(RULE, "平安保险", ["G06Q 40/08"]).is_collision
    assert not find_hits(RULE, "平安保险", ["G08G 1/07"]).is_collision
    assert not find_hits(RULE, "平安保险，平安城市", []).is_collision
    assert not find_hits(RULE, "nothing", []).is_collision


@given(st.booleans(), st.booleans(), st.booleans())
@settings(max_examples=20)
def test_belief_and_weak_label_agree(include: bool, exclude: bool, has_class: bool) -> None:
    """Where the rule would teach a label its belief is on that side; more evidence against never raises belief."""
    hits = Hits(("a",) * include, ("b",) * exclude, ("c",) * has_class)
    label, belief = weak_label(hits), rule_probability(hits)
    assert label is None or label == (belief >= 0.5)
    assert rule_probability(Hits(hits.include, (), hits.classes)) >= belief
