"""Estimates on a permanent random sample keep their confidence, and agreement is what textbooks say. Synthetic data."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from filingwatch.relevance.agreement import compare_annotators, measure_agreement
from filingwatch.relevance.quality import QualitySettings, calibration_error, draw_audit, estimate, find_drift
from filingwatch.relevance.queueing import find_lots

_FLAT = QualitySettings()


def _play(seed: int, *, count: int = 1_500, rate: float = 0.1, read_above: float = 0.5) -> tuple[pl.DataFrame, float]:
    """Synthetic answers whose drawn and likely documents are labelled, and the true recall of the final answers."""
    rng = np.random.default_rng(seed)
    probability = rng.beta(0.3, 2.0, count)
    # the model is wrong in a way that nobody told it of
    truth = rng.random(count) < np.clip(probability * rng.choice([0.6, 1.0, 1.5]) + 0.01, 0, 1)
    ids = [f"d{number:05d}" for number in range(count)]
    lots = find_lots(ids, seed)
    read = (lots < rate) | ((probability > read_above) & (rng.random(count) < 0.7))
    final = np.where(read, truth, probability >= 0.5)
    frame = pl.DataFrame(
        {
            "invention_id": ids,
            "probability": probability,
            "is_accepted": final,
            "lot": lots,
            "label": [bool(label) if known else None for label, known in zip(truth, read, strict=True)],
        }
    )
    return frame, float((final & truth).sum() / truth.sum())


def _truth(seed: int, count: int = 1_500) -> np.ndarray:
    """What `_play` of this seed hides."""
    rng = np.random.default_rng(seed)
    probability = rng.beta(0.3, 2.0, count)
    return rng.random(count) < np.clip(probability * rng.choice([0.6, 1.0, 1.5]) + 0.01, 0, 1)


def test_the_interval_of_recall_holds_the_truth_as_often_as_it_says() -> None:
    """Of 300 synthetic watches at 95 % at least 92 % hold the true recall (the Monte Carlo error is 2.5 %)."""
    held = 0
    for seed in range(300):
        frame, truth = _play(seed)
        recall = estimate(frame).find("recall")
        held += recall.low <= truth <= recall.high
    assert held >= 276


def test_no_sample_promises_nothing() -> None:
    """Without labels recall may be anything, and nothing is said to be missed or precise; with all it is exact."""
    frame, _ = _play(1)
    blind = estimate(frame.with_columns(label=pl.lit(None, dtype=pl.Boolean)))
    recall = blind.find("recall")
    assert (recall.value, recall.low, recall.high) == (None, 0.0, 1.0)
    assert [blind.find(measure).value for measure in ("precision", "elusion", "missed")] == [None, None, None]
    assert blind.find("audit_missing").value == QualitySettings().audit_wanted
    whole, truth = _play(2, rate=1.1)
    recall = estimate(whole).find("recall")
    assert recall.low == recall.value == recall.high == pytest.approx(truth) == 1.0


def test_the_order_of_rows_changes_nothing() -> None:
    """Shuffled rows give the same figures, to the bit."""
    frame, _ = _play(3)
    assert estimate(frame.sample(fraction=1.0, shuffle=True, seed=1)) == estimate(frame)


def test_new_documents_join_the_sample_by_their_lots() -> None:
    """An unread newcomer with a low lot ends the sample of its stratum; labelled, it counts in it."""
    frame, _ = _play(4)
    before = estimate(frame).find("audit_labels").value
    new = pl.DataFrame(
        {"invention_id": ["new"], "probability": [0.01], "is_accepted": [False], "lot": [0.0], "label": [None]},
        schema=frame.schema,
    )
    waiting, read = (pl.concat([frame, new.with_columns(label=pl.lit(label, pl.Boolean))]) for label in (None, False))
    assert estimate(waiting).find("audit_labels").value < before
    assert estimate(read).find("audit_labels").value == before + 1


def test_more_of_a_sample_narrows_the_interval() -> None:
    """Ten times the sample gives a much shorter interval."""
    widths = []
    for rate in (0.03, 0.3):
        recall = estimate(_play(5, rate=rate)[0]).find("recall")
        widths.append(recall.high - recall.low)
    assert widths[1] < 0.6 * widths[0]


def test_calibration_error_by_hand() -> None:
    """Two bins of two documents: gaps 0.15 and 0.35 of half the weight each."""
    found = calibration_error(np.array([0.1, 0.2 - 1e-9, 0.8, 0.85]), np.array([0, 0, 1, 0]), bins=2)
    assert found == pytest.approx((0.15 + 0.325) / 2)


def test_drift_is_nothing_for_the_same_and_much_for_another() -> None:
    """The index is near 0 for two samples of one law, above 0.25 for a shifted one, None without a sample."""
    rng = np.random.default_rng(0)
    one, same, other = rng.beta(1, 4, 2_000), rng.beta(1, 4, 2_000), rng.beta(2, 3, 2_000)
    assert find_drift(one, same) < 0.05 and find_drift(one, other) > 0.25 and find_drift(one, other[:0]) is None


def test_kappa_of_a_textbook_table() -> None:
    """20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: agreement 0.7, by chance 0.5, kappa 0.4.

    The variance by hand (Fleiss, Cohen & Everitt 1969): diagonal 0.4 * 0.34 ** 2 + 0.3 * 0.46 ** 2 = 0.10972, beside it
    0.36 * (0.1 * 1.1 ** 2 + 0.2 * 0.9 ** 2) = 0.10188, less (0.4 - 0.5 * 0.6) ** 2 = 0.01; over 50 * 0.25.
    """
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    found = measure_agreement(pairs)
    assert found is not None and (found.share, found.kappa) == pytest.approx((0.7, 0.4))
    error = np.sqrt((0.10972 + 0.10188 - 0.01) / 12.5)
    assert found.high - found.low == pytest.approx(2 * 1.959964 * error, rel=1e-6)


def test_agreement_at_its_ends() -> None:
    """No pairs: nothing to say. One answer only: no kappa. Always agreed: 1. Always the contrary: -1."""
    assert measure_agreement([]) is None
    assert measure_agreement([(True, True)] * 9).kappa is None
    assert measure_agreement([(True, True), (False, False)] * 9).kappa == pytest.approx(1)
    assert measure_agreement([(True, False), (False, True)] * 9).kappa == pytest.approx(-1)


def test_every_two_annotators_are_compared_on_what_both_read() -> None:
    """Pairs come by name, with as many documents as both have labelled."""
    labels = {"li": {"a": True, "b": False}, "ann": {"a": True, "b": True, "c": True}, "zoe": {"c": False}}
    found = compare_annotators(labels)
    assert [(pair.one, pair.other, pair.pair_count, pair.agreed_count) for pair in found] == [
        ("ann", "li", 2, 1),
        ("ann", "zoe", 1, 0),
    ]


def _leave_undecided(frame: pl.DataFrame, seed: int, *, relevant: float, irrelevant: float) -> pl.DataFrame:
    """Take labels away as if people could not decide, relevant ones at another rate than irrelevant ones."""
    rng = np.random.default_rng(seed)
    rate = np.where(frame["label"].fill_null(False).to_numpy(), relevant, irrelevant)
    undecided = pl.Series(rng.random(frame.height) < rate) & frame["label"].is_not_null()
    return frame.with_columns(
        label=pl.when(undecided).then(None).otherwise("label"),
        is_accepted=pl.when(undecided).then(pl.col("probability") >= 0.5).otherwise("is_accepted"),
        is_hard=undecided,
    )


def test_what_people_could_not_decide_does_not_end_the_sample() -> None:
    """A skipped or disputed document with the lowest lot of its stratum stands apart; the others count as before."""
    frame, _ = _play(4)
    low = {"invention_id": ["skipped"], "probability": [0.01], "is_accepted": [False], "lot": [0.0], "label": [None]}
    more = pl.concat([frame, pl.DataFrame(low, schema=frame.schema)])
    more = more.with_columns(is_hard=pl.col("invention_id") == "skipped")
    before, after = estimate(frame), estimate(more)
    assert after.find("audit_labels").value == before.find("audit_labels").value
    assert after.find("audit_undecided").value == 1 and before.find("audit_undecided").value == 0
    assert len(draw_audit(more)[0]) == before.find("audit_labels").value
    # nothing is promised of it: it may be one more that is missed, or none
    assert after.find("missed").high > before.find("missed").high
    assert after.find("missed").low <= before.find("missed").low


def test_limits_hold_though_people_skip_relevant_ones_more_often() -> None:
    """Of 200 synthetic watches where a third of the relevant and few others stay undecided, 92 % hold the truth."""
    held = 0
    for seed in range(200):
        frame, _ = _play(seed)
        cut = _leave_undecided(frame, seed, relevant=0.33, irrelevant=0.02)
        truth = _truth(seed)
        final = cut["is_accepted"].to_numpy()
        recall = estimate(cut).find("recall")
        held += recall.low <= (final & truth).sum() / truth.sum() <= recall.high
    assert held >= 184


def test_hard_cases_are_judged_apart() -> None:
    """Near the threshold, by odds: three labelled relevant, two of them let in; of three let in two are relevant."""
    frame = pl.DataFrame(
        {
            "invention_id": list("abcdefgh"),
            "probability": [0.55, 0.52, 0.45, 0.6, 0.99, 0.01, 0.42, 0.58],
            "is_accepted": [True] * 8,
            "lot": [number / 8 for number in range(8)],
            "label": [True, True, True, False, True, False, None, None],
        }
    )
    found = estimate(frame)
    assert found.find("hard", "hard").value == 6
    assert found.find("hard_recall", "hard").value == pytest.approx(2 / 3)
    assert found.find("hard_precision", "hard").value == pytest.approx(2 / 3)
    assert (found.find("hard_recall", "hard").sample_count, found.find("hard_precision", "hard").sample_count) == (3, 3)


def test_a_low_threshold_does_not_make_everything_hard() -> None:
    """At a threshold of 0.05 a document of probability 0.001 is no doubtful one."""
    frame, _ = _play(1)
    frame = frame.with_columns(probability=pl.lit(0.001))
    assert estimate(frame, QualitySettings(threshold=0.05)).find("hard", "hard").value == 0
