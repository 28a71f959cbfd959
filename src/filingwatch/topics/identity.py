"""Which topic of an earlier run a topic of this run is.

Two topics are alike as far as they share filings (of those that both runs know) and terms. A matched topic keeps its
id for ever; what happened to every other one is a state, and a row of lineage:

    kept    the same topic as before, also one that was gone and came back
    merged  kept, and it took over most filings of a topic that is gone now
    split   has a new id, and most of its known filings come from one topic that lives on or is gone
    new     none of these
    gone    no topic of this run is it; its id is never used for anything else
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from scipy.optimize import linear_sum_assignment

State = Literal["kept", "split", "merged", "new", "gone"]
LEAST_SIMILARITY = 0.3
MOST_OF = 0.5


@dataclass(frozen=True, slots=True)
class Described:
    """A topic as identity sees it: its filings, and its terms by falling weight (any language)."""

    members: frozenset[str]
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lineage:
    """One thing that happened: `previous` is the earlier topic it happened to or came from, None for a new topic."""

    topic_id: str
    previous: str | None
    state: State
    similarity: float | None


@dataclass(frozen=True, slots=True)
class Matching:
    """`ids` and `states` in the order of this run's topics; `gone` are the earlier ids that no topic carries on."""

    ids: tuple[str, ...]
    states: tuple[State, ...]
    gone: tuple[str, ...] = ()
    lineage: tuple[Lineage, ...] = field(default=())


def match_topics(now: Sequence[Described], before: Mapping[str, Described], *, mint_from: str) -> Matching:
    """Give this run's topics their ids. `before` holds every earlier topic, also those long gone (without members).

    `mint_from` says where and when new ids are minted (a watch and a day): equal input gives equal ids.
    """
    earlier = sorted(before)
    alike = _similarities(now, [before[name] for name in earlier])
    carries = _assign(alike, [bool(before[name].members) for name in earlier])
    flow = _flows(now, [before[name] for name in earlier])
    ids: list[str] = []
    states: list[State] = []
    lineage: list[Lineage] = []
    lost = [name for place, name in enumerate(earlier) if place not in carries.values()]
    for topic, described in enumerate(now):
        place = carries.get(topic)
        if place is None:
            topic_id, state, parent = _mint(described, {*earlier, *ids}, mint_from), "new", None
            if flow.size and flow[topic].max() >= MOST_OF:
                state, parent = "split", int(flow[topic].argmax())
            origin = None if parent is None else earlier[parent]
            lineage.append(Lineage(topic_id, origin, state, None if parent is None else float(alike[topic, parent])))
        else:
            topic_id, state = earlier[place], "kept"
            swallowed = [name for name in lost if _went_to(before[name], described)]
            lineage.append(Lineage(topic_id, topic_id, "kept", float(alike[topic, place])))
            for name in swallowed:
                state = "merged"
                lineage.append(Lineage(topic_id, name, "merged", float(alike[topic, earlier.index(name)])))
        ids.append(topic_id)
        states.append(state)
    # a topic that was gone before is no news; it only stays gone
    lineage += [Lineage(name, name, "gone", None) for name in lost if before[name].members]
    return Matching(tuple(ids), tuple(states), tuple(lost), tuple(lineage))


def _similarities(now: Sequence[Described], before: Sequence[Described]) -> np.ndarray:
    """Mean of shared filings (Dice, over filings known to both runs) and cosine of terms weighed by rank."""
    both = _union(now) & _union(before)
    alike = np.zeros((len(now), len(before)))
    for row, new in enumerate(now):
        for column, old in enumerate(before):
            ours, theirs = new.members & both, old.members & both
            total = len(ours) + len(theirs)
            shared = 2 * len(ours & theirs) / total if total else 0.0
            alike[row, column] = (shared + _term_cosine(new.terms, old.terms)) / 2
    return alike


def _assign(alike: np.ndarray, is_alive: Sequence[bool]) -> dict[int, int]:
    """Best one-to-one assignment; topics that were gone compete only for what the living ones leave."""
    pairs: dict[int, int] = {}
    for stage in (True, False):
        rows = [row for row in range(alike.shape[0]) if row not in pairs]
        columns = [column for column, alive in enumerate(is_alive) if alive == stage]
        if not rows or not columns:
            continue
        block = alike[np.ix_(rows, columns)]
        for row, column in zip(*linear_sum_assignment(-np.where(block >= LEAST_SIMILARITY, block, 0)), strict=True):
            if block[row, column] >= LEAST_SIMILARITY:
                pairs[rows[row]] = columns[column]
    return pairs


def _flows(now: Sequence[Described], before: Sequence[Described]) -> np.ndarray:
    """Share of a new topic's filings known before that came from each earlier topic."""
    known = _union(before)
    return np.array(
        [[len(new.members & old.members) / max(len(new.members & known), 1) for old in before] for new in now]
    ).reshape(len(now), len(before))


def _went_to(old: Described, new: Described) -> bool:
    return bool(old.members) and len(old.members & new.members) >= MOST_OF * len(old.members)


def _term_cosine(one: Sequence[str], other: Sequence[str]) -> float:
    ours = {term: 1 / (1 + rank) for rank, term in enumerate(one)}
    theirs = {term: 1 / (1 + rank) for rank, term in enumerate(other)}
    lengths = np.sqrt(sum(w * w for w in ours.values()) * sum(w * w for w in theirs.values()))
    return float(sum(weight * theirs.get(term, 0.0) for term, weight in ours.items()) / lengths) if lengths else 0.0


def _union(topics: Sequence[Described]) -> frozenset[str]:
    return frozenset().union(*(topic.members for topic in topics))


def _mint(topic: Described, taken: Collection[str], mint_from: str) -> str:
    salt = 0
    while True:
        plain = "\t".join([mint_from, str(salt), *topic.terms, *sorted(topic.members)[:5]])
        topic_id = "t-" + hashlib.sha256(plain.encode()).hexdigest()[:8]
        if topic_id not in taken:
            return topic_id
        salt += 1
