"""The body of an answer on its way in: unpacked within bounds, and cut when it takes too long. No HTTP here."""

from __future__ import annotations

import contextlib
import socket
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

STEP = 2**16
"""So many bytes are unpacked at once, whatever the packed ones promise."""


class BadPacking(Exception):
    """The body is packed in a way that was not asked for, or is damaged."""


def unpack(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The chunks of a body without their Content-Encoding (none or gzip), in pieces of at most STEP bytes if packed.

    Raises:
        BadPacking: another encoding, several of them, damage, or an end in the middle.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        yield from chunks
        return
    if name not in ("gzip", "x-gzip"):
        raise BadPacking(f"the answer came packed as {name[:40]!r}, which was not asked for")
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        for chunk in chunks:
            while chunk and not inflater.eof:
                yield inflater.decompress(chunk, STEP)
                chunk = inflater.unconsumed_tail
    except zlib.error as error:
        raise BadPacking(f"the packed answer is damaged: {error}") from None
    if not inflater.eof:
        raise BadPacking("the packed answer ends in the middle")


class Watchdog:
    """Cuts a line after so many seconds, also while it is silent or sends a header byte by byte."""

    def __init__(self, seconds: float) -> None:
        self.has_bitten = False
        self._seconds = seconds

    @contextmanager
    def guarding(self, line: Callable[[], socket.socket | None]) -> Iterator[None]:
        """For the time of the block; `line` gives the socket that is open then."""

        def bite() -> None:
            self.has_bitten = True
            open_line = line()
            if open_line is not None:
                with contextlib.suppress(OSError):  # it was closed in the same moment
                    open_line.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(self._seconds, bite)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
