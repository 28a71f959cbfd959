"""A model takes over unless it is worse beyond doubt: planted better, equal, worse and unlucky ones."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from filingwatch.jobs.relevance_promotion import LOT_SEED, weigh
from filingwatch.relevance.promoting import Answers, Comparison, PromotionSettings, compare, judge
from filingwatch.relevance.queueing import find_lots

THRESHOLD = 0.5


def draw(seed: int, noise: float, count: int = 300, *, bias: float = 0.0) -> tuple[np.ndarray, Answers]:
    """Invented labels, one in five relevant, and a model that sees them through this much noise."""
    truth = np.random.default_rng(7)
    wanted = truth.random(count) < 0.2
    score = np.where(wanted, 1.5, -1.5) + np.random.default_rng(seed).normal(0, noise, count) + bias
    probability = 1 / (1 + np.exp(-score))
    return wanted, Answers(probability, probability >= THRESHOLD)


def told(incumbent: Answers, candidate: Answers, wanted: np.ndarray, weights: np.ndarray | None = None) -> Comparison:
    return compare(wanted, np.ones(len(wanted)) if weights is None else weights, incumbent, candidate)


def test_a_worse_model_is_held_back_and_a_better_one_takes_over() -> None:
    """Noise in the probabilities decides, in both directions, and the words say by how much."""
    wanted, good = draw(1, 0.5)
    _, bad = draw(2, 3.0)
    against = judge(told(good, bad, wanted))
    assert not against.is_promoted and against.because.startswith("worse beyond doubt: log loss")
    taken = judge(told(bad, good, wanted))
    assert taken.is_promoted and taken.because.startswith("better beyond doubt")


def test_chance_alone_holds_back_few() -> None:
    """Of 100 candidates as good as the one in force at most 8 are held back (by the interval it should be 2 or 3)."""
    held = 0
    for seed in range(100):
        wanted, one = draw(1000 + seed, 1.0, 120)
        _, other = draw(2000 + seed, 1.0, 120)
        held += not judge(told(one, other, wanted)).is_promoted
    assert held <= 8


def test_a_model_that_loses_recall_is_held_back_though_its_loss_is_no_worse() -> None:
    """Where the threshold moved up, filings that matter would leave: probabilities alone do not show it."""
    wanted, good = draw(1, 0.5)
    strict = Answers(good.probability, good.probability >= 0.9)
    verdict = judge(told(good, strict, wanted))
    assert not verdict.is_promoted and "of the relevant at its threshold" in verdict.because


def test_a_difference_that_nobody_would_notice_holds_nothing_back() -> None:
    """However certain: half a hundredth of a nat on every document is no reason to keep an older model."""
    wanted = np.array([True, False] * 150)
    said = [np.where(wanted, sure, 1 - sure) for sure in (0.985, 0.980)]
    found = told(*(Answers(each, each >= THRESHOLD) for each in said), wanted)
    assert 0 < found.loss_low < 0.01 and judge(found).is_promoted


def test_the_weight_of_a_label_counts() -> None:
    """A mistake that stands for many documents outweighs several that stand for one each."""
    wanted = np.array([True, False] * 20)
    one, other = np.where(wanted, 0.9, 0.1), np.where(wanted, 0.9, 0.1)
    one[:4], other[4:6] = 0.5, 0.5
    answers = [Answers(said, said >= 0.5) for said in (one, other)]
    light = compare(wanted, np.ones(40), *answers)
    heavy = compare(wanted, np.where(np.isin(np.arange(40), (4, 5)), 50.0, 1.0), *answers)
    assert light.candidate_loss < light.incumbent_loss and heavy.candidate_loss > heavy.incumbent_loss


@pytest.mark.parametrize("count", [0, 1, 29])
def test_too_few_labels_say_nothing_against_a_candidate(count: int) -> None:
    """Below the least number it takes over, and the words say that nothing was compared."""
    wanted, good = draw(1, 0.5, count)
    _, bad = draw(2, 3.0, count)
    verdict = judge(told(good, bad, wanted))
    assert verdict.is_promoted and f"{count} audit labels" in verdict.because and "too few" in verdict.because


def test_the_same_input_gives_the_same_numbers() -> None:
    """The bootstrap is seeded; another seed moves the interval a little and nothing else."""
    wanted, good = draw(1, 0.5)
    _, other = draw(2, 0.6)
    first, second = told(good, other, wanted), told(good, other, wanted)
    moved = compare(wanted, np.ones(len(wanted)), good, other, PromotionSettings(seed=1))
    assert first == second and moved.candidate_loss == first.candidate_loss and moved.loss_low != first.loss_low


def test_copies_and_skipped_documents_do_not_silence_the_comparison() -> None:
    """What was read and cannot judge has the lowest lots: the worse candidate is held back all the same."""
    wanted, good = draw(1, 0.5)
    _, bad = draw(2, 3.0)
    ids = sorted((f"d{number:03d}" for number in range(300)), key=lambda name: find_lots([name], LOT_SEED)[0])
    before, now = (
        pl.DataFrame({"invention_id": ids, "model_probability": answers.probability}) for answers in (good, bad)
    )
    labels = dict(zip(ids[5:], wanted[5:].tolist(), strict=True))
    assert weigh(before, now, labels, (0.5, 0.5)).losses["audit_labels"] < 295
    found = weigh(before, now, labels, (0.5, 0.5), ids[:5])
    assert found.decision == "held back" and found.losses["audit_labels"] == 295
