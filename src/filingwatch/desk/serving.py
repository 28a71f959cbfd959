"""Serving the desk: a socket on loopback, the address with its token, a clean end."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import uvicorn

from filingwatch.desk.app import make_app
from filingwatch.desk.desk import Desk
from filingwatch.desk.security import HOST, Keys, check_host, check_name
from filingwatch.errors import BadInput
from filingwatch.settings import Settings

_LAST_REQUESTS_SECONDS = 5


def serve(settings: Settings, *, host: str = HOST, port: int = 0, name: str = "", opens_browser: bool = True) -> None:
    """Serve until Ctrl-C or SIGTERM. Prints the address; requests under way at the end are answered.

    Raises:
        BadInput: a host that is not loopback, a port that is taken, or a name that cannot be kept.
    """
    check_host(host)
    who = check_name(name) if name else ""
    keys = Keys()
    with listen(port) as listening:
        port = listening.getsockname()[1]
        query = urlencode({"token": keys.token, **({"as": who} if who else {})})
        address = f"http://{HOST}:{port}/start?{query}"

        def tell() -> None:
            print(f"The desk is open: {address}", flush=True)
            print("The address lets in whoever knows it. Ctrl-C ends the desk; no decision is lost.", flush=True)
            if opens_browser and _has_screen():
                threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

        Server(make_app(Desk(settings), keys, port), tell).run(sockets=[listening])


class Server(uvicorn.Server):
    """Uvicorn without logs of requests, which would hold tokens, and with an end that is no failure."""

    def __init__(self, app: object, tell: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, http="h11", ws="none", lifespan="off",
            timeout_graceful_shutdown=_LAST_REQUESTS_SECONDS, proxy_headers=False,
        )  # fmt: skip
        super().__init__(config)
        self._tell = tell

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._tell()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End in order on the signals; uvicorn's own way raises them again afterwards, as if the end were a crash."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def listen(port: int) -> socket.socket:
    """A socket at a port of loopback, 0 for a free one.

    Raises:
        BadInput: it cannot be had.
    """
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((HOST, port))
    except (OSError, OverflowError) as error:
        made.close()
        raise BadInput(f"Port {port} of {HOST} cannot be used: {error}. Leave --port out to get a free one.") from error
    return made


def _has_screen() -> bool:
    """Whether a browser would open in a window; one in the terminal would be in the way."""
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True
