"""Start tags of records, seen in the bytes before any of it is parsed.

Two questions are answered that way because parsing for them would double the night: which records the installation
holds already (asked for thousands at once, ahead of the parser), and which ones are taken back (they count before
anything else of their files). Whatever is written in an unusual way is left to the parser; nothing is decided here.
"""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from typing import BinaryIO

from filingwatch.filing import PublicationId
from filingwatch.normalform import NormalFormError
from filingwatch.sources.docdb.reading import name_publication

STRETCH = 24 * 2**20
"""So many bytes are read ahead of the parser: a few thousand records, one question to the warehouse."""
_CHUNK = 2**18
_LONGEST_TAG = 2**14
_OPENING = b"exchange-document "
_IDS = re.compile(rb'country="([^"<>&]*)" doc-number="([^"<>&]*)" kind="([^"<>&]*)"')
_ATTRIBUTE = re.compile(rb"([\w.:-]+)\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')")

Ids = tuple[str, str, str]
Known = Callable[[Sequence[str]], frozenset[str]]


class Register:
    """What is known of the records that are coming: the publication that each names, and whether it is held."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._publications: dict[Ids, PublicationId | NormalFormError] = {}
        self._before: dict[Ids, PublicationId | NormalFormError] = {}
        self._held: set[str] = set()

    def announce(self, coming: Sequence[Ids]) -> None:
        """Ask for all of these at once. What was announced two stretches ago has passed the parser and is forgotten."""
        self._before, self._publications = self._publications, {ids: _name(ids) for ids in coming}
        named = [str(one) for one in self._publications.values() if isinstance(one, PublicationId)]
        if named:
            self._held |= self._known(named)

    def look_up(self, ids: Ids) -> PublicationId:
        """The publication of a record; one that was not announced is asked for alone.

        Raises:
            NormalFormError: it names none.
        """
        found = self._publications.get(ids) or self._before.get(ids)
        if found is None:
            self._publications[ids] = found = _name(ids)
            if isinstance(found, PublicationId):
                self._held |= self._known([str(found)])
        if isinstance(found, NormalFormError):
            raise found
        return found

    def holds(self, publication: PublicationId) -> bool:
        """Whether the installation holds a publication that was looked up, or was given it in this run."""
        return str(publication) in self._held

    def note_landed(self, publication: PublicationId) -> None:
        """From now on the installation holds it."""
        self._held.add(str(publication))


class Scout(io.RawIOBase):
    """The bytes of a member on their way to the parser; records are announced before their bytes are handed on."""

    def __init__(self, file: BinaryIO, register: Register, stretch: int = STRETCH) -> None:
        self._file = file
        self._register = register
        self._stretch = stretch
        self._ahead: deque[bytes] = deque()
        self._tail = b""
        self._fault: Exception | None = None
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
            except Exception as fault:  # what was read before it must reach the parser first
                self._fault, chunk = fault, b""
            self._at_end = not chunk
            if chunk:
                self._ahead.append(chunk)
                tags, self._tail = _find_tags(self._tail + chunk)
                coming += [_read_ids(tag) for tag in tags]
                left -= len(chunk)
        if coming:
            self._register.announce(coming)


def scan_deletions(file: BinaryIO) -> Iterator[Ids]:
    """Country, number and kind of every record of a member that is a deletion (status D or DV), in order.

    Ends early, without a word, where the file is damaged: whoever parses it says so.
    """
    tail = b""
    while True:
        try:
            chunk = file.read(_CHUNK)
        except NormalFormError:
            return
        if not chunk:
            return
        tags, tail = _find_tags(tail + chunk)
        for tag in tags:
            if b"status" in tag:
                values = _read_attributes(tag)
                if values.get("status") in ("D", "DV"):
                    yield values.get("country", ""), values.get("doc-number", ""), values.get("kind", "")


def _find_tags(text: bytes) -> tuple[list[bytes], bytes]:
    """The start tags in a text, without their name, and the end of the text, in which another one may have begun."""
    tags: list[bytes] = []
    start, end = text.find(_OPENING), -1
    while start >= 0:
        is_tag = text[max(start - 1, 0) : start] in (b"<", b":")
        closing = text.find(b">", start)
        if closing < 0:
            return tags, text[start - 1 :] if is_tag and len(text) - start < _LONGEST_TAG else b""
        end = closing
        if is_tag:
            tags.append(text[start + len(_OPENING) : end])
        start = text.find(_OPENING, end)
    return tags, text[max(end + 1, len(text) - len(_OPENING)) :]


def _read_ids(tag: bytes) -> Ids:
    found = _IDS.match(tag)
    if found is not None and tag.isascii():
        return found[1].decode(), found[2].decode(), found[3].decode()
    values = _read_attributes(tag)
    return values.get("country", ""), values.get("doc-number", ""), values.get("kind", "")


def _read_attributes(tag: bytes) -> dict[str, str]:
    return {
        name.decode("utf-8", "replace"): unescape((plain or quoted).decode("utf-8", "replace"))
        for name, plain, quoted in _ATTRIBUTE.findall(tag)
    }


def _name(ids: Ids) -> PublicationId | NormalFormError:
    try:
        return name_publication(*ids)
    except NormalFormError as error:
        return error
