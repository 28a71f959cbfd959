"""Files of the demo office's world at any size: so many publications, and the thousand that come after them.

Used by `scale.py`; a file is made once and kept, since a million records take minutes. What a line means belongs to
`sources.exports.native`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from filingwatch.sources.demo.acts import Act
from filingwatch.sources.demo.compose import describe_act
from filingwatch.sources.demo.world import World, list_acts

BORN = dt.date(2026, 11, 22)
PUBLICATIONS_AT_SCALE_1 = 12_190
NEW = 1000


class Files(NamedTuple):
    """The records told first, the records of the night after, and the days of both nights."""

    first: Path
    new: Path
    first_day: dt.date
    next_day: dt.date


def make_files(folder: Path, count: int, new: int = NEW) -> Files:
    """The files of a world with `count` records, from the folder if they were made before."""
    marks = sorted(folder.glob(f"{count}-{new}.*.days"))
    if not marks:
        folder.mkdir(parents=True, exist_ok=True)
        # a little more than wanted, so that the next night's records are there as well
        acts = list_acts(World(2015, BORN, count * 1.04 / PUBLICATIONS_AT_SCALE_1 + 0.3), None, BORN)
        if len(acts) < count + new:
            raise ValueError(f"the world holds {len(acts)} records, {count + new} are wanted")
        days = f"{acts[count - 1].told_on}.{acts[count + new - 1].told_on}"
        _write(folder / f"{count}.jsonl", acts[:count])
        _write(folder / f"{count}-next-{new}.jsonl", acts[count : count + new])
        marks = [folder / f"{count}-{new}.{days}.days"]
        marks[0].touch()
    first_day, next_day = (dt.date.fromisoformat(day) for day in marks[0].name.split(".")[1:3])
    return Files(folder / f"{count}.jsonl", folder / f"{count}-next-{new}.jsonl", first_day, next_day)


def _write(path: Path, acts: Sequence[Act]) -> None:
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        for act in acts:
            file.write(f'{{"filingwatch": 1, "is_synthetic": true, {describe_act(act).line()[1:]}\n')
    part.replace(path)
