"""Makes entities of judged pairs. The strongest links are laid first, and one that would bring together two names that
must stay apart is left out: so a chain is cut at its weakest link. Deterministic: the order of the input is nothing."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """Two names that are said to be one entity (smaller name first) and how strongly; people say 2.0."""

    left: str
    right: str
    score: float


class _Components:
    """Union-find whose components know whom they must never join."""

    def __init__(self, names: Iterable[str], apart: Collection[Pair]) -> None:
        self.parent = {name: name for name in names}
        self.enemies: dict[str, set[str]] = defaultdict(set)
        for left, right in apart:
            if left in self.parent and right in self.parent:
                self.enemies[left].add(right)
                self.enemies[right].add(left)

    def find(self, name: str) -> str:
        while self.parent[name] != name:
            self.parent[name] = self.parent[self.parent[name]]
            name = self.parent[name]
        return name

    def join(self, left: str, right: str) -> bool:
        one, two = self.find(left), self.find(right)
        if one == two:
            return True
        if any(self.find(enemy) == two for enemy in self.enemies[one]):
            return False
        if any(self.find(enemy) == one for enemy in self.enemies[two]):
            return False
        keep, give = min(one, two), max(one, two)
        self.parent[give] = keep
        self.enemies[keep] |= self.enemies.pop(give, set())
        return True


def join_names(names: Iterable[str], links: Iterable[Link], apart: Collection[Pair]) -> list[tuple[str, ...]]:
    """The clusters, each sorted, sorted by their first name; every name is in exactly one."""
    known = set(names)
    components = _Components(known, apart)
    for link in sorted(links, key=lambda link: (-link.score, link.left, link.right)):
        if link.left in known and link.right in known:
            components.join(link.left, link.right)
    members: dict[str, list[str]] = defaultdict(list)
    for name in known:
        members[components.find(name)].append(name)
    return sorted(tuple(sorted(cluster)) for cluster in members.values())


def name_clusters(
    clusters: Iterable[tuple[str, ...]], seeded: Mapping[str, str], before: Mapping[str, str]
) -> dict[str, str]:
    """The entity id of every name: the seed's, else the one that most of the cluster had before, else a new one.

    An id is given to one cluster only: of two that claim it the one with more claimants has it, then the first.
    """
    ordered = sorted(clusters)
    claims: list[tuple[int, int, int, str]] = []
    for place, cluster in enumerate(ordered):
        for rank, source in enumerate((seeded, before)):
            wanted = Counter(source[name] for name in cluster if name in source)
            claims += [(rank, -count, place, entity) for entity, count in wanted.items()]
    given: dict[int, str] = {}
    taken: set[str] = set(seeded.values())
    reserved = set(taken)
    for rank, _, place, entity in sorted(claims):
        if place in given or (entity in taken and not (rank == 0 and entity in reserved)):
            continue
        given[place] = entity
        taken.add(entity)
        reserved.discard(entity)
    ids: dict[str, str] = {}
    for place, cluster in enumerate(ordered):
        entity = given.get(place) or _mint(cluster[0], taken)
        taken.add(entity)
        ids.update(dict.fromkeys(cluster, entity))
    return ids


def _mint(name: str, taken: Collection[str]) -> str:
    """An id made from a name; with a number when the name's own id went to another cluster."""
    for attempt in range(1, len(taken) + 2):
        words = name if attempt == 1 else f"{name} {attempt}"
        entity = "e" + hashlib.md5(words.encode(), usedforsecurity=False).hexdigest()[:15]
        if entity not in taken:
            return entity
    raise AssertionError("there are more ids than names")
