"""ZIP files of strangers, read within bounds: what a member says of its size is not believed, it is counted."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from filingwatch.normalform import NormalFormError

_ENCRYPTED = 0x1
_FREE_BYTES = 2**20  # small members may be as repetitive as they like


class BadZip(NormalFormError):
    """A ZIP file, or a member of it, that is damaged, encrypted or a bomb. Code: `bad_zip`."""

    def __init__(self, reason: str) -> None:
        super().__init__("bad_zip", reason)


@contextmanager
def open_zip(path: Path) -> Iterator[SafeZip]:
    """The ZIP file at a path, for the time of the block.

    Raises:
        BadZip: it is none, or its directory is damaged.
    """
    try:
        file = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BadZip(f"{path.name} is not a ZIP file that can be read: {error}") from error
    with file:
        yield SafeZip(file, path.name)


class SafeZip:
    """Members of one ZIP file, in the order of its directory."""

    def __init__(self, file: zipfile.ZipFile, name: str) -> None:
        self._file = file
        self.name = name

    def names(self) -> list[str]:
        """The members that are files."""
        return [info.filename for info in self._file.infolist() if not info.is_dir()]

    def open(self, name: str, most_bytes: int, most_ratio: float = 200.0) -> BinaryIO:
        """One member as a stream. Reading raises BadZip past `most_bytes`, past `most_ratio` of its packed size, or at
        damage.

        Raises:
            BadZip: no such member, encrypted, or packed in a way that is not known.
        """
        try:
            info = self._file.getinfo(name)
        except KeyError as error:
            raise BadZip(f"{self.name} has no member {name!r}") from error
        if info.flag_bits & _ENCRYPTED:
            raise BadZip(f"{name} in {self.name} is encrypted")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BadZip(f"{name} in {self.name} is packed in a way that no office uses ({info.compress_type})")
        limit = min(most_bytes, max(_FREE_BYTES, int(info.compress_size * most_ratio)))
        try:
            return cast(BinaryIO, _Counted(self._file.open(info), limit, f"{name} in {self.name}"))
        except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError) as error:
            raise BadZip(f"{name} in {self.name} cannot be opened: {error}") from error

    def extract(self, name: str, target: Path, most_bytes: int, most_ratio: float = 200.0) -> Path:
        """Write one member to `target`, whatever path its name claims.

        Raises:
            BadZip: as in `open` and while reading.
        """
        with self.open(name, most_bytes, most_ratio) as source, target.open("wb") as sink:
            while chunk := source.read(2**20):
                sink.write(chunk)
        return target


class _Counted(io.RawIOBase):
    def __init__(self, file: IO[bytes], limit: int, name: str) -> None:
        self._file = file
        self._left = limit
        self._limit = limit
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def read(self, size: int = -1) -> bytes:  # type: ignore[override]
        asked = self._left + 1 if size is None or size < 0 else min(size, self._left + 1)
        try:
            data = self._file.read(asked)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise BadZip(f"{self._name} is damaged: {error}") from error
        self._left -= len(data)
        if self._left < 0:
            raise BadZip(f"{self._name} holds more than {self._limit:,} bytes for its packed size: taken for a bomb")
        return data

    def close(self) -> None:
        self._file.close()
        super().close()
