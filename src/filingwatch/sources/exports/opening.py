"""A file as bytes and as text, packed with gzip or not: opened, hashed, its beginning looked at."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from pathlib import Path
from typing import BinaryIO, TextIO

from filingwatch.errors import BadInput

SAMPLE_BYTES = 1 << 20
# Workbooks and whole JSON documents are read at once; larger ones must come as CSV or JSON lines.
WHOLE_BYTES = 256 << 20
_GZIP = b"\x1f\x8b"
READ_ERRORS = (EOFError, OSError, zlib.error)
"""What reading a damaged or vanished file raises."""


def open_bytes(path: Path) -> BinaryIO:
    """The content of a file, unpacked when it begins like gzip. The caller closes it.

    Raises:
        BadInput: no such file, a folder, or not readable.
    """
    if path.is_dir():
        raise BadInput(f"{path} is a folder; name the files in it.")
    try:
        stream = path.open("rb")
    except OSError as error:
        raise BadInput(f"{path} cannot be opened ({error.strerror}). Check the name and who may read it.") from error
    packed = stream.read(2) == _GZIP
    stream.seek(0)
    return gzip.open(stream, "rb") if packed else stream  # type: ignore[return-value]


def open_text(path: Path, encoding: str) -> TextIO:
    """The content as text, line ends as they are, undecodable bytes as lone surrogates. The caller closes it."""
    return io.TextIOWrapper(open_bytes(path), encoding=encoding, errors="surrogateescape", newline="")


def read_sample(path: Path) -> bytes:
    """The first bytes of the content.

    Raises:
        BadInput: the file is empty or damaged from its beginning.
    """
    with open_bytes(path) as stream:
        try:
            sample = stream.read(SAMPLE_BYTES)
        except READ_ERRORS as error:
            sample = _read_while_possible(path)
            if not sample:
                raise BadInput(f"{path} is damaged from its beginning ({error}). Download it again.") from error
    if not sample.strip(b"\xef\xbb\xbf \t\r\n"):
        raise BadInput(f"{path} is empty. Download it again.")
    return sample


def _read_while_possible(path: Path) -> bytes:
    """What can be unpacked of a damaged file, so that its good rows are still recognised and imported."""
    parts: list[bytes] = []
    with open_bytes(path) as stream:
        try:
            while sum(map(len, parts)) < SAMPLE_BYTES and (part := stream.read1(4096)):  # type: ignore[attr-defined]
                parts.append(part)
        except READ_ERRORS:
            pass
    return b"".join(parts)


def read_whole(path: Path) -> bytes:
    """All of the content.

    Raises:
        BadInput: larger than is read at once, or damaged.
    """
    with open_bytes(path) as stream:
        try:
            data = stream.read(WHOLE_BYTES + 1)
        except READ_ERRORS as error:
            raise BadInput(f"{path} is damaged ({error}). Download it again.") from error
    if len(data) > WHOLE_BYTES:
        raise BadInput(
            f"{path} is larger than {WHOLE_BYTES >> 20} MB, too large for one workbook or one JSON document. "
            "Export it in parts, as CSV, or as one JSON record per line."
        )
    return data


def hash_file(path: Path) -> str:
    """SHA-256 of the file as given, packed or not."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}). Check the name and who may read it.") from error
