"""Which two names are worth judging: names that share a key. Keys depend on the name alone, never on how many others
there are, so that a name that comes later meets the same ones as if it had been there from the start."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, product

from filingwatch.applicants.parsing import Name

MOST_IN_BLOCK = 2000
"""Of a larger block only pairs with the first so many names, in their order, are judged: it says nothing anyway."""

_LEAST_NEAR = 6


def blocking_keys(name: Name, brands: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of a name: its brand in Latin letters or its seeded key, the beginning of it, else place and trade."""
    if not name.is_organisation:
        return ()
    if not name.brand:
        return (f"p:{'+'.join(sorted(name.places))}:{'+'.join(sorted(name.business))}",)
    keys = [f"b:{name.brand_latin}"]
    if seeded := brands.get(name.brand):
        keys.append(f"s:{seeded}")
    if len(name.brand_latin) >= _LEAST_NEAR and name.script != "other":
        keys.append(f"n:{name.script}:{'+'.join(name.places)}:{name.brand_latin[:5]}")
    return tuple(keys)


def list_candidates(keys: Mapping[str, tuple[str, ...]], new: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of names (smaller first; one may come twice) that share a key and of which at least one is new."""
    blocks: dict[str, list[str]] = defaultdict(list)
    for name, its_keys in keys.items():
        for key in its_keys:
            blocks[key].append(name)
    fresh = set(new)
    for block in blocks.values():
        if len(block) > 1 and not fresh.isdisjoint(block):
            block = sorted(block)[:MOST_IN_BLOCK]
            others = [name for name in block if name not in fresh]
            newer = [name for name in block if name in fresh]
            yield from combinations(newer, 2)
            yield from ((min(one, two), max(one, two)) for one, two in product(newer, others))
