"""The files inside a week's delivery: ZIPs in ZIPs, each with one large XML, in the order in which they mean something.

All re-keyings come first, then what was created or deleted, then what was amended. What a record says belongs to
`reading`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal

from filingwatch.sources.zips import BadZip, open_zip

Stage = Literal["rekey", "create", "amend"]
_ORDER: tuple[Stage, ...] = ("rekey", "create", "amend")

MOST_PACKED = 2 * 2**30
MOST_UNPACKED = 4 * 2**30
"""A file of records holds about 100 MB; far more than that is no delivery."""

_RECORDS = re.compile(r"docdb-.*\.(zip|xml)", re.IGNORECASE)
_STAGES: dict[str, Stage] = {"deleterekey": "rekey", "createdelete": "create", "amend": "amend"}


@dataclass(frozen=True, slots=True)
class Member:
    """One file of records inside a downloaded file."""

    file_id: int
    path: Path
    name: str
    stage: Stage

    @property
    def title(self) -> str:
        return PurePosixPath(self.name).name

    @property
    def place(self) -> tuple[int, str]:
        """What names it within its delivery."""
        return self.file_id, self.name


def list_members(paths: Mapping[int, Path]) -> tuple[list[Member], list[tuple[int, str]]]:
    """What to go through, in order, and the files that are no ZIP, each with the reason."""
    members: list[Member] = []
    damaged: list[tuple[int, str]] = []
    for file_id, path in paths.items():
        try:
            with open_zip(path) as outer:
                members += [Member(file_id, path, name, stage) for name, stage in _records_in(outer.names())]
        except BadZip as error:
            damaged.append((file_id, error.reason))
    return sorted(members, key=lambda member: _ORDER.index(member.stage)), damaged


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


def _records_in(names: Iterable[str]) -> Iterator[tuple[str, Stage]]:
    """Members that hold records, by name, with their stage; documentation, statistics and indexes are passed over."""
    for name in sorted(names, key=lambda one: PurePosixPath(one).name):
        title = PurePosixPath(name).name
        if _RECORDS.fullmatch(title):
            yield name, next((stage for sign, stage in _STAGES.items() if sign in title.lower()), "amend")
