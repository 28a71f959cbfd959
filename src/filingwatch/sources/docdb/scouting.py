"""Start tags of records, seen in the bytes before any of it is parsed.

Two things are learned that way because parsing for them would double the work: which records the installation holds
already (asked for thousands at once, ahead of the parser), and, by a run that goes on in the middle, which records the
files before have created. A tag that is written in an unusual way is left to the parser.
"""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Iterator
from html import unescape
from typing import BinaryIO

from filingwatch.sources.docdb.register import Ids, Register
from filingwatch.sources.zips import BadZip

STRETCH = 16 * 2**20
"""So many bytes are read ahead of the parser: thousands of records, one question to the warehouse."""
_CHUNK = 2**18
_LONGEST_TAG = 2**14
_OPENING = b"exchange-document"
_IDS = re.compile(rb'\scountry="([^"<>&]*)" doc-number="([^"<>&]*)" kind="([^"<>&]*)"')
_CREATED = re.compile(rb"status\s*=\s*[\"']C[\"']")
_ATTRIBUTE = re.compile(rb"([\w.:-]+)\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')")


class Scout(io.RawIOBase):
    """The bytes of a file on their way to the parser; records are announced before their bytes are handed on."""

    def __init__(self, file: BinaryIO, register: Register, stretch: int = STRETCH) -> None:
        self._file = file
        self._register = register
        self._stretch = stretch
        self._ahead: deque[bytes] = deque()
        self._tail = b""
        self._fault: BadZip | None = None
        self._at_end = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:  # type: ignore[override]
        """The next piece, of `size` bytes at most."""
        if not self._ahead and not self._at_end:
            self._go_ahead()
        if not self._ahead:
            if self._fault is not None:
                raise self._fault
            return b""
        piece = self._ahead.popleft()
        if 0 <= size < len(piece):
            self._ahead.appendleft(piece[size:])
            piece = piece[:size]
        return piece

    def _go_ahead(self) -> None:
        coming: list[Ids] = []
        left = self._stretch
        while left > 0 and not self._at_end:
            try:
                chunk = self._file.read(_CHUNK)
            except BadZip as fault:  # what was read before it must reach the parser first
                self._fault, chunk = fault, b""
            self._at_end = not chunk
            if chunk:
                self._ahead.append(chunk)
                tags, self._tail = _find_tags(self._tail + chunk)
                coming += map(_read_ids, tags)
                left -= len(chunk)
        self._register.announce(coming)


def scan_created(file: BinaryIO) -> Iterator[Ids]:
    """The ids of all records of a file that are creations (status C).

    Ends early, without a word, where the file is damaged: whoever parses it says so.
    """
    tail = b""
    while True:
        try:
            chunk = file.read(_CHUNK)
        except BadZip:
            return
        if not chunk:
            return
        tags, tail = _find_tags(tail + chunk)
        yield from (_read_ids(tag) for tag in tags if _CREATED.search(tag))


def _find_tags(text: bytes) -> tuple[list[bytes], bytes]:
    """The start tags in a text, without their name, and the end of the text, in which another one may have begun."""
    tags: list[bytes] = []
    start, end = text.find(_OPENING), 0
    while start >= 0:
        is_tag = text[max(start - 1, 0) : start] in (b"<", b":")
        closing = text.find(b">", start)
        if closing < 0:
            return tags, text[start - 1 :] if is_tag and len(text) - start < _LONGEST_TAG else b""
        end = closing
        if is_tag:
            tags.append(text[start + len(_OPENING) : end])
        start = text.find(_OPENING, end)
    return tags, text[max(end, len(text) - len(_OPENING)) :]


def _read_ids(tag: bytes) -> Ids:
    found = _IDS.match(tag)
    if found is not None and tag.isascii():
        return found[1].decode(), found[2].decode(), found[3].decode()
    values = {
        name.decode("utf-8", "replace"): unescape((plain or quoted).decode("utf-8", "replace"))
        for name, plain, quoted in _ATTRIBUTE.findall(tag)
    }
    return values.get("country", ""), values.get("doc-number", ""), values.get("kind", "")
