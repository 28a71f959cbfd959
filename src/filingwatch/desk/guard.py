"""The door: every request is checked before a page sees it, every answer carries the headers of `security`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from filingwatch.desk.security import HEADERS, MOST_BODY_BYTES, why_refused
from filingwatch.errors import BadInput


class TooLarge(BadInput):
    """A request with more than the desk ever needs."""


class Guard:
    """ASGI around the pages; `port` is the one that the desk listens at."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app, self._port = app, port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                known = {name.lower() for name, _ in message["headers"]}
                more = HEADERS if b"cache-control" in known else {**HEADERS, "cache-control": "no-store"}
                message["headers"] = [*message["headers"], *((k.encode(), v.encode()) for k, v in more.items())]
            await send(message)

        refused = why_refused(scope["method"], _headers(scope), self._port)
        app = self._app if refused is None else PlainTextResponse(f"{refused}\n", 403)
        await app(scope, receive, send_guarded)


async def read_body(request: Request) -> bytes:
    """The body of a request.

    Raises:
        TooLarge: it has more than MOST_BODY_BYTES, whatever its header says.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BODY_BYTES:
            raise TooLarge(f"The request has more than {MOST_BODY_BYTES:,} bytes.")
    return bytes(body)


def _headers(scope: Mapping[str, Any]) -> dict[str, str]:
    """Header names in small letters. One that is given twice is refused by being joined: no rule lets that pass."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found
