"""Which documents a person reads next: mostly likely ones, some doubtful, some from neglected areas, some at random.

Here belongs the choice, the same in a nightly queue and in a simulated screen. How scores come about belongs to
`learner`, what the random ones say to `quality`, when to stop to `stopping`.

The random ones are a sample by permanent random numbers (Ohlsson 1995): each document has a lot that hangs on its id
alone, and the unread document with the lowest lot is checked next. So a document that was read for another reason
counts in the sample as well, new documents join it by themselves, and nobody must remember why one was chosen.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from filingwatch.texts import draw

KINDS = ("likely", "uncertain", "diverse", "audit")
RANKED = ("likely", "uncertain", "diverse")
"""Kinds that are chosen because of their score, so that what is left is thinner in relevant documents than they are."""
_LOT_DIGITS = 13
_GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares of the kinds among what is read, 0 to 1; together 1."""

    likely: float
    uncertain: float
    diverse: float
    audit: float

    def __post_init__(self) -> None:
        shares = [getattr(self, kind) for kind in KINDS]
        if min(shares) < 0 or abs(sum(shares) - 1) > 1e-9:
            raise ValueError(f"shares of a mix are between 0 and 1 and sum to 1, not {shares}")


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """`start`: until both classes are known. `reading`: while relevant ones turn up. `dry`: when they hardly do.

    Ranked reading has run dry when fewer than `dry_share` of the last `dry_window` labels were relevant. `threshold`
    is where a document is most uncertain. `audit_floor` is how much less often a hopeless document is drawn than one at
    the threshold.
    """

    start: Mix = Mix(0.5, 0.0, 0.0, 0.5)
    reading: Mix = Mix(0.95, 0.01, 0.02, 0.02)
    dry: Mix = Mix(0.84, 0.0, 0.04, 0.12)
    dry_window: int = 50
    dry_share: float = 0.03
    threshold: float = 0.5
    audit_floor: float = 0.25


@dataclass(frozen=True, slots=True)
class Pick:
    """A document to read, by its row; `chosen_as` is one of KINDS, `why` one plain sentence."""

    row: int
    chosen_as: str
    why: str


def find_lots(ids: Sequence[str], seed: int) -> np.ndarray:
    """The permanent random number of each document, in [0, 1): it hangs on its id and the seed alone."""
    scale = 16.0**_LOT_DIGITS
    return np.array([int(draw(document, seed)[:_LOT_DIGITS], 16) / scale for document in ids], dtype=np.float64)


def choose_mix(relevant: int, irrelevant: int, recent: Sequence[bool], settings: QueueSettings | None = None) -> Mix:
    """The mix for a screen with so many labels; `recent` are the newest labels, the last one last."""
    settings = settings or QueueSettings()
    if not relevant or not irrelevant:
        return settings.start
    window = list(recent)[-settings.dry_window :]
    is_dry = len(window) == settings.dry_window and sum(window) < settings.dry_share * len(window)
    return settings.dry if is_dry else settings.reading


def choose(
    scores: np.ndarray,
    *,
    is_labelled: np.ndarray,
    lots: np.ndarray,
    size: int,
    mix: Mix | None = None,
    probability: np.ndarray | None = None,
    groups: Sequence[Hashable] | None = None,
    areas: Sequence[Hashable] | None = None,
    is_skipped: np.ndarray | None = None,
    settings: QueueSettings | None = None,
) -> list[Pick]:
    """The next documents, at most `size`, in the order in which to read them.

    `scores` rise with the hope that a document is relevant; `probability` says where doubt is greatest; without it
    the doubtful share goes to likely ones. Documents of one of `groups` share a decision: one of them is read, none
    when one is labelled. `areas` (a language, an office, a cluster) make room for what is neglected. Skipped documents
    come last. The same input gives the same picks; equal scores are taken by lot.
    """
    settings = settings or QueueSettings()
    mix = mix or settings.reading
    pool = _Pool(scores, is_labelled, lots, groups, is_skipped)
    orders = {
        "likely": iter(pool.by(-np.asarray(scores, dtype=np.float64))),
        "audit": iter(pool.by(lots / _audit_rates(probability, len(lots), settings))),
    }
    if probability is not None:
        orders["uncertain"] = iter(pool.by(np.abs(np.asarray(probability) - settings.threshold)))
    if areas is not None:
        orders["diverse"] = iter(_by_area(pool, scores, is_labelled, areas))
    chosen: list[Pick] = []
    for kind in _turns(mix, int(np.sum(is_labelled)), size):
        kind = kind if kind in orders else "likely"
        row = next((row for row in orders[kind] if pool.take(row)), None)
        if row is None:
            break
        chosen.append(Pick(row, kind, _why(kind, row, areas)))
    for row in pool.skipped() if len(chosen) < size else ():
        if len(chosen) < size and pool.take(row):
            chosen.append(Pick(row, "likely", "skipped before; nothing else is left to read"))
    return chosen


