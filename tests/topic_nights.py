"""What a row of nights did to the ids of topics: topics that are the same by their filings, under another id."""

from __future__ import annotations

from collections.abc import Mapping

LEAST_ALIKE = 0.5
"""Jaccard index of the filings placed on both days, above which two topics mean the same: more than half of what either
holds, so no two topics can be the same as one."""


def find_renamed(before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, str, float]]:
    """Topics (id before, id after, likeness) of unchanged meaning whose id has changed; both are topics by filing."""
    both = before.keys() & after.keys()
    return [
        (was, now, round(alike, 3))
        for was, ours in _members(before, both).items()
        for now, theirs in _members(after, both).items()
        if was != now and (alike := len(ours & theirs) / len(ours | theirs)) > LEAST_ALIKE
    ]


def _members(topics: Mapping[str, str], among: set[str]) -> dict[str, set[str]]:
    members: dict[str, set[str]] = {}
    for filing in sorted(among):
        members.setdefault(topics[filing], set()).add(filing)
    return members
