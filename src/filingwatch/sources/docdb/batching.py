"""A file of records cut into small batches, each parsed as a document of its own.

That is quicker than one long parse with an event for every element, and bounds memory as well; a batch that fits into
the processor's cache is the quickest. Cuts are made where a record begins. What a record says belongs to `reading`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from filingwatch.sources.safe_xml import BadXml, Element, children, parse_document, stream_elements
from filingwatch.sources.zips import BadZip

RECORD = "exchange-document"
BATCH_BYTES = 2**18
MOST_RECORD_BYTES = 32 * 2**20
"""A record of DOCDB has kilobytes; one of this size is an attack on memory."""
MOST_HEAD_BYTES = 2**16
_CHUNK = 2**18
_FIRST_RECORD = re.compile(rb"<(?:[\w.-]+:)?exchange-document(?=[\s/>])")
_NOT_ELEMENTS = re.compile(rb"<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?[^>]*>", re.DOTALL)
_ROOT = re.compile(rb"\s*<([\w.:-]+)[^<>]*>\s*")


def read_batches(file: BinaryIO, size: int = BATCH_BYTES) -> Iterator[list[Element]]:
    """The records of a file in order, in batches; the elements of a batch live until the next one is asked for.

    Raises:
        BadXml, BadZip: from here on the file cannot be read; every record before the damage was given.
    """
    reader = _Reader(file)
    head, opening = _read_head(reader)
    if opening is None:
        parse_document(head)
        return
    closing = b"</" + _root_name(head) + b">"
    while True:
        body, is_last = reader.cut_before(opening, size)
        document = head + body + (b"" if is_last and reader.fault is None else closing)
        try:
            records = children(parse_document(document), RECORD)
        except BadXml as error:
            yield from _read_singly(document)
            raise reader.fault or error from error
        yield records
        if is_last:
            reader.raise_fault()
            return


def _read_singly(document: bytes) -> Iterator[list[Element]]:
    """The records before the damage in a document, each as long as the next is not asked for."""
    try:
        for record in stream_elements(io.BytesIO(document), RECORD):
            yield [record]
    except BadXml:
        return


def _read_head(reader: _Reader) -> tuple[bytes, bytes | None]:
    """All that stands before the first record, and how a record's tag begins; the whole file where there is none."""
    while True:
        found = _FIRST_RECORD.search(reader.ahead)
        if found is not None and found.start() <= MOST_HEAD_BYTES:
            return reader.take(found.start()), found[0]
        if len(reader.ahead) > MOST_HEAD_BYTES:
            raise BadXml(f"no record of DOCDB stands in the first {MOST_HEAD_BYTES:,} bytes of the file")
        if not reader.fill(len(reader.ahead) + 1):
            reader.raise_fault()
            return reader.take(len(reader.ahead)), None


def _root_name(head: bytes) -> bytes:
    found = _ROOT.fullmatch(_NOT_ELEMENTS.sub(b"", head))
    if found is None:
        raise BadXml("the records do not stand directly in the root of the file")
    return found[1]


class _Reader:
    """The bytes of a file read ahead of the next cut. `fault` is why there are no more, if not the end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at_end = False
        self.ahead = b""
        self.fault: BadZip | None = None

    def fill(self, least: int) -> bool:
        """Read on until at least so many bytes are ahead; False when nothing came."""
        pieces = [self.ahead]
        missing = least - len(self.ahead)
        while missing > 0 and not self._at_end:
            try:
                piece = self._file.read(_CHUNK)
            except BadZip as fault:  # what was read before it comes first
                self.fault, piece = fault, b""
            self._at_end = not piece
            pieces.append(piece)
            missing -= len(piece)
        before, self.ahead = len(self.ahead), b"".join(pieces)
        return len(self.ahead) > before

    def take(self, size: int) -> bytes:
        taken, self.ahead = self.ahead[:size], self.ahead[size:]
        return taken

    def cut_before(self, opening: bytes, size: int) -> tuple[bytes, bool]:
        """About `size` bytes that end where a record begins, and whether they are the last."""
        wanted = size
        while True:
            self.fill(wanted)
            if self._at_end:
                return self.take(len(self.ahead)), True
            cut = self._last_opening(opening)
            if cut > 0:
                return self.take(cut), False
            wanted = len(self.ahead) + size
            if wanted > MOST_RECORD_BYTES:
                raise BadXml(f"a record has more than {MOST_RECORD_BYTES:,} bytes")

    def _last_opening(self, opening: bytes) -> int:
        """Where the last record ahead begins; 0 when it is the only one."""
        at = len(self.ahead)
        while (at := self.ahead.rfind(opening, 0, at)) > 0:
            if self.ahead[at + len(opening) : at + len(opening) + 1] in (b" ", b"\n", b"\t", b"\r", b"/", b">"):
                return at
        return 0

    def raise_fault(self) -> None:
        if self.fault is not None:
            raise self.fault
