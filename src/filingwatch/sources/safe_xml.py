"""XML of strangers, read safely: no entities, no DTD, no network, bounded depth and size of text; bytes that are no
text are mended and marked. Elements are found by their local names; what they mean belongs to the connectors.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, cast

from lxml import etree

from filingwatch.normalform import NormalFormError

Element = etree._Element

_MARK = "\N{REPLACEMENT CHARACTER}"
_LONGEST_PROLOGUE = 2**16
_VALUED_ENTITY = re.compile(rb"<!ENTITY\s+(?:%|[^\s\"'>]+\s+[\"'])")
# XML knows no control characters but tab and line ends; a stray one would end the reading of a whole file.
_CONTROLS = {code: ord(_MARK) for code in range(32) if code not in (9, 10, 13)}


class BadXml(NormalFormError):
    """A document that cannot be read as XML, or that carries what no office sends. Code: `bad_xml`."""

    def __init__(self, reason: str) -> None:
        super().__init__("bad_xml", reason)


class MendedStream(io.RawIOBase):
    """A byte stream as valid UTF-8 without control characters; what was neither stands as U+FFFD."""

    def __init__(self, file: BinaryIO, chunk: int = 2**18) -> None:
        self._file = file
        self._chunk = chunk
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._waiting = b""
        self._at_end = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def read(self, size: int = -1) -> bytes:  # type: ignore[override]
        while not self._waiting and not self._at_end:
            raw = self._file.read(self._chunk)
            self._at_end = not raw
            self._waiting = self._mend(raw)
        size = len(self._waiting) if size is None or size < 0 else size
        data, self._waiting = self._waiting[:size], self._waiting[size:]
        return data

    def _mend(self, raw: bytes) -> bytes:
        text = self._decoder.decode(raw, final=not raw)
        if _has_controls(text):
            text = text.translate(_CONTROLS)
        return text.encode()


def parse_document(content: bytes) -> Element:
    """The root element of a whole document in UTF-8 (or in ASCII).

    Raises:
        BadXml: not well formed, nested too deep, another encoding, or a DTD that declares things of its own.
    """
    _refuse_declarations(content[:_LONGEST_PROLOGUE])
    mended = content.decode("utf-8", "replace")
    if _has_controls(mended):
        mended = mended.translate(_CONTROLS)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, encoding="utf-8"
    )
    try:
        root = etree.fromstring(mended.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise BadXml(f"the document is not well-formed XML: {error.msg}") from error
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(entity.content for entity in dtd.iterentities()):  # declared late, past the prologue
        raise BadXml("the document declares entities of its own, which no office does")
    return root


def stream_elements(file: BinaryIO, name: str) -> Iterator[Element]:
    """Each element with this local name, one after the other in bounded memory; it is emptied when the next is asked.

    Raises:
        BadXml: from here on the document cannot be read; what was given before stands.
    """
    stream = _Prologue(MendedStream(file))
    walk = etree.iterparse(
        cast(BinaryIO, stream), events=("end",), tag=(f"{{*}}{name}", name), resolve_entities=False, no_network=True,
        load_dtd=False, huge_tree=False, encoding="utf-8",
    )  # fmt: skip
    while True:
        try:
            _, element = next(walk)
        except StopIteration:
            return
        except etree.XMLSyntaxError as error:
            raise BadXml(f"the XML is damaged, the rest cannot be read: {error.msg}") from error
        yield element
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


def local(element: Element) -> str:
    """The name of an element without its namespace; empty for comments and the like."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: Element | None, name: str) -> list[Element]:
    """The direct children with this local name; none of nothing."""
    return [] if element is None else list(element.iterchildren(f"{{*}}{name}"))


def child(element: Element | None, *path: str) -> Element | None:
    """The first element at a path of local names, or None as soon as a step is missing."""
    for name in path:
        if element is None:
            return None
        element = next(element.iterchildren(f"{{*}}{name}"), None)
    return element


def all_text(element: Element | None) -> str:
    """All text inside, inline markup included, with blanks collapsed; empty of nothing. Entities are left out."""
    if element is None:
        return ""
    if not len(element):
        return " ".join((element.text or "").split())
    return " ".join("".join(part for part in element.itertext() if not _is_reference(part)).split())


def was_mended(element: Element) -> bool:
    """Whether bytes in here were no text. A U+FFFD that the office itself wrote counts as well: nobody can tell."""
    return _MARK.encode() in etree.tostring(element, encoding="utf-8")


def _is_reference(text: str) -> bool:
    return text.startswith("&") and text.endswith(";") and " " not in text


def _has_controls(text: str) -> bool:
    return not text.isprintable() and any(code in text for code in _CONTROL_TEXTS)


_CONTROL_TEXTS = tuple(map(chr, _CONTROLS))


def _refuse_declarations(prologue: bytes) -> None:
    """Entities with a value of their own are how bombs are built. Names of image files, as old documents have them, are
    declared without one and are not followed."""
    if _VALUED_ENTITY.search(prologue):
        raise BadXml("the document declares entities of its own, which no office does")
    if prologue[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BadXml("the document is in UTF-16; offices send UTF-8")


class _Prologue(io.RawIOBase):
    """A stream whose beginning is looked at once, before a parser sees it."""

    def __init__(self, stream: MendedStream) -> None:
        self._stream = stream
        self._checked = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:  # type: ignore[override]
        data = self._stream.read(size)
        if not self._checked:
            self._checked = True
            _refuse_declarations(data[:_LONGEST_PROLOGUE])
        return data
