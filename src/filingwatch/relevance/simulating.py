"""A screen played on documents whose labels are known: as if they were asked for one batch at a time.

Here belong the playing and what it cost. Which documents are next belongs to `queueing`, what is learned to `learner`,
when to stop to `stopping`; all three are those of a real night.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from filingwatch.relevance.queueing import Mix, QueueSettings, choose, choose_mix, find_lots

# nothing is known of the documents at first: those that start a screen are drawn at random
_BLIND = replace(QueueSettings(), start=Mix(0.0, 0.0, 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class PlaySettings:
    """A batch is `batch_share` of what has been read, and at least `least_batch`: learning anew after each label would
    cost hours on large sets and changes little."""

    seed: int = 1
    least_batch: int = 10
    batch_share: float = 0.05
    queue: QueueSettings = field(default_factory=lambda: _BLIND)


@dataclass(frozen=True, slots=True)
class Screen:
    """What was read: rows in reading order, what each was chosen as, and after how many documents each batch ended.

    A document that shares the decision of its family is not read; it follows in `order` right after the one that is,
    with kind `shared`.
    """

    order: np.ndarray
    kinds: tuple[str, ...]
    ends: tuple[int, ...]


Ranker = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Labelled rows and their labels give a score for every document."""


def play(
    labels: np.ndarray,
    ids: Sequence[str],
    rank: Ranker,
    *,
    groups: Sequence[Hashable] | None = None,
    areas: Sequence[Hashable] | None = None,
    settings: PlaySettings | None = None,
    on_batch: Callable[[int, np.ndarray], None] | None = None,
) -> Screen:
    """Read all documents in the order of the queue. The order of rows does not matter: chance comes from ids and seed.

    `on_batch` hears, before each batch, how many have been read and the scores.
    """
    settings = settings or PlaySettings()
    lots = find_lots(ids, settings.seed)
    members = _find_members(groups)
    is_read = np.zeros(len(labels), dtype=bool)
    order: list[int] = []
    kinds: list[str] = []
    ends: list[int] = []
    own: list[int] = []
    while len(order) < len(labels):
        known = labels[own]
        mix = choose_mix(int(known.sum()), int((~known).sum()), known[-settings.queue.dry_window :], settings.queue)
        both = 0 < known.sum() < len(known)
        scores = rank(np.array(order), labels[order]) if both else np.zeros(len(labels))
        if on_batch is not None:
            on_batch(len(order), scores)
        size = max(settings.least_batch, int(settings.batch_share * len(own)))
        picks = choose(
            scores, is_labelled=is_read, lots=lots, size=size, mix=mix, groups=groups, areas=areas,
            settings=settings.queue,
        )  # fmt: skip
        for pick in picks:
            beside = [row for row in members.get(pick.row, ()) if row != pick.row and not is_read[row]]
            order += [pick.row, *beside]
            kinds += [pick.chosen_as, *["shared"] * len(beside)]
            own.append(pick.row)
        is_read[order] = True
        ends.append(len(order))
    return Screen(np.array(order, dtype=np.int64), tuple(kinds), tuple(ends))


def _find_members(groups: Sequence[Hashable] | None) -> dict[int, list[int]]:
    if groups is None:
        return {}
    by_group: dict[Hashable, list[int]] = {}
    for row, group in enumerate(groups):
        by_group.setdefault(group, []).append(row)
    return {row: rows for rows in by_group.values() if len(rows) > 1 for row in rows}