class _Pool:
    """What may still be chosen; each group once."""

    def __init__(
        self,
        scores: np.ndarray,
        is_labelled: np.ndarray,
        lots: np.ndarray,
        groups: Sequence[Hashable] | None,
        is_skipped: np.ndarray | None,
    ) -> None:
        count = len(scores)
        self._lots = lots
        self._groups = np.arange(count) if groups is None else _number(groups)
        self._done = np.zeros(int(self._groups.max(initial=-1)) + 1, dtype=bool)
        self._done[self._groups[np.asarray(is_labelled, dtype=bool)]] = True
        self._skipped = np.zeros(count, dtype=bool) if is_skipped is None else np.asarray(is_skipped, dtype=bool)

    def by(self, key: np.ndarray) -> list[int]:
        """Open rows that nobody skipped, by rising key, then by lot."""
        rows = np.flatnonzero(~self._done[self._groups] & ~self._skipped)
        return rows[np.lexsort((self._lots[rows], key[rows]))].tolist()

    def skipped(self) -> list[int]:
        rows = np.flatnonzero(~self._done[self._groups] & self._skipped)
        return rows[np.argsort(self._lots[rows], kind="stable")].tolist()

    def take(self, row: int) -> bool:
        group = self._groups[row]
        if self._done[group]:
            return False
        self._done[group] = True
        return True


def _turns(mix: Mix, done: int, size: int) -> list[str]:
    """Which kind has its turn at each place: any stretch of places holds the shares as nearly as can be.

    Multiples of the golden section fall evenly, so that batches of one and of a hundred give the same turns.
    """
    bounds = np.cumsum([getattr(mix, kind) for kind in KINDS])
    places = np.arange(done + 1, done + size + 1) * _GOLDEN % 1.0
    return [KINDS[number] for number in np.searchsorted(bounds[:-1], places, side="right")]


def _audit_rates(probability: np.ndarray | None, count: int, settings: QueueSettings) -> np.ndarray:
    """How often a document is drawn, relative to one in full doubt: by the spread of its answer (Neyman)."""
    if probability is None:
        return np.ones(count)
    spread = 2 * np.sqrt(np.clip(probability, 0, 1) * (1 - np.clip(probability, 0, 1)))
    # steps, or a probability that moves in its last digit would reorder the sample
    return np.exp2(np.round(np.log2(np.maximum(spread, settings.audit_floor))))


def _by_area(pool: _Pool, scores: np.ndarray, is_labelled: np.ndarray, areas: Sequence[Hashable]) -> list[int]:
    """Open rows, the likeliest of the area first of which the smallest share has been read, area after area."""
    numbers = _number(areas)
    size, read = np.bincount(numbers), np.bincount(numbers, np.asarray(is_labelled, dtype=float))
    rows = np.array(pool.by(-np.asarray(scores, dtype=np.float64)), dtype=np.int64)
    place = np.zeros(len(rows))
    for number in np.unique(numbers[rows]):
        held = numbers[rows] == number
        place[held] = np.arange(int(held.sum()))
    share = (read[numbers[rows]] + place) / size[numbers[rows]]
    return rows[np.argsort(share, kind="stable")].tolist()


def _number(names: Sequence[Hashable]) -> np.ndarray:
    seen: dict[Hashable, int] = {}
    return np.array([seen.setdefault(name, len(seen)) for name in names], dtype=np.int64)


def _why(kind: str, row: int, areas: Sequence[Hashable] | None) -> str:
    if kind == "uncertain":
        return "the model is in doubt"
    if kind == "diverse":
        return f"little has been read of {areas[row]}" if areas is not None else "unlike what has been read"
    if kind == "audit":
        return "drawn at random, to know how much is missed"
    return "among the likeliest that nobody has read"
