"""A screen played on documents whose labels are known: as if they were asked for one batch at a time.

Here belong the playing and what it cost. Which documents are next belongs to `queueing`, what is learned to `learner`,
when to stop to `stopping`; all three are those of a real night.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from filingwatch.relevance.quality import calibration_error
from filingwatch.relevance.queueing import RANKED, Mix, QueueSettings, choose, choose_mix, find_lots
from filingwatch.relevance.stopping import StopSettings, advise, find_stop, look_points

# nothing is known of the documents at first: those that start a screen are drawn at random
_BLIND = replace(QueueSettings(), start=Mix(0.0, 0.0, 0.0, 1.0))
_CURVE_POINTS = 40
SHARED = "shared"

Ranker = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Labelled rows and their labels give a score for every document."""


@dataclass(frozen=True, slots=True)
class PlaySettings:
    """A batch is `batch_share` of what has been read, and at least `least_batch`: learning anew after each label would
    cost hours on large sets and changes little."""

    seed: int = 1
    least_batch: int = 10
    batch_share: float = 0.05
    queue: QueueSettings = field(default_factory=lambda: _BLIND)
    stop: StopSettings = field(default_factory=StopSettings)


@dataclass(frozen=True, slots=True)
class Screen:
    """What was decided: rows in that order, the label each got, what it was chosen as, and where each batch ended.

    Documents that share the decision of their family follow the one that was read, with kind `shared`.
    """

    order: np.ndarray
    given: np.ndarray
    kinds: tuple[str, ...]
    ends: tuple[int, ...]


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

    `on_batch` hears, before each batch, how many have been decided and the scores.
    """
    settings = settings or PlaySettings()
    lots, members = find_lots(ids, settings.seed), _find_members(groups)
    is_read = np.zeros(len(labels), dtype=bool)
    order: list[int] = []
    given: list[bool] = []
    kinds: list[str] = []
    ends: list[int] = []
    own: list[bool] = []
    while len(order) < len(labels):
        mix = choose_mix(sum(own), len(own) - sum(own), own[-settings.queue.dry_window :], settings.queue)
        both = 0 < sum(own) < len(own)
        scores = rank(np.array(order), np.array(given)) if both else np.zeros(len(labels))
        if on_batch is not None:
            on_batch(len(order), scores)
        size = max(settings.least_batch, int(settings.batch_share * len(own)))
        picks = choose(
            scores, is_labelled=is_read, lots=lots, size=size, mix=mix, groups=groups, areas=areas,
            settings=settings.queue,
        )  # fmt: skip
        for pick in picks:
            held = members.get(pick.row, [pick.row])
            order += [pick.row, *(row for row in held if row != pick.row)]
            given += [bool(labels[pick.row])] * len(held)
            kinds += [pick.chosen_as, *[SHARED] * (len(held) - 1)]
            own.append(bool(labels[pick.row]))
        is_read[order] = True
        ends.append(len(order))
    return Screen(np.array(order, dtype=np.int64), np.array(given, dtype=bool), tuple(kinds), tuple(ends))


def simulate(
    texts: Sequence[str],
    labels: Sequence[bool] | np.ndarray,
    ids: Sequence[str],
    *,
    families: Sequence[Hashable] | None = None,
    languages: Sequence[str] | None = None,
    settings: PlaySettings | None = None,
) -> dict[str, Any]:
    """Play a screen of these documents, at least one of them relevant, and say what it cost, as plain data.

    `work` counts decisions of people: a family takes one. Recall is over documents; one whose family got the wrong
    decision counts as missed.
    """
    from filingwatch.relevance.learner import prepare, rank

    settings = settings or PlaySettings()
    # rows by id: neither the order of the file nor that of sums can tell anything
    sort = np.array(sorted(range(len(ids)), key=lambda row: ids[row]), dtype=np.int64)
    labels, ids = np.asarray(labels, dtype=bool)[sort], [ids[row] for row in sort]
    groups = None if families is None else [families[row] for row in sort]
    areas = None if languages is None or len(set(languages)) < 2 else [languages[row] for row in sort]
    prepared = prepare([texts[row] for row in sort], ids=ids)
    screen = play(
        labels, ids, lambda rows, known: rank(prepared, rows, known), groups=groups, areas=areas, settings=settings
    )
    found = describe(screen, labels, settings)
    error = _end_error(prepared, screen, labels, found["stopping"]["labels"], settings.seed)
    return found | {"calibration_error": error, "seed": settings.seed}


def describe(screen: Screen, labels: np.ndarray, settings: PlaySettings) -> dict[str, Any]:
    """What a played screen cost and where the rule would have stopped it."""
    is_own = np.array([kind != SHARED for kind in screen.kinds], dtype=bool)
    work = np.cumsum(is_own)
    found = np.cumsum(screen.given & labels[screen.order])
    total, relevant, decisions = len(labels), int(labels.sum()), int(is_own.sum())
    enough = np.flatnonzero(found >= np.ceil(0.95 * relevant - 1e-9))
    work_95 = int(work[enough[0]]) if len(enough) else None
    looks = look_points(int(work[screen.ends[0] - 1]), decisions, settings.stop)
    is_ranked = np.isin(np.array(screen.kinds)[is_own], RANKED)
    stop_work = find_stop(screen.given[is_own], looks, is_ranked=is_ranked, settings=settings.stop)
    stop = int(np.searchsorted(work, stop_work, side="right")) - 1
    read = screen.given[is_own][:stop_work]
    advice = advise(read, unread=decisions - stop_work, is_ranked=is_ranked[:stop_work], settings=settings.stop)
    points = np.unique(np.linspace(0, decisions, min(_CURVE_POINTS, decisions) + 1).astype(int)[1:])
    at = np.searchsorted(work, points, side="right") - 1
    return {
        "documents": total,
        "relevant": relevant,
        "decisions": decisions,
        "recall_by_labels": [
            {"labels": int(point), "recall": float(found[place] / relevant)}
            for point, place in zip(points, at, strict=True)
        ],
        "wss_95": None if work_95 is None else 1 - work_95 / decisions - 0.05,
        "work_to_95_recall": work_95,
        "stopping": {
            "recall_target": settings.stop.recall_target,
            "confidence": settings.stop.confidence,
            "labels": stop_work,
            "true_recall": float(found[stop] / relevant),
            "work_saved": 1 - stop_work / decisions,
            "advice": asdict(advice),
        },
        "chosen_as": {kind: screen.kinds.count(kind) for kind in sorted(set(screen.kinds))},
        "batches": len(screen.ends),
    }


def _end_error(prepared: Any, screen: Screen, labels: np.ndarray, stop_work: int, seed: int) -> float:
    """The calibration error over all documents after so many decisions."""
    from filingwatch.relevance.learner import probabilities

    work = np.cumsum([kind != SHARED for kind in screen.kinds])
    count = int(np.searchsorted(work, stop_work, side="right"))
    rows, given = screen.order[:count], screen.given[:count]
    return calibration_error(probabilities(prepared, rows, given, seed=seed), labels)


def _find_members(groups: Sequence[Hashable] | None) -> dict[int, list[int]]:
    if groups is None:
        return {}
    by_group: dict[Hashable, list[int]] = {}
    for row, group in enumerate(groups):
        by_group.setdefault(group, []).append(row)
    return {row: rows for rows in by_group.values() if len(rows) > 1 for row in rows}
