"""Coherence, diversity and agreement of topics against values computed by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.metrics import normalized_mutual_info_score

from filingwatch.topics.coherence import (
    count_together,
    mean_coherence,
    measure_agreement,
    measure_coherence,
    measure_columns,
    measure_diversity,
    pair_npmi,
)

DOCUMENTS = [{"lamp", "street"}, {"lamp", "street"}, {"lamp", "face"}, {"face", "gait"}]


def test_npmi_is_the_hand_computed_value() -> None:
    """lamp in 3 of 4, street in 2, both in 2: ln(.5 / (.75 * .5)) / -ln .5."""
    (value,) = measure_coherence([["lamp", "street"]], DOCUMENTS)
    assert value == pytest.approx(math.log(0.5 / (0.75 * 0.5)) / -math.log(0.5))
    assert value == pytest.approx(0.4150374992788438)


def test_words_that_never_stand_together_have_the_lower_bound() -> None:
    """The limit of the definition, without smoothing; also for a word that stands in no document."""
    assert measure_coherence([["street", "gait"], ["street", "unheard"]], DOCUMENTS) == [-1.0, -1.0]


def test_words_that_stand_only_together_have_the_upper_bound() -> None:
    """Two words of exactly the same documents: 1; two words of every document say nothing: 0."""
    assert measure_coherence([["a", "b"]], [{"a", "b"}, {"c"}, {"c"}]) == [pytest.approx(1.0)]
    assert measure_coherence([["a", "b"]], [{"a", "b"}, {"a", "b"}]) == [0.0]


def test_a_topic_is_the_mean_over_its_pairs() -> None:
    """lamp-street .415, lamp-face (one document of 4, 3 and 2): ln(.25 / .375) / -ln .25; street-face -1."""
    (value,) = measure_coherence([["lamp", "street", "face"]], DOCUMENTS)
    assert value == pytest.approx((0.4150374992788438 + math.log(0.25 / 0.375) / -math.log(0.25) - 1.0) / 3)


def test_repeated_words_and_tokens_count_once() -> None:
    """A word named twice makes no pair with itself, and a document that repeats a token holds it once."""
    repeated = [[*tokens, *tokens] for tokens in DOCUMENTS]
    assert measure_coherence([["lamp", "street", "lamp"]], repeated) == measure_coherence(
        [["lamp", "street"]], DOCUMENTS
    )


def test_one_word_or_no_documents_is_nothing_to_measure() -> None:
    """None, which the mean over topics leaves out; a mean of nothing is None."""
    assert measure_coherence([["lamp"], []], DOCUMENTS) == [None, None]
    assert measure_coherence([["lamp", "street"]], []) == [None]
    assert mean_coherence([None, 0.5, 0.1]) == pytest.approx(0.3)
    assert mean_coherence([None]) is None


def test_columns_of_a_matrix_give_the_same_as_words() -> None:
    """Any weight that is not zero says that the word stands there."""
    words = ["face", "gait", "lamp", "street"]
    matrix = sparse.csr_matrix([[0.3 * (word in tokens) for word in words] for tokens in DOCUMENTS])
    topics = [["lamp", "street", "face"], ["gait", "face"]]
    assert measure_columns([[words.index(word) for word in topic] for topic in topics], matrix) == pytest.approx(
        measure_coherence(topics, DOCUMENTS)
    )


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sets(st.sampled_from("abcde")), min_size=1, max_size=12))
def test_npmi_is_symmetric_and_bounded(documents: list[set[str]]) -> None:
    """-1 .. 1 for every pair of words, in whichever order."""
    values = pair_npmi(*count_together("abcde", documents))
    assert np.array_equal(values, values.T) and values.min() >= -1 and values.max() <= 1


def test_diversity_is_the_share_of_distinct_words() -> None:
    """Three distinct words of four; nothing to share without words."""
    assert measure_diversity([["a", "b"], ["a", "c"]]) == 0.75
    assert measure_diversity([["a", "b"], ["c", "d"]]) == 1.0
    assert measure_diversity([[], []]) is None


def test_agreement_is_the_hand_computed_value() -> None:
    """Topics ab|cd, labels abc|d: H 1 and .811 bits, shared .311: 2 * .311 / 1.811."""
    entropy = -(0.75 * math.log2(0.75) + 0.25 * math.log2(0.25))
    joint = -(0.5 * math.log2(0.5) + 2 * 0.25 * math.log2(0.25))
    expected = 2 * (1 + entropy - joint) / (1 + entropy)
    assert measure_agreement([0, 0, 1, 1], ["x", "x", "x", "y"]) == pytest.approx(expected)


def test_agreement_at_its_bounds() -> None:
    """Other names for the same parts: 1; parts that say nothing of each other: 0; nothing to compare: None."""
    assert measure_agreement([0, 0, 1], ["b", "b", "a"]) == pytest.approx(1.0)
    assert measure_agreement([0, 1, 0, 1], ["x", "x", "y", "y"]) == pytest.approx(0.0, abs=1e-12)
    assert measure_agreement([0, 0], [1, 1]) == 1.0
    assert measure_agreement([], []) is None


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_agreement_is_that_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    """The same number as the field's usual implementation."""
    ours, theirs = zip(*pairs, strict=True)
    assert measure_agreement(ours, theirs) == pytest.approx(normalized_mutual_info_score(theirs, ours), abs=1e-9)
