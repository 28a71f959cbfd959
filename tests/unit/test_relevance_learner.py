"""The learner of screening on invented filings: order, probabilities, few labels, one class, equal bytes."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from invented_filings import invent

from filingwatch.relevance.learner import Prepared, prepare, probabilities, rank

WANTED = ("traffic", "faces")


@pytest.fixture(scope="module")
def filings() -> pl.DataFrame:
    made = invent({"traffic": 60, "faces": 60, "animals": 100, "insurance": 60})
    return made.sample(fraction=1.0, shuffle=True, seed=1)


@pytest.fixture(scope="module")
def prepared(filings: pl.DataFrame) -> Prepared:
    return prepare(filings["text"].to_list())


def truth(filings: pl.DataFrame) -> np.ndarray:
    return filings["subject"].is_in(WANTED).to_numpy()


def test_forty_labels_order_the_rest_in_both_languages(filings: pl.DataFrame, prepared: Prepared) -> None:
    """From 40 labels, 95 of 100 pairs of a wanted and an unwanted filing are in the right order, in each language."""
    wanted = truth(filings)
    scores = rank(prepared, np.arange(40), wanted[:40])
    for office in ("CN", "US"):
        rest = filings["invention_id"].str.starts_with(office).to_numpy() & (np.arange(len(wanted)) >= 40)
        above = scores[rest & wanted][:, None] > scores[rest & ~wanted][None, :]
        assert above.mean() >= 0.95


def test_labels_of_one_class_and_no_labels_do_not_fail(filings: pl.DataFrame, prepared: Prepared) -> None:
    """Relevant labels alone order by likeness, irrelevant ones by unlikeness; without labels all scores are equal."""
    wanted = truth(filings)
    some = np.flatnonzero(wanted)[:5]
    others = np.flatnonzero(~wanted)[:5]
    by_likeness = rank(prepared, some, np.ones(5, dtype=bool))
    assert by_likeness[wanted].mean() > by_likeness[~wanted].mean()
    by_unlikeness = rank(prepared, others, np.zeros(5, dtype=bool))
    assert by_unlikeness[wanted].mean() > by_unlikeness[~wanted].mean()
    nothing = np.array([], dtype=np.int64)
    assert not rank(prepared, nothing, nothing).any()
    for rows, labels in ((nothing, nothing), (some, np.ones(5)), (others, np.zeros(5))):
        found = probabilities(prepared, rows, labels, seed=1)
        assert found.shape == wanted.shape and ((found > 0) & (found < 1)).all()


def test_the_order_of_labels_changes_no_bit(filings: pl.DataFrame, prepared: Prepared) -> None:
    """Scores and probabilities are the same whatever the order of the labelled rows, and when asked twice."""
    wanted = truth(filings)
    rows = np.random.default_rng(5).permutation(len(wanted))[:60]
    turned = rows[::-1]
    assert np.array_equal(rank(prepared, rows, wanted[rows]), rank(prepared, turned, wanted[turned]))
    first = probabilities(prepared, rows, wanted[rows], seed=3)
    assert np.array_equal(first, probabilities(prepared, turned, wanted[turned], seed=3))


def test_probabilities_hold_what_they_say(filings: pl.DataFrame, prepared: Prepared) -> None:
    """The mean probability of what is unread is within 0.05 of the wanted share there; none is 0 or 1."""
    wanted = truth(filings)
    rows = np.arange(80)
    found = probabilities(prepared, rows, wanted[:80], seed=3)
    assert abs(found[80:].mean() - wanted[80:].mean()) <= 0.05
    assert found.min() > 0 and found.max() < 1


def test_a_labelled_document_is_not_judged_by_a_model_that_saw_its_label(
    filings: pl.DataFrame, prepared: Prepared
) -> None:
    """One label turned wrong among eighty: the probability of its document stays on the side of its words."""
    wanted = truth(filings)
    labels = wanted[:80].copy()
    stray = int(np.flatnonzero(labels)[0])
    labels[stray] = False
    assert probabilities(prepared, np.arange(80), labels, seed=3)[stray] > 0.5


def test_twins_are_held_out_together(filings: pl.DataFrame) -> None:
    """A text with a wrong label that stands ten times: its twins speak against it only where they are no group."""
    wanted = truth(filings)
    texts = filings["text"].to_list()[:80]
    stray = int(np.flatnonzero(wanted[:80])[0])
    prepared = prepare([*texts, *[texts[stray]] * 9])
    labels = np.append(wanted[:80], [False] * 9)
    labels[stray] = False
    groups = [str(row) if row < 80 and row != stray else "twins" for row in range(89)]
    rows = np.arange(89)
    alone = probabilities(prepared, rows, labels, seed=3)[stray]
    together = probabilities(prepared, rows, labels, groups=groups, seed=3)[stray]
    assert together > alone + 0.01
