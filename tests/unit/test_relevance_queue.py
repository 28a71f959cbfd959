"""What the reading queue promises: shares, no document twice, groups once, skipped ones last, chance by id alone."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filingwatch.relevance.quality import QualitySettings, estimate
from filingwatch.relevance.queueing import Mix, QueueSettings, choose, choose_mix, find_lots

_MIX = Mix(0.5, 0.2, 0.1, 0.2)


def _world(count: int, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        "scores": rng.normal(size=count),
        "lots": find_lots([f"d{number}" for number in range(count)], seed),
        "probability": rng.random(count),
        "is_labelled": rng.random(count) < 0.2,
    }


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 60), size=st.integers(0, 80), seed=st.integers(0, 99))
def test_nothing_labelled_and_nothing_twice_and_all_when_there_is_room(count: int, size: int, seed: int) -> None:
    """Picks are distinct, none is labelled, and there are as many as fit."""
    world = _world(count, seed)
    rows = [pick.row for pick in choose(**world, size=size, mix=_MIX)]
    assert len(rows) == len(set(rows)) == min(size, int((~world["is_labelled"]).sum()))
    assert not world["is_labelled"][rows].any()


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 60), seed=st.integers(0, 99))
def test_of_a_group_of_near_duplicates_one_is_read_and_none_when_one_is_labelled(count: int, seed: int) -> None:
    """Near-duplicates share a decision: a group is read exactly once."""
    world = _world(count, seed)
    groups = np.random.default_rng(seed).integers(0, 15, count).tolist()
    chosen = [groups[pick.row] for pick in choose(**world, groups=groups, size=count)]
    done = {group for group, is_done in zip(groups, world["is_labelled"], strict=True) if is_done}
    assert sorted(chosen) == sorted(set(groups) - done)


def test_skipped_ones_come_last() -> None:
    """A document that somebody skipped is offered when nothing else is left, and not before."""
    world = _world(40, 3)
    is_skipped = np.arange(40) % 3 == 0
    rows = [pick.row for pick in choose(**world, is_skipped=is_skipped, size=40, mix=_MIX)]
    flags = is_skipped[rows].tolist()
    assert flags == sorted(flags) and any(flags)


@pytest.mark.parametrize("size", [1, 3, 10, 100])
def test_each_kind_gets_its_share_whatever_the_size_of_batches(size: int) -> None:
    """Over 300 documents each kind is chosen as often as its share says, to one place."""
    world = _world(1_000, 5) | {"is_labelled": np.zeros(1_000, dtype=bool)}
    areas = [("zh", "en")[number % 2] for number in range(1_000)]
    kinds: list[str] = []
    while len(kinds) < 300:
        for pick in choose(**world, size=size, mix=_MIX, areas=areas):
            world["is_labelled"][pick.row] = True
            kinds.append(pick.chosen_as)
    taken = {kind: kinds[:300].count(kind) / 300 for kind in ("likely", "uncertain", "diverse", "audit")}
    assert taken == pytest.approx({"likely": 0.5, "uncertain": 0.2, "diverse": 0.1, "audit": 0.2}, abs=0.011)


def test_likely_ones_by_score_uncertain_ones_by_doubt_diverse_ones_of_what_is_neglected() -> None:
    """Each kind is chosen for what it is called."""
    world = _world(200, 7)
    areas = ["zh" if number < 20 else "en" for number in range(200)]
    world["is_labelled"] = np.array([area == "en" and number % 2 == 0 for number, area in enumerate(areas)])
    opened = np.flatnonzero(~world["is_labelled"])
    first = {kind: choose(**world, size=1, mix=mix, areas=areas)[0].row for kind, mix in _PURE.items()}
    assert first["likely"] == max(opened, key=lambda row: world["scores"][row])
    assert first["uncertain"] == min(opened, key=lambda row: abs(world["probability"][row] - 0.5))
    assert first["diverse"] == max(range(20), key=lambda row: world["scores"][row])


_PURE = {
    "likely": Mix(1, 0, 0, 0),
    "uncertain": Mix(0, 1, 0, 0),
    "diverse": Mix(0, 0, 1, 0),
}


def test_audits_follow_lots_and_lots_hang_on_ids_alone() -> None:
    """Without a probability the lowest open lots are drawn, and new documents do not move the lots of others."""
    ids = [f"d{number}" for number in range(100)]
    lots = find_lots(ids, 1)
    picks = choose(np.zeros(100), is_labelled=np.zeros(100, bool), lots=lots, size=10, mix=Mix(0, 0, 0, 1))
    assert [pick.row for pick in picks] == np.argsort(lots)[:10].tolist()
    assert find_lots(["new", *reversed(ids)], 1)[1:].tolist() == lots[::-1].tolist()
    assert ((lots >= 0) & (lots < 1)).all() and not np.array_equal(lots, find_lots(ids, 2))


def test_the_order_of_rows_changes_nothing() -> None:
    """The same documents in another order give the same picks in the same order."""
    world = _world(80, 11)
    turned = np.random.default_rng(0).permutation(80)
    one = [pick.row for pick in choose(**world, size=30, mix=_MIX)]
    other = choose(**{name: held[turned] for name, held in world.items()}, size=30, mix=_MIX)
    assert [int(turned[pick.row]) for pick in other] == one


def test_the_mix_follows_the_screen() -> None:
    """Random ones until both classes are known; more of them once ranked reading has run dry."""
    held = QueueSettings()
    assert choose_mix(0, 9, [], held) == choose_mix(3, 0, [], held) == held.start
    assert choose_mix(20, 30, [True, False] * 25, held) == held.reading
    assert choose_mix(20, 90, [True] * 20 + [False] * 50, held) == held.dry
    assert choose_mix(20, 20, [False] * 40, held) == held.reading


def test_shares_must_sum_to_one() -> None:
    """A mix that does not is refused."""
    with pytest.raises(ValueError, match="sum to 1"):
        Mix(0.5, 0.5, 0.5, 0)


def test_reading_the_queue_feeds_the_audit_and_narrows_what_is_known_of_recall() -> None:
    """20,000 invented filings, 0.5 % relevant: four nights of 1,000 read in order; the truth stays in the interval."""
    rng, count = np.random.default_rng(5), 20_000
    truth = rng.random(count) < 0.005
    score = rng.normal(np.where(truth, 3.2, 0.0), 1.0)
    probability = 1 / (1 + np.exp(-(np.log(0.005 / 0.995) + 3.2 * score - 3.2**2 / 2)))
    ids = [f"d{number}" for number in range(count)]
    lots, is_read = find_lots(ids, 2015), np.zeros(count, dtype=bool)
    held, asked = QueueSettings(threshold=0.1), QualitySettings(threshold=0.1)
    audits, lows = [], []
    for _ in range(4):
        for pick in choose(
            probability, is_labelled=is_read, lots=lots, size=1_000, mix=held.dry, probability=probability,
            settings=held,
        ):  # fmt: skip
            is_read[pick.row] = True
        final = np.where(is_read, truth, probability >= 0.1)
        found = estimate(
            pl.DataFrame(
                {"invention_id": ids, "probability": probability, "is_accepted": final, "lot": lots}
            ).with_columns(label=pl.when(pl.Series(is_read)).then(pl.Series(truth))),
            asked,
        )
        recall = found.find("recall")
        assert recall.low <= (final & truth).sum() / truth.sum() <= recall.high
        audits.append(found.find("audit_labels").value)
        lows.append(recall.low)
    assert audits == sorted(audits) and audits[-1] - audits[0] >= 3 * 100 and lows[-1] > 2 * lows[0]
