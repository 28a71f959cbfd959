"""What every fake office shares: a real HTTP server on loopback, a memory of what was asked, faults by recipe.

How an office speaks is in its own module. Faults are drawn from a seed, so that a failing night can be played again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import random
import socket
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.fake_offices.holdings import Holding

GENERIC_FAULTS = ("reset", "truncated", "drip", "html", "error_500", "error_503", "busy", "redirect")
MOST_IN_A_ROW = 2


@dataclass(frozen=True)
class Ask:
    """A request as it arrived. Header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass
class Reply:
    """What is sent back. `fault` tells how the sending goes wrong, if it does."""

    status: int
    body: bytes = b""
    content_type: str = "application/xml"
    headers: dict[str, str] = field(default_factory=dict)
    fault: str | None = None


@dataclass(frozen=True)
class Faults:
    """Each request is disturbed with the probability `share` by one of `kinds`, at most twice in a row."""

    seed: int = 0
    share: float = 0.0
    kinds: tuple[str, ...] = ()


NO_FAULTS = Faults()


class FakeOffice:
    """An office that holds `holdings` and shows on `today` what it would have loaded by then."""

    name = "office"
    own_faults: tuple[str, ...] = ()

    def __init__(
        self, holdings: Sequence[Holding], *, faults: Faults = NO_FAULTS, today: dt.date | None = None
    ) -> None:
        self.holdings = list(holdings)
        self.faults = faults
        self.today = today or dt.date(2026, 11, 22)
        self.asks: list[Ask] = []
        self.disturbed: list[str] = []
        self.url = ""
        self._random = random.Random(faults.seed)
        self._in_a_row: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()

    def reply(self, ask: Ask) -> Reply:
        """The answer of an office in good health."""
        raise NotImplementedError

    def disturb(self, kind: str, ask: Ask) -> Reply | None:
        """The answer under one of the office's own faults; None when this fault does not fit this request."""
        return None

    def visible(self) -> list[Holding]:
        """What the office shows today."""
        return [holding for holding in self.holdings if holding.is_visible(self.today)]

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[str]:
        """Serve on loopback for the time of the block; gives the address."""
        office = self

        class Handler(_Handler):
            served = office

        server = _Server(("127.0.0.1", port), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield self.url
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def handle(self, ask: Ask) -> Reply:
        """The answer, good or disturbed."""
        with self._lock:
            self.asks.append(ask)
            kind = self._draw(ask)
        if kind is None:
            return self.reply(ask)
        reply = self._generic(kind, ask) if kind in GENERIC_FAULTS else self.disturb(kind, ask)
        if reply is None:
            return self.reply(ask)
        self.disturbed.append(kind)
        return reply

    def _draw(self, ask: Ask) -> str | None:
        place = (ask.method, ask.path)
        if not self.faults.kinds or self._random.random() >= self.faults.share:
            self._in_a_row[place] = 0
            return None
        if self._in_a_row.get(place, 0) >= MOST_IN_A_ROW:
            self._in_a_row[place] = 0
            return None
        self._in_a_row[place] = self._in_a_row.get(place, 0) + 1
        return self._random.choice(self.faults.kinds)

    def _generic(self, kind: str, ask: Ask) -> Reply:
        match kind:
            case "error_500" | "error_503":
                return Reply(int(kind[-3:]), b"<html>out of order</html>", "text/html")
            case "html":
                return Reply(200, b"<html><body>Please come back later</body></html>", "text/html")
            case "busy":
                wait = self._random.choice(("7", "Sun, 22 Nov 2026 02:00:09 GMT"))
                return Reply(503, b"", headers={"Retry-After": wait})
            case "redirect":
                return Reply(302, b"", headers={"Location": ask.path})
            case _:
                reply = self.reply(ask)
                reply.fault = kind
                return reply


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address) -> None:  # type: ignore[no-untyped-def]
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 2**16
    served: FakeOffice

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *arguments: object) -> None:
        """Tests look at `asks`; a person who runs an office by hand gets lines from `__main__`."""

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        ask = Ask(self.command, parts.path, parse_qs(parts.query, keep_blank_values=True), headers, body)
        try:
            reply = self.served.handle(ask)
        except Exception as error:  # a bug of the fake shall be read in the test, not be taken for weather
            reply = Reply(599, repr(error).encode(), "text/plain")
        with contextlib.suppress(OSError):
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        if reply.fault == "reset":
            self._reset()
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body) + (100 if reply.fault == "truncated" else 0)))
        self.end_headers()
        if reply.fault == "drip":
            self._drip(reply.body)
            return
        self.wfile.write(reply.body)
        self.wfile.flush()
        if reply.fault == "truncated":
            self.close_connection = True

    def _drip(self, body: bytes) -> None:
        """Byte by byte, until the other side has had enough of it, or the line breaks."""
        for place in range(min(len(body), 20)):
            self.wfile.write(body[place : place + 1])
            self.wfile.flush()
            threading.Event().wait(0.005)
        self._reset()

    def _reset(self) -> None:
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True
