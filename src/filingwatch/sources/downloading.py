"""A file on its way to disk: written beside its place, counted, verified, and put there whole. No network here."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Download:
    """A file that has arrived; `seconds` is how long the transfer took."""

    path: Path
    bytes: int
    seconds: float


def part_of(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def settle(target: Path) -> None:
    """Give a complete part its name, so that it is still there after a power failure."""
    part_of(target).replace(target)
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def matches_checksum(path: Path, checksum: tuple[str, str]) -> bool:
    """Whether a file on disk has this (method, hex digest)."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, checksum[0]).hexdigest() == checksum[1].lower()


class Receiver:
    """Writes chunks to a file; after the block `fault` says in words what is wrong with it, if anything."""

    def __init__(self, path: Path, checksum: tuple[str, str] | None, most_bytes: int) -> None:
        self.size = 0
        self.fault: str | None = None
        self._path = path
        self._checksum = checksum
        self._digest = hashlib.new(checksum[0], usedforsecurity=False) if checksum else None
        self._most_bytes = most_bytes
        self._file: BinaryIO | None = None

    def __enter__(self) -> Receiver:
        self._file = self._path.open("wb")
        return self

    def write(self, chunk: bytes) -> None:
        """Append; what comes after the limit is dropped, and the fault says so."""
        assert self._file is not None
        self.size += len(chunk)
        if self.size > self._most_bytes:
            self.fault = f"the file is larger than {self._most_bytes:,} bytes"
            return
        self._file.write(chunk)
        if self._digest is not None:
            self._digest.update(chunk)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._file is not None
        if error is None and self.fault is None:
            self._file.flush()
            os.fsync(self._file.fileno())
            if self._digest is not None and self._checksum and self._digest.hexdigest() != self._checksum[1].lower():
                self.fault = f"the file's {self._checksum[0]} is not the one that the office gives"
        self._file.close()
