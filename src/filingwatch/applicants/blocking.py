"""Which two names are worth judging: names that share a key. Keys depend on the name alone, never on how many others
there are, so that a name that comes later meets the same ones as if it had been there from the start."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations, product

from filingwatch.applicants.parsing import Name

MOST_IN_BLOCK = 2000
"""Of a larger block only pairs among the first so many names, in their order, are judged. How many names are so left
out of a block of theirs is in the figures of the job: what they would have met there is missing from the answer."""

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


def list_candidates(
    keys: Mapping[str, tuple[str, ...]], new: Iterable[str], gone_keys: Collection[str] = ()
) -> Iterator[tuple[str, str]]:
    """Pairs of names (smaller first; one may come twice) that share a key and of which at least one is new.

    Where names are gone from a block that was too large (`gone_keys` has each of their keys once for every name),
    others have moved up: all its pairs come.
    """
    fresh, gone = set(new), Counter(gone_keys)
    for key, block in _make_blocks(keys).items():
        kept = block[:MOST_IN_BLOCK]
        was_cut = key in gone and len(block) + gone[key] > MOST_IN_BLOCK
        newer = kept if was_cut else [name for name in kept if name in fresh]
        if len(kept) > 1 and newer:
            here = set(newer)
            yield from combinations(newer, 2)
            yield from ((min(one, two), max(one, two)) for one, two in product(newer, kept) if two not in here)


def find_cut_off(keys: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """The names that stand beyond the cut of a block, with the keys of those blocks."""
    beyond: dict[str, set[str]] = defaultdict(set)
    for key, block in _make_blocks(keys).items():
        for name in block[MOST_IN_BLOCK:]:
            beyond[name].add(key)
    return {name: frozenset(its) for name, its in beyond.items()}


def _make_blocks(keys: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    blocks: dict[str, list[str]] = defaultdict(list)
    for name in sorted(keys):
        for key in dict.fromkeys(keys[name]):
            blocks[key].append(name)
    return blocks
