"""The desk as people meet it, a real server on loopback, in a thread of the test."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from filingwatch.desk.app import make_app
from filingwatch.desk.desk import Desk
from filingwatch.desk.security import HOST, Keys
from filingwatch.desk.serving import Server, listen
from filingwatch.settings import Settings


@dataclass(frozen=True)
class Served:
    """A running desk: its address without a path, and its keys."""

    origin: str
    keys: Keys

    def start(self, name: str = "") -> str:
        """The address that is printed."""
        return f"{self.origin}/start?token={self.keys.token}" + (f"&as={name}" if name else "")


@contextmanager
def serve(settings: Settings, port: int = 0) -> Iterator[Served]:
    """Serve until the end of the block."""
    keys, started = Keys(), threading.Event()
    with listen(port) as listening:
        port = listening.getsockname()[1]
        server = Server(make_app(Desk(settings), keys, port), started.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        assert started.wait(30), "the desk did not start"
        try:
            yield Served(f"http://{HOST}:{port}", keys)
        finally:
            server.should_exit = True
            until = time.monotonic() + 30
            while thread.is_alive() and time.monotonic() < until:
                thread.join(1)
            assert not thread.is_alive(), "the desk did not end"
