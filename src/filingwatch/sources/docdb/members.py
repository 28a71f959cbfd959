"""The files inside a week's delivery: ZIPs in ZIPs, each with one large XML, in the order in which they mean something.

All re-keyings come first, then what was created or deleted, its deletions before its creations (a pair may stand in
different files), then what was amended. What a record says belongs to `reading`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal

from filingwatch.sources.zips import BadZip, open_zip

Stage = Literal["rekey", "delete", "create", "amend"]
STAGES: tuple[Stage, ...] = ("rekey", "delete", "create", "amend")

MOST_PACKED = 2 * 2**30
MOST_UNPACKED = 4 * 2**30
"""A file of records holds about 100 MB; far more than that is no delivery."""

_RECORDS = re.compile(r"docdb-.*\.(zip|xml)", re.IGNORECASE)
_STAGES: dict[str, tuple[Stage, ...]] = {
    "deleterekey": ("rekey",), "createdelete": ("delete", "create"), "amend": ("amend",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """One file of records inside a downloaded file."""

    file_id: int
    path: Path
    name: str
    stages: tuple[Stage, ...]

    @property
    def title(self) -> str:
        return PurePosixPath(self.name).name


@dataclass(frozen=True, slots=True)
class Work:
    """A member to be gone through at one stage."""

    stage: Stage
    member: Member


def list_work(paths: Mapping[int, Path]) -> tuple[list[Work], list[tuple[int, str]]]:
    """What to go through, in order, and the files that are no ZIP, each with the reason."""
    members: list[Member] = []
    damaged: list[tuple[int, str]] = []
    for file_id, path in paths.items():
        try:
            with open_zip(path) as outer:
                members += [Member(file_id, path, name, stages) for name, stages in _records_in(outer.names())]
        except BadZip as error:
            damaged.append((file_id, error.reason))
    return [Work(stage, member) for stage in STAGES for member in members if stage in member.stages], damaged


def left_of(work: Sequence[Work], file_id: object, stage: object, member: object) -> list[Work]:
    """The work from a place on; all of it when the place is not there any more."""
    for number, one in enumerate(work):
        if (one.member.file_id, one.stage, one.member.name) == (file_id, stage, member):
            return list(work[number:])
    return list(work)


@contextmanager
def open_records(member: Member, scratch: Path) -> Iterator[BinaryIO]:
    """The XML of a member as a stream; what is packed twice is unpacked once to `scratch`, for the time of the block.

    Raises:
        BadZip: damaged, a bomb, or without an XML; reading the stream raises it as well.
    """
    with open_zip(member.path) as outer:
        if member.name.lower().endswith(".xml"):
            with outer.open(member.name, MOST_UNPACKED) as stream:
                yield stream
            return
        try:
            with open_zip(outer.extract(member.name, scratch, MOST_PACKED)) as inner:
                names = [name for name in inner.names() if name.lower().endswith(".xml")]
                if not names:
                    raise BadZip(f"{member.title} holds no XML")
                with inner.open(names[0], MOST_UNPACKED) as stream:
                    yield stream
        finally:
            scratch.unlink(missing_ok=True)


def _records_in(names: Iterable[str]) -> Iterator[tuple[str, tuple[Stage, ...]]]:
    """Members that hold records, by name, with their stages; documentation, statistics and indexes are passed over."""
    for name in sorted(names, key=lambda one: PurePosixPath(one).name):
        title = PurePosixPath(name).name
        if _RECORDS.fullmatch(title):
            kinds = [stages for sign, stages in _STAGES.items() if sign in title.lower()]
            yield name, kinds[0] if kinds else ("amend",)
