"""Whether a model that was learned anew takes over from the one in force: both judged on labels that chance chose.

Here belongs the comparison and its verdict. Which labels count as drawn at random belongs to `quality`; what is done
with a model that is held back belongs to the job.

Neither model may have learned the labels that it is judged on: probabilities are out of fold where one did. Labels
that were given because the model in force pointed at them would flatter it; the audit's do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# probabilities are cut here, or one sure mistake would outweigh a thousand labels
_SUREST = 0.005


@dataclass(frozen=True, slots=True)
class PromotionSettings:
    """`least_labels`: with fewer audit labels, or fewer than `least_relevant` relevant ones, nothing is said against a
    candidate. `recall_slack` is how much recall at the threshold may be lost, beside what chance explains; `loss_slack`
    (nats) is a difference of the mean loss that nobody would notice, however certain it is."""

    confidence: float = 0.95
    least_labels: int = 30
    least_relevant: int = 5
    recall_slack: float = 0.02
    loss_slack: float = 0.01
    draws: int = 2_000
    seed: int = 2015


@dataclass(frozen=True, slots=True)
class Answers:
    """What a model says of the audit's documents, in their order: its probability, and whether it lets them in."""

    probability: np.ndarray
    is_accepted: np.ndarray


@dataclass(frozen=True, slots=True)
class Comparison:
    """Mean log loss of both on the audit labels, and an interval of the candidate's loss beyond the incumbent's.

    `recall_lost` is the share of the relevant that the incumbent lets in beyond what the candidate does, with its
    interval. Below 0 the candidate is better. None where there is too little to compare.
    """

    audit_labels: int
    relevant_labels: int
    incumbent_loss: float | None
    candidate_loss: float | None
    loss_low: float | None
    loss_high: float | None
    recall_lost: float | None
    recall_lost_low: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the candidate takes over, and why, in words."""

    is_promoted: bool
    because: str


def compare(
    is_relevant: Sequence[bool] | np.ndarray,
    weights: np.ndarray,
    incumbent: Answers,
    candidate: Answers,
    settings: PromotionSettings | None = None,
) -> Comparison:
    """Both models on the same documents; a document stands for `weights` of them (the inverse of its chance to be
    drawn).

    The interval is a bootstrap over documents of the weighted mean of paired differences, percentiles (Efron &
    Tibshirani 1993).
    """
    settings = settings or PromotionSettings()
    wanted, weights = np.asarray(is_relevant, dtype=bool), np.asarray(weights, dtype=np.float64)
    count, relevant = len(wanted), int(wanted.sum())
    if not count:
        return Comparison(0, 0, None, None, None, None, None, None)
    losses = [_log_loss(wanted, answers.probability) for answers in (incumbent, candidate)]
    beyond = losses[1] - losses[0]
    lost = wanted * (incumbent.is_accepted.astype(np.float64) - candidate.is_accepted.astype(np.float64))
    rng = np.random.default_rng(settings.seed)
    drawn_loss, drawn_recall = np.empty(settings.draws), np.empty(settings.draws)
    for draw in range(settings.draws):
        taken = rng.integers(0, count, count)
        drawn_loss[draw] = _mean(beyond[taken], weights[taken])
        drawn_recall[draw] = _mean(lost[taken], weights[taken] * wanted[taken])
    tail = (1 - settings.confidence) / 2
    low, high = np.quantile(drawn_loss, [tail, 1 - tail])
    return Comparison(
        count,
        relevant,
        _mean(losses[0], weights),
        _mean(losses[1], weights),
        float(low),
        float(high),
        _mean(lost, weights * wanted),
        float(np.quantile(drawn_recall, tail)),
    )


def judge(found: Comparison, settings: PromotionSettings | None = None) -> Verdict:
    """The candidate takes over unless it is worse beyond doubt: in its probabilities, or in recall at its threshold.

    Beyond doubt means that the whole interval speaks against it. In doubt it takes over: it knows the newer labels.
    """
    settings = settings or PromotionSettings()
    if found.audit_labels < settings.least_labels or found.relevant_labels < settings.least_relevant:
        return Verdict(
            True,
            f"{found.audit_labels} audit labels, {found.relevant_labels} of them relevant, are too few to compare "
            f"({settings.least_labels} and {settings.least_relevant} are needed)",
        )
    assert found.incumbent_loss is not None and found.candidate_loss is not None
    assert found.loss_low is not None and found.loss_high is not None
    assert found.recall_lost is not None and found.recall_lost_low is not None
    said = (
        f"log loss {found.candidate_loss:.3f} against {found.incumbent_loss:.3f} on {found.audit_labels} audit labels "
        f"(difference {found.loss_low:+.3f} to {found.loss_high:+.3f})"
    )
    if found.loss_low > settings.loss_slack:
        return Verdict(False, f"worse beyond doubt: {said}")
    if found.recall_lost_low > 0 and found.recall_lost > settings.recall_slack:
        return Verdict(
            False, f"it would lose {found.recall_lost:.1%} of the relevant at its threshold (at least "
            f"{found.recall_lost_low:.1%}); {said}",
        )  # fmt: skip
    return Verdict(True, f"better beyond doubt: {said}" if found.loss_high < 0 else f"not worse beyond doubt: {said}")


def _log_loss(wanted: np.ndarray, probability: np.ndarray) -> np.ndarray:
    sure = np.clip(np.asarray(probability, dtype=np.float64), _SUREST, 1 - _SUREST)
    return -np.where(wanted, np.log(sure), np.log1p(-sure))


def _mean(values: np.ndarray, weights: np.ndarray) -> float:
    total = float(weights.sum())
    return float(values @ weights) / total if total else 0.0
